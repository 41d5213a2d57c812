import { ask, call, Refused, refusal, ROOT } from '../api.ts'
import { isOurs } from '../outbox/sender.ts'
import { verdict } from '../outbox/rules.ts'
import { hex } from '../outbox/uploads.ts'
import { distance, here, type Place } from '../place.ts'
import { database } from '../store/database.ts'
import { open } from '../store/vault.ts'
import { forget, keep, lives, type Standing } from './stream.ts'

const LOCK = 'citygrid-terminal-live'
const EVERY = 15_000 // milliseconds
const REST = 2_000 // milliseconds without a try after no answer came
const FAR = 30 // metres after which the place is told anew
const DAMAGED = 460 // a piece did not arrive as it was sent

const known = new Map<string, Place>() // what the server was told of since the page was opened, and where it was then
let isAsked = false
let rest = 0

/** Send what waits: now, when the network comes back, and every quarter of a minute. */
export function startLives(): void {
  const now = () => void sendLives()
  addEventListener('online', now)
  setInterval(now, EVERY)
  now()
}

/** Send pieces in their order, then how many there were; each may be sent again. Of all windows one sends. */
export async function sendLives(): Promise<void> {
  isAsked = true
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    while (lock && isAsked) {
      isAsked = false
      for (const one of lives.list.filter(({ trouble }) => !trouble)) if (Date.now() < rest || !(await delivered(one))) return
    }
  })
}

/** Whether there is any use in going on with the next one. */
async function delivered(one: Standing): Promise<boolean> {
  try {
    return await deliver(one)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    known.delete(one.id)
    rest = Date.now() + REST
    const found = error.status === DAMAGED ? 'later' : verdict(error.status, error.code)
    if (found !== 'refused' && found !== 'conflict') return false
    await keep(Object.assign(one, { trouble: error.title || String(error.status) })) // kept until its maker decides
    return true
  }
}

async function deliver(one: Standing): Promise<boolean> {
  const place = here.place ?? one.place
  if (!place) return true // it goes on where the phone knows where it is
  if (!known.has(one.id)) {
    if (!(await isOurs())) return false
    const { id, mime_type } = one
    await call('/streams', { id, mime_type, ...at(one.place ?? place) })
    known.set(id, one.place ?? place)
  }
  for (let row = await first(one.id); row; row = await first(one.id)) {
    await put(one.id, row.number, await open(row.sealed))
    await database.pieces.delete([one.id, row.number])
    one.waits--
  }
  if (one.id === lives.id && distance(known.get(one.id)!, place) > FAR) {
    await call(`/streams/${one.id}/place`, at(place))
    known.set(one.id, { ...place })
  }
  if (one.isOver && !one.waits) {
    await call(`/streams/${one.id}/end`, { pieces: one.made })
    await forget(one.id)
  }
  return true
}

const at = ({ lon, lat }: Place) => ({ lon, lat, frame: 'wgs84' })
const first = (id: string) => database.pieces.where('stream').equals(id).first() // by its number: the key is both

async function put(id: string, number: number, bytes: ArrayBuffer): Promise<void> {
  const sha256 = hex(await crypto.subtle.digest('SHA-256', bytes))
  const headers = { 'Content-Type': 'application/octet-stream', 'Citygrid-Sha256': sha256 }
  const answer = await ask(`${ROOT}/streams/${id}/pieces/${number}`, { method: 'PUT', headers, body: bytes })
  if (!answer.ok) throw await refusal(answer)
}
