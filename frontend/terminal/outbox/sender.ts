import { call, Refused } from '../api.ts'
import { forgetDevices } from '../device.ts'
import { say } from '../page.ts'
import { wipeAll } from '../store/gone.ts'
import { box, file, type Held, isOf, note, reload, settle, tidy, waiting } from './box.ts'
import type { Content, Media, Theirs, Trouble } from './record.ts'
import { isOfFile, LOST, pause, sendable, verdict } from './rules.ts'
import { upload } from './uploads.ts'

const LOCK = 'citygrid-terminal-sender'
const LOOKED_AGAIN = 15_000 // milliseconds

let isAsked = false
let rest = { until: 0, tries: 0 } // while nothing answers at all
let told: () => void = () => {}

/** `changed` is called when the server has something new for the screens. Send by itself: now, when the network comes back, when the page is looked at again, and every quarter of a minute. */
export function startSending(changed: () => void): void {
  told = changed
  const now = () => void send(true)
  addEventListener('online', now)
  document.addEventListener('visibilitychange', () => document.hidden || void send(true))
  setInterval(() => void send(), LOOKED_AGAIN)
  now()
}

/** Send what is due; `isUrged`: also what was to be tried later. Of all windows one sends. */
export async function send(isUrged = false): Promise<void> {
  if (isUrged) rest = { until: 0, tries: 0 }
  if (Date.now() < rest.until || box.isRevoked) return
  isAsked = true
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    while (lock && isAsked) {
      isAsked = false
      await pass(isUrged)
    }
  })
}

async function pass(isUrged: boolean): Promise<void> {
  const tried = new Set<string>()
  if (waiting().length) await reload() // another window may have sent some of it
  if (due(isUrged, tried) && !(await isOurs())) return
  for (let next = due(isUrged, tried); next; next = due(isUrged, tried)) {
    tried.add(next.row.id)
    box.sending = next.row.id
    const goesOn = await deliver(next).finally(() => (box.sending = ''))
    if (!goesOn) return
  }
  await tidy(Date.now())
}

function due(isUrged: boolean, tried: Set<string>): Held | undefined {
  const queued = waiting().map((held) => ({
    held,
    id: held.row.id,
    born_at: held.row.born_at,
    next_at: isUrged ? 0 : held.row.next_at,
    case_id: held.content.case_id,
    needs_person: held.content.trouble !== null || tried.has(held.row.id),
  }))
  return sendable(queued, Date.now())[0]?.held
}

/** Whether whoever is signed in is who made what is shown: nothing is sent in another's name. */
export async function isOurs(): Promise<boolean> {
  try {
    const isSame = isOf((await call<{ account_id: string }>('/terminal/epoch')).account_id)
    if (!isSame) told()
    return isSame
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const found = verdict(error.status, error.code)
    if (found === 'revoked') await revoke()
    if (found === 'sign-in') box.needsSignIn = true
    if (error.status === 0) rested()
    return false
  }
}

/** Whether there is any use in sending the next one. */
async function deliver(held: Held): Promise<boolean> {
  try {
    const number = await hand(held)
    box.needsSignIn = false
    rest = { until: 0, tries: 0 }
    await settle(held, { kind: 'received', number, reason: '' }, Date.now())
    told()
    return true
  } catch (error) {
    return failed(held, error instanceof Refused ? error : lost(error))
  }
}

const lost = (error: unknown) => new Refused(422, LOST, say('file_lost'), String(error))

function rested(): void {
  rest = { until: Date.now() + pause(rest.tries + 1), tries: rest.tries + 1 }
}

async function failed(held: Held, refused: Refused): Promise<boolean> {
  const { status, code, title, hint, fields } = refused
  const found = verdict(status, code)
  if (found === 'revoked') {
    await revoke()
    return false
  }
  if (found === 'sign-in') box.needsSignIn = true
  if (status === 0) rested()
  if (found === 'later' || found === 'sign-in') {
    const tries = held.row.tries + 1
    if (status !== 0) await note(held, { tries, next_at: Date.now() + pause(tries) })
    return status !== 0 && found === 'later'
  }
  const files = refused instanceof FilesRefused ? refused.files : []
  const trouble: Trouble = { kind: 'refused', code, title, hint, fields, files }
  if (found === 'conflict' && held.content.case_id) {
    trouble.kind = 'conflict'
    try {
      trouble.theirs = await theirsOf(held.content.case_id)
    } catch (silent) {
      if ((silent as Refused).status === 0) return false // asked again, with the step, later
    }
  }
  held.content.trouble = trouble
  await note(held)
  return true
}

/** The server has taken this device off: nothing stays on it. */
export async function revoke(): Promise<void> {
  await wipeAll()
  forgetDevices()
  Object.assign(box, { records: [], sending: '', left: 0, isRevoked: true })
}

/** Files that were refused, by their ids, in the words about the first of them. */
class FilesRefused extends Refused {
  constructor(
    { status, code, title, hint, fields }: Refused,
    readonly files: string[],
  ) {
    super(status, code, title, hint, fields)
  }
}

/** Send the files that are not there yet, past those that are refused; throws FilesRefused at the end. */
async function handFiles(held: Held): Promise<void> {
  const refused: [string, Refused][] = []
  for (const media of held.content.media.filter(({ sent }) => !sent)) {
    try {
      await handFile(held, media)
    } catch (error) {
      if (!(error instanceof Refused && isOfFile(error.status, error.code))) throw error
      refused.push([media.id, error])
    }
  }
  if (refused.length) throw new FilesRefused(refused[0]![1], refused.map(([id]) => id))
}

async function handFile(held: Held, media: Media): Promise<void> {
  const remember = (address: string) => ((media.upload = address), note(held))
  const bytes = await file(media).catch((error) => {
    throw lost(error)
  })
  media.sent = await upload(bytes, media, remember)
  await note(held) // its id is part of what is sent: it must be the same the next time
}

/** Send the files that are not there yet, then the record; what it is called there. */
async function hand(held: Held): Promise<string> {
  const { content } = held
  await handFiles(held)
  const key = { 'Idempotency-Key': content.key }
  if (content.kind === 'report') return report(content, key)
  const photos = content.media.map(({ sent, role }) => ({ id: sent, role }))
  const moved = await call<CaseOut>(`/cases/${content.case_id}/steps`, { ...content.body, photos }, key)
  await follow(held, moved.head_seq)
  return moved.number
}

/** What it is called: the case it became at once, where it was dealt with on the spot, or its receipt. */
async function report({ body, media }: Content, key: Record<string, string>): Promise<string> {
  const ids = (isAfter: boolean) => media.filter(({ role }) => (role === 'after') === isAfter).map(({ sent }) => sent)
  const handled = body.handled ? { handled: { ...body.handled, photos: ids(true) } } : {}
  const got = await call<{ receipt: string; case_number: string }>('/reports', { ...body, ...handled, photos: ids(false) }, key)
  return got.case_number || got.receipt
}

/** A later step of ours on the same case, made on what this one was made on, now stands on this one. */
async function follow(done: Held, head_seq: number): Promise<void> {
  for (const held of waiting()) {
    const { content, row } = held
    const isSame = content.case_id === done.content.case_id && content.body.expected_seq === done.content.body.expected_seq
    if (row.id === done.row.id || !isSame || content.trouble) continue
    content.body.expected_seq = head_seq
    await note(held)
  }
}

interface CaseOut {
  number: string
  head_seq: number
  state: string
  steps: { action: string; label: string; at: string; data: Record<string, unknown> }[]
}

async function theirsOf(case_id: string): Promise<Theirs> {
  const [found, actions] = await Promise.all([
    call<CaseOut>(`/cases/${case_id}`),
    call<{ code: string }[]>(`/cases/${case_id}/actions`),
  ])
  const { action, label, at, data } = found.steps[found.steps.length - 1]!
  const words = [data.reason, data.note].filter(Boolean).join(' ')
  return { head_seq: found.head_seq, state: found.state, last: { action, label, at, words }, actions: actions.map(({ code }) => code) }
}
