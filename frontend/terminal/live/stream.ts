import { reactive } from 'vue'
import { box, measure, NoRoom } from '../outbox/box.ts'
import { here, type Place } from '../place.ts'
import { typeOf } from '../recorder.ts'
import { database, type StreamRow } from '../store/database.ts'
import { openJson, seal, sealJson } from '../store/vault.ts'

/** A live video as the phone keeps it, beside its pieces. */
export interface Live {
  mime_type: string
  began_at: number
  place: Place | null // where it began
  made: number // pieces, of about a second each
  isOver: boolean // no more will be made
  trouble: string // why the server does not take it, in its words
}

export interface Standing extends Live {
  id: string
  waits: number // pieces that the server has not
}

/** What is recorded now (`id`), and all that the server has not whole yet, the oldest first. */
export const lives = reactive({ id: '', list: [] as Standing[] })
export const standing = (id: string): Standing | undefined => lives.list.find((one) => one.id === id)

const PIECE = 1000 // milliseconds
const BITS = { videoBitsPerSecond: 500_000, audioBitsPerSecond: 32_000 } // a second
const MEASURED = 10 // pieces after which the room is looked at again
const LOCK = 'citygrid-terminal-recording'

let account = ''
let recorder: MediaRecorder | null = null

const written = ({ id: _id, waits: _waits, ...live }: Standing): Live => live

export async function keep(one: Standing): Promise<void> {
  if (!account) return
  await database.streams.put({ id: one.id, account, sealed: await sealJson(written(one)) })
}

/** Take up what an account left here. What no window records any more is over: it was cut or killed. */
export async function openLives(of: string): Promise<void> {
  account = of
  const rows: StreamRow[] = await database.streams.where('account').equals(of).toArray()
  const found = rows.map(async ({ id, sealed }) => {
    const waits = await database.pieces.where('stream').equals(id).count()
    return { ...(await openJson<Live>(sealed)), id, waits }
  })
  lives.list = (await Promise.all(found)).sort((one, other) => one.began_at - other.began_at)
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock || lives.id) return
    for (const one of lives.list.filter(({ isOver }) => !isOver)) await keep(Object.assign(one, { isOver: true }))
  })
}

/** Record what a camera sees, piece by piece, each on the disk before anything else. `changed` is called after each. */
export async function begin(stream: MediaStream, changed: () => void, failed: (error: unknown) => void): Promise<void> {
  const mime_type = typeOf('video')
  const begun = { mime_type, began_at: Date.now(), place: here.place && { ...here.place }, made: 0, isOver: false, trouble: '' }
  lives.list.push({ ...begun, id: crypto.randomUUID(), waits: 0 })
  const one = lives.list[lives.list.length - 1]!
  lives.id = one.id
  await keep(one)
  let queue: Promise<unknown> = Promise.resolve()
  const next = (work: () => Promise<void>) => (queue = queue.then(work).then(changed, failed))
  recorder = new MediaRecorder(stream, { mimeType: mime_type, ...BITS })
  recorder.ondataavailable = ({ data }) => data.size && next(() => take(one, data))
  const over = new Promise<void>((done) => {
    recorder!.onstop = () => {
      lives.id = ''
      next(() => keep(Object.assign(one, { isOver: true })))
      void queue.then(() => done())
    }
  })
  void navigator.locks.request(LOCK, () => over)
  recorder.start(PIECE)
}

/** One piece and its number, in one write. Throws NoRoom. */
async function take(one: Standing, data: Blob): Promise<void> {
  const sealed = await seal(await data.arrayBuffer())
  const number = one.made
  if (!account) return
  if (number % MEASURED === 0) await measure()
  if (box.room === 'none') throw new NoRoom() // a report must find room
  const row = { id: one.id, account, sealed: await sealJson(written({ ...one, made: number + 1 })) }
  await database.transaction('rw', database.streams, database.pieces, async () => {
    await database.pieces.add({ stream: one.id, number, sealed })
    await database.streams.put(row)
  })
  one.made++
  one.waits++
}

export function end(): void {
  if (recorder?.state === 'recording') recorder.stop()
}

/** Stop at once, and write nothing more: what is here is about to be wiped. */
export function dropLives(): void {
  account = ''
  end()
  Object.assign(lives, { id: '', list: [] })
}

/** Forget one: the server has it whole, or its maker gave it up. */
export async function forget(id: string): Promise<void> {
  await database.transaction('rw', database.streams, database.pieces, async () => {
    await database.streams.delete(id)
    await database.pieces.where('stream').equals(id).delete()
  })
  lives.list = lives.list.filter((one) => one.id !== id)
}
