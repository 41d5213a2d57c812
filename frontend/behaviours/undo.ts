import htmx from 'htmx.org'

const SECONDS = 10

interface Step {
  words: string
  keys: string[] // what is acted on, as `open` of the list names it
  url: string
  body: FormData | URLSearchParams
  here: string
  timer: number
}

/** What was not done: whose rows come back, and why. */
interface Refused {
  number: string
  name: string
  words: string
}

let pending: Step | null = null
// What a step waits for or is under way for, and until when a list may still name it that was drawn before.
const gone = new Map<string, number>()
const LATE_LIST = 3_000
const LET_GO = 'undo-let-go'

/**
 * A step that asks nothing, on the case or report that is open or on all that are selected, waits ten seconds before it
 * is sent, and can be taken back until then; the next one opens at once. It is sent when the time is over, when the next
 * step begins, or when the page is left. The words of it stand on the button, or on the form.
 */
export function undoable(page: Document): void {
  page.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    const button = (event as SubmitEvent).submitter as HTMLButtonElement | null
    const words = button?.dataset.undo ?? form.dataset.undo
    if (!words || hasFiles(form) || !page.querySelector('[data-undo-bar]')) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const body = new FormData(form, button)
    const keys = form.dataset.number ? [form.dataset.number] : body.getAll('row').map((row) => keyOf(String(row)))
    if (!keys.length || keys.some(isGone)) return // pressed again before the next case was there
    void send(page)
    begin(page, form, words, body, keys)
  })
  page.addEventListener('click', (event) => {
    const target = event.target as Element
    if (target.closest('[data-undo-back]')) takeBack(page)
    if (target.closest('[data-undo-seen]')) part(page, 'failed').hidden = true
  })
  page.addEventListener('htmx:afterSwap', () => hideRows(page))
  window.addEventListener('pagehide', () => void send(page))
  page.addEventListener('htmx:beforeOnLoad', (event) => {
    if ((event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr.getResponseHeader('HX-Redirect')) letGo(page)
  })
  tellLetGo(page)
}

/** The session is over: what waits would be refused while the page is left. It is told after the sign-in. */
function letGo(page: Document): void {
  if (!pending) return
  window.clearTimeout(pending.timer)
  sessionStorage.setItem(LET_GO, pending.words)
  pending = null
  part(page, 'bar').hidden = true
}

function tellLetGo(page: Document): void {
  const words = sessionStorage.getItem(LET_GO)
  const failed = page.querySelector<HTMLElement>('[data-undo-failed]')
  if (!words || !failed) return
  sessionStorage.removeItem(LET_GO)
  part(page, 'refusal').textContent = `${words}: ${failed.dataset.signedOut}`
  failed.hidden = false
}

/** The number in what stands for a case in a form about many. */
export const keyOf = (row: string) => row.split('|')[0] ?? ''

/** What a row of a list opens beside it. */
export function opens(row: Element): string {
  const link = row.querySelector<HTMLAnchorElement>('a[href*="open="]')
  return link ? (new URL(link.href).searchParams.get('open') ?? '') : ''
}

/** The rows of what is under way stay away from a list that is put in meanwhile. */
function hideRows(page: Document): void {
  for (const row of page.querySelectorAll<HTMLElement>('[data-queue] tbody tr')) row.hidden = isGone(opens(row))
}

const isGone = (key: string) => (gone.get(key) ?? 0) > Date.now()

function begin(page: Document, form: HTMLFormElement, words: string, body: FormData, keys: string[]): void {
  const timer = window.setTimeout(() => void send(page), SECONDS * 1000)
  const isMany = !form.dataset.number // without photos; the other way of writing them would be too long for a last call
  const sent = isMany ? new URLSearchParams([...body].map(([name, value]) => [name, String(value)])) : body
  const unit = form.querySelector<HTMLSelectElement>('select[name=unit]')?.selectedOptions[0]?.textContent
  const many = form.dataset.many?.replace('#', String(keys.length))
  const told = [words, many].filter(Boolean).join(': ') + (unit ? ` → ${unit}` : '')
  pending = { words: told, keys, url: form.getAttribute('action') ?? '', body: sent, here: page.location.href, timer }
  for (const key of keys) gone.set(key, Infinity)
  part(page, 'words').textContent = told
  part(page, 'bar').hidden = false
  visit(page, form.dataset.next ?? '')
}

/** The step that waits goes to the server now, also while the page is left. A refusal brings its rows back. */
async function send(page: Document): Promise<void> {
  const step = pending
  if (!step) return
  pending = null
  window.clearTimeout(step.timer)
  part(page, 'bar').hidden = true
  const refused = await refusedOf(step)
  for (const key of step.keys) gone.set(key, Date.now() + LATE_LIST)
  for (const { number } of refused) gone.delete(number)
  if (!refused.length) return
  hideRows(page)
  const offline = part(page, 'refusal').dataset.offline // no words came
  const lines = refused.map(({ name, words }) => `${step.keys.length > 1 ? name : step.words}: ${words || offline}`)
  part(page, 'refusal').textContent = lines.join('\n')
  part(page, 'failed').hidden = false
}

/** What was not done of a step, in the words of the server; none where the network is gone. */
async function refusedOf(step: Step): Promise<Refused[]> {
  const all = (words: string) => step.keys.map((number) => ({ number, name: number, words }))
  const request = { method: 'POST', body: step.body, keepalive: true, headers: { Accept: 'application/json' } }
  try {
    const answer = await fetch(step.url, request)
    if (!answer.ok) return all(wordsOf(await answer.json()))
    return answer.status === 204 ? [] : ((await answer.json()) as { refused: Refused[] }).refused
  } catch {
    return all('')
  }
}

const wordsOf = (problem: { title: string; hint: string }) => `${problem.title} ${problem.hint}`

/** Nothing was sent yet: the rows come back, and what was open opens again. */
function takeBack(page: Document): void {
  const step = pending
  if (!step) return
  pending = null
  window.clearTimeout(step.timer)
  for (const key of step.keys) gone.delete(key)
  part(page, 'bar').hidden = true
  visit(page, step.here)
}

/** Another case of the list, without leaving the page: by a link that takes after those of the list. */
function visit(page: Document, address: string): void {
  const url = new URL(address, page.location.href)
  if (isGone(url.searchParams.get('open') ?? '')) url.searchParams.delete('open')
  const list = page.querySelector('[data-queue] .queue-list')
  if (!list) return page.location.assign(url)
  const link = page.createElement('a')
  link.href = `${url.pathname}${url.search}`
  list.append(link)
  htmx.process(link)
  link.click()
}

const part = (page: Document, name: string) => page.querySelector(`[data-undo-${name}]`) as HTMLElement

function hasFiles(form: HTMLFormElement): boolean {
  return [...form.querySelectorAll<HTMLInputElement>('input[type=file]')].some((field) => field.files?.length)
}
