const AGAIN = 30_000 // milliseconds after which a line that was refused is tried again
const SETTLED = 300 // of a page that goes from case to case
const FIRST_LOOK = 2_000 // after a page was opened: what changed while it was drawn
const KINDS = ['case', 'report', 'counts', 'present', 'refresh'] as const

/** A case or report that was changed, as the post may see it, by what a list opens; `waits`: it is this post's turn. */
export interface Changed {
  number: string
  state: string
  waits: boolean
}

/** A case, with the number of its last step. */
export interface ChangedCase extends Changed {
  seq: number
}

/** Who else looks at the case that is open. */
export interface Present {
  case: string
  labels: string[]
}

/**
 * The line on which the server tells what is new. What comes is announced to the page as `live:case`, `live:report`, `live:counts`,
 * `live:present` and `live:refresh` (ask anew); `data-live` of the page says whether the line is open. Where there is
 * none, the page is as old as it is.
 */
export function live(page: Document): void {
  const address = page.querySelector<HTMLElement>('[data-stream]')?.dataset.stream
  if (!address || !window.EventSource) return
  const lines = new Set<EventSource>()
  let shown = ''
  let hasBeenOpen = false
  let timer = 0
  const number = () => page.querySelector<HTMLElement>('[data-case]')?.dataset.case ?? ''

  const connect = (looksAt = number()) => {
    window.clearTimeout(timer)
    const before = [...lines]
    shown = looksAt
    const url = new URL(address, page.location.href)
    if (shown) url.searchParams.set('case', shown)
    const line = new EventSource(url, { withCredentials: true })
    lines.add(line)
    const leave = (others: EventSource[]) => others.forEach((other) => (other.close(), lines.delete(other)))
    line.onopen = () => {
      const isFirst = !hasBeenOpen
      const hasMissed = !before.some(isOpen)
      leave(before) // only now, so that nothing is missed in between
      state(page, true)
      hasBeenOpen = true
      if (isFirst) window.setTimeout(() => announce(page, 'refresh', { isFirst }), FIRST_LOOK)
      else if (hasMissed) announce(page, 'refresh', {})
    }
    line.onerror = () => {
      state(page, [...lines].some(isOpen))
      if (line.readyState !== EventSource.CLOSED || !lines.has(line)) return
      leave([...before, line])
      state(page, false)
      if (looksAt) connect('') // the case may have left the sight of the post, which still wants to hear of others
      else timer = window.setTimeout(connect, AGAIN)
    }
    for (const kind of KINDS) line.addEventListener(kind, (event) => announce(page, kind, JSON.parse(event.data)))
  }

  const hangUp = () => {
    window.clearTimeout(timer)
    lines.forEach((line) => line.close())
    lines.clear()
    state(page, false)
  }
  // A browser has few lines to one host: a page that nobody sees gives its own back, unless it is to be heard.
  page.addEventListener('visibilitychange', () => {
    if (!page.hidden && !lines.size) connect()
    else if (page.hidden && !hasSound()) hangUp()
  })
  page.addEventListener('htmx:afterSettle', () => {
    if (!lines.size || number() === shown) return
    window.clearTimeout(timer)
    timer = window.setTimeout(connect, SETTLED)
  })
  window.addEventListener('pagehide', hangUp)
  window.addEventListener('pageshow', (event) => event.persisted && connect())
  if (!page.hidden) connect()
}

const isOpen = (line: EventSource) => line.readyState === EventSource.OPEN

const SOUND = 'citygrid.sound'

/** Whether what is new is to be heard, as it was chosen in this browser. */
export const hasSound = () => localStorage.getItem(SOUND) === 'on'

export function setSound(on: boolean): void {
  if (on) localStorage.setItem(SOUND, 'on')
  else localStorage.removeItem(SOUND)
}

/** Call `heard` with each announcement of a kind. */
export function onNews<News>(page: Document, kind: (typeof KINDS)[number], heard: (news: News) => void): void {
  page.addEventListener(`live:${kind}`, (event) => heard((event as CustomEvent<News>).detail))
}

function announce(page: Document, kind: string, detail: unknown): void {
  page.dispatchEvent(new CustomEvent(`live:${kind}`, { detail }))
}

function state(page: Document, isOpen: boolean): void {
  page.documentElement.dataset.live = isOpen ? 'on' : 'off'
  page.dispatchEvent(new Event('live:state'))
}
