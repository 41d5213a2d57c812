/** What an answer means for a record: sent, tried again later, or something a person must see. */
export type Verdict = 'received' | 'later' | 'sign-in' | 'revoked' | 'conflict' | 'refused'

export const REVOKED = 'terminal.revoked'
const BUSY = new Set([0, 408, 423, 425, 429])
const BY_STATUS: Record<number, Verdict> = { 401: 'sign-in', 409: 'conflict' }

/** `status` 0: no answer came. Whatever is refused for good is kept and shown, never sent again by itself. */
export function verdict(status: number, code = ''): Verdict {
  if (code === REVOKED) return 'revoked'
  if (status >= 200 && status < 300) return 'received'
  if (BUSY.has(status) || status >= 500) return 'later'
  return BY_STATUS[status] ?? 'refused'
}

export const LOST = 'terminal.file_lost'

/** Whether it is one file that is refused for good: the record may do without it. */
export const isOfFile = (status: number, code: string): boolean =>
  verdict(status, code) === 'refused' && (code === LOST || code.startsWith('evidence.'))

const SHORTEST = 5_000
const LONGEST = 300_000

/** Milliseconds before the next try: doubled each time, five minutes at most. */
export const pause = (tries: number): number => Math.min(SHORTEST * 2 ** Math.max(tries - 1, 0), LONGEST)

export const KEPT_DAYS = 30
export const DAY = 86_400_000

/** Whether a receipt is old enough to be forgotten. */
export const isOver = (received_at: number, now: number): boolean => now - received_at > KEPT_DAYS * DAY

export type Room = 'enough' | 'little' | 'none'
const LITTLE = 0.8
const RESERVE = 8 * 2 ** 20 // bytes: three photos and what is written beside them

/** How much room the browser leaves us; a warning from 80 % on. */
export function room(usage: number, quota: number): Room {
  if (!quota) return 'enough'
  if (quota - usage < RESERVE) return 'none'
  return usage / quota >= LITTLE ? 'little' : 'enough'
}

interface Queued {
  id: string
  born_at: number
  next_at: number
  case_id: string
  needs_person: boolean
}

/** What may be sent now, oldest first; nothing on a case overtakes an earlier step on it that is not sent yet. */
export function sendable<T extends Queued>(records: T[], now: number): T[] {
  const stopped = new Set<string>()
  return [...records]
    .sort((one, other) => one.born_at - other.born_at)
    .filter((one) => {
      const may = !one.needs_person && one.next_at <= now && !(one.case_id && stopped.has(one.case_id))
      if (!may && one.case_id) stopped.add(one.case_id)
      return may
    })
}
