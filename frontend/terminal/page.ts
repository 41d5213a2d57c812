import type { Base } from '../kit/base-maps.ts'

/** What the page gives: words in its language, drawings of lamps, addresses, base maps. */
interface Told {
  language: string
  words: Record<string, string>
  lamps: Record<string, string>
  icons: string
  bases: Base[]
  urls: Record<'page' | 'worker' | 'signIn' | 'signOut' | 'desk' | 'language', string>
}

export const told = JSON.parse(document.getElementById('told')!.textContent!) as Told

/** Words by their name (citygrid/terminal/web/words.py), with what is given put in for {names}. */
export function say(name: string, given: Record<string, string | number> = {}): string {
  return (told.words[name] ?? name).replace(/\{(\w+)\}/g, (_, key: string) => String(given[key] ?? ''))
}

const zone = { timeZone: document.documentElement.dataset.timeZone }
const language = told.language.startsWith('zh') ? 'zh-CN' : 'en-GB'
const moment = new Intl.DateTimeFormat('sv-SE', { ...zone, dateStyle: 'short', timeStyle: 'short' })
const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })

/** A moment as 2026-11-23 14:05 in the time zone of the district. */
export const when = (at: number | string): string => moment.format(new Date(at))

export const metres = (far: number): string =>
  far < 1000 ? say('metres', { count: Math.round(far) }) : say('kilometres', { count: number.format(far / 1000) })

export const size = (bytes: number): string =>
  bytes < 2 ** 20 ? say('kilobytes', { count: Math.ceil(bytes / 2 ** 10) }) : say('megabytes', { count: number.format(bytes / 2 ** 20) })

const MINUTE = 60_000
const SPANS: [number, string][] = [
  [1440 * MINUTE, 'days'],
  [60 * MINUTE, 'hours'],
  [MINUTE, 'minutes'],
]

/** A length of time in its two largest units. */
export function span(milliseconds: number): string {
  const parts: string[] = []
  let rest = Math.max(milliseconds, MINUTE)
  for (const [unit, name] of SPANS) {
    const count = Math.floor(rest / unit)
    if (count && parts.length < 2) parts.push(say(name, { count }))
    rest -= count * unit
  }
  return parts.join(say('between_units'))
}

/** How a deadline stands, in plain words. */
export function due(at: string, now: number): string {
  const left = Date.parse(at) - now
  return say(left > 0 ? 'left' : 'overdue', { span: span(Math.abs(left)) })
}

/** Seconds as a clock shows them, 1:05. */
export const clocked = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
