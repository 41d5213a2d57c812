import { reactive } from 'vue'

/** The time as the screens show it: half a minute old at most. `ahead`: by how many milliseconds the phone is ahead of the server, as far as one was heard; negative where it is behind. */
export const clock = reactive({ now: Date.now(), ahead: 0 })

export const WRONG = 300_000 // milliseconds from which on the clock of a phone is called wrong

setInterval(() => (clock.now = Date.now()), 30_000)

/** Take the time of an answer that has just come (RFC 9110, Date); one without it tells nothing. */
export function hear(date: string | null): void {
  const at = Date.parse(date ?? '')
  if (!Number.isNaN(at)) clock.ahead = Date.now() - at
}
