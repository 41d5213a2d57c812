import { reactive } from 'vue'
import { database, type Row, type State } from '../store/database.ts'
import { open, openJson, seal, sealJson } from '../store/vault.ts'
import { type Content, type Media, migrated, SCHEMA } from './record.ts'
import { isOver, room, type Room } from './rules.ts'
import { hex } from './uploads.ts'

export interface Held {
  row: Row
  content: Content
}

/** What the screens show of the outbox. `sending` is the record that is under way; `left` are records not read here. */
export const box = reactive({
  records: [] as Held[],
  sending: '',
  left: 0, // of another account or a newer version, or damaged
  room: 'enough' as Room,
  needsSignIn: false,
  isRevoked: false,
})

let account = ''
let changes = 0 // so that what is written while all is read is not overlooked

/** No room is left in the browser for what should be kept; nothing was lost, nothing was taken. */
export class NoRoom extends Error {}

/** Show the records of an account; those of others stay where they are. */
export async function openBox(id: string): Promise<void> {
  account = id
  await reload()
}

export const isOf = (id: string): boolean => id === account

export async function reload(): Promise<void> {
  const before = changes
  const rows = await database.records.toArray()
  const found: Held[] = []
  for (const row of rows.filter((one) => one.account === account)) {
    const content = await openJson(row.sealed).then((sealed) => migrated(row.schema, sealed), () => null)
    if (content) found.push({ row, content })
  }
  if (changes !== before) return reload()
  found.sort((one, other) => other.row.born_at - one.row.born_at)
  box.records = found
  box.left = rows.length - found.length
}

export const waiting = (): Held[] => box.records.filter(({ row }) => row.state === 'saved')
export const drafts = (): Held[] => box.records.filter(({ row }) => row.state === 'draft')

/** A record of its own for what begins now; nothing is stored before there is something to lose. */
export function begun(content: Omit<Content, 'key' | 'media' | 'trouble' | 'outcome'>, now: number): Held {
  const id = crypto.randomUUID()
  const row = { id, account, state: 'draft' as State, schema: SCHEMA, born_at: now, received_at: 0, next_at: 0, tries: 0, bytes: 0 }
  const empty = { key: id, media: [], trouble: null, outcome: null }
  return { row: { ...row, sealed: { iv: new Uint8Array(), box: new ArrayBuffer(0) } }, content: { ...content, ...empty } }
}

/** Write a record of something new; when this returns it is on the disk. Throws NoRoom. */
export async function save(held: Held, change: Partial<Row> = {}): Promise<void> {
  await roomy(() => note(held, change))
}

/** Write what became of a record that is here already: also on a phone that is full, for sending makes room. */
export async function note(held: Held, change: Partial<Row> = {}): Promise<void> {
  const sealed = await sealJson(held.content)
  const row = { ...plain(held.row), ...change, schema: SCHEMA, sealed }
  await database.records.put(row)
  held.row = row
  show(held)
}

let adding: Promise<unknown> = Promise.resolve()

/** Take a file in: it and the record that names it are on the disk together when this returns. One after the other. */
export function add(held: Held, file: Blob, role: Media['role'], name: string): Promise<Media> {
  const added = adding.then(() => put(held, file, role, name))
  adding = added.catch(() => {})
  return added
}

async function put(held: Held, file: Blob, role: Media['role'], name: string): Promise<Media> {
  const bytes = await file.arrayBuffer()
  const sha256 = hex(await crypto.subtle.digest('SHA-256', bytes))
  const media: Media = { id: crypto.randomUUID(), role, name, type: file.type, bytes: bytes.byteLength, sha256, upload: '', sent: '' }
  const content = { ...held.content, media: [...held.content.media, media] }
  const blob = { id: media.id, record: held.row.id, type: file.type, sealed: await seal(bytes) }
  const row = { ...plain(held.row), bytes: held.row.bytes + media.bytes, sealed: await sealJson(content) }
  await roomy(() =>
    database.transaction('rw', database.records, database.blobs, async () => {
      await database.blobs.put(blob)
      await database.records.put(row)
    }),
  )
  Object.assign(held, { row, content })
  show(held)
  return media
}

/** The bytes of a file that is still here. */
export async function file(media: Media): Promise<ArrayBuffer> {
  const found = await database.blobs.get(media.id)
  if (!found) throw new Error(`no file ${media.id}`)
  return open(found.sealed)
}

/** A record that is over: its files go in the same moment as what became of it is written, not before. */
export async function settle(held: Held, outcome: NonNullable<Content['outcome']>, now: number): Promise<void> {
  const content = { ...held.content, trouble: null, outcome }
  const row = { ...plain(held.row), state: 'received' as State, received_at: now, schema: SCHEMA, sealed: await sealJson(content) }
  await database.transaction('rw', database.records, database.blobs, async () => {
    await database.records.put(row)
    await database.blobs.where('record').equals(row.id).delete()
  })
  Object.assign(held, { row, content })
  show(held)
}

/** Throw away what its maker has not sent off. */
export async function discard(held: Held): Promise<void> {
  await database.transaction('rw', database.records, database.blobs, async () => {
    await database.records.delete(held.row.id)
    await database.blobs.where('record').equals(held.row.id).delete()
  })
  box.records = box.records.filter(({ row }) => row.id !== held.row.id)
  changes++
}

export async function discardFile(held: Held, media: Media): Promise<void> {
  const content = { ...held.content, media: held.content.media.filter(({ id }) => id !== media.id) }
  const row = { ...plain(held.row), bytes: held.row.bytes - media.bytes, sealed: await sealJson(content) }
  await database.transaction('rw', database.records, database.blobs, async () => {
    await database.records.put(row)
    await database.blobs.delete(media.id)
  })
  Object.assign(held, { row, content })
  show(held)
}

/** Forget receipts whose time is over, and look how much room is left. */
export async function tidy(now: number): Promise<void> {
  const over = box.records.filter(({ row }) => row.state === 'received' && isOver(row.received_at, now))
  await database.records.bulkDelete(over.map(({ row }) => row.id))
  if (over.length) await reload()
  await measure()
}

export async function measure(): Promise<void> {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.()) ?? {}
  box.room = room(usage, quota)
}

async function roomy(write: () => Promise<unknown>): Promise<void> {
  await measure()
  if (box.room === 'none') throw new NoRoom()
  try {
    await write()
  } catch (error) {
    const { name, inner } = error as Error & { inner?: Error }
    if (name !== 'QuotaExceededError' && inner?.name !== 'QuotaExceededError') throw error
    box.room = 'none'
    throw new NoRoom()
  }
}

/** IndexedDB copies what it is given, which no proxy allows. */
function plain({ sealed: _sealed, ...row }: Row): Omit<Row, 'sealed'> {
  return { ...row }
}

function show(held: Held): void {
  changes++
  const at = box.records.findIndex(({ row }) => row.id === held.row.id)
  if (at >= 0) box.records[at] = held
  else box.records.unshift(held)
}
