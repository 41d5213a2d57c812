import htmx from 'htmx.org'

const SECONDS = 10

interface Step {
  number: string
  url: string
  body: FormData
  here: string
  timer: number
}

let pending: Step | null = null
// Cases whose step waits or is under way, and until when a list may still name them that was drawn before it was taken.
const gone = new Map<string, number>()
const LATE_LIST = 3_000
const LET_GO = 'undo-let-go'

/**
 * A step of the pane that asks nothing waits ten seconds before it is sent, and can be taken back until then; the next
 * case opens at once. It is sent when the time is over, when the next step begins, or when the page is left.
 */
export function undoable(page: Document): void {
  page.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (!form.dataset.undo || hasFiles(form) || !page.querySelector('[data-undo-bar]')) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (isGone(form.dataset.number ?? '')) return // pressed again before the next case was there
    void send(page)
    begin(page, form, (event as SubmitEvent).submitter as HTMLButtonElement | null)
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
  sessionStorage.setItem(LET_GO, pending.number)
  pending = null
  part(page, 'bar').hidden = true
}

function tellLetGo(page: Document): void {
  const number = sessionStorage.getItem(LET_GO)
  const failed = page.querySelector<HTMLElement>('[data-undo-failed]')
  if (!number || !failed) return
  sessionStorage.removeItem(LET_GO)
  part(page, 'refusal').textContent = `${number}: ${failed.dataset.signedOut}`
  failed.hidden = false
}

/** The rows of what is under way stay away from a list that is put in meanwhile. */
function hideRows(page: Document): void {
  for (const box of page.querySelectorAll<HTMLInputElement>('[data-queue] input[name=row]')) {
    const row = box.closest('tr')
    if (row) row.hidden = isGone(box.value.split('|')[0] ?? '')
  }
}

const isGone = (number: string) => (gone.get(number) ?? 0) > Date.now()

function begin(page: Document, form: HTMLFormElement, button: HTMLButtonElement | null): void {
  const body = new FormData(form)
  if (button?.name) body.set(button.name, button.value)
  const number = form.dataset.number ?? ''
  const timer = window.setTimeout(() => void send(page), SECONDS * 1000)
  pending = { number, url: form.action, body, here: page.location.href, timer }
  gone.set(number, Infinity)
  const unit = form.querySelector<HTMLSelectElement>('select[name=unit]')?.selectedOptions[0]?.textContent
  part(page, 'words').textContent = unit ? `${form.dataset.undo} → ${unit}` : `${form.dataset.undo}`
  part(page, 'bar').hidden = false
  visit(page, form.dataset.next ?? '')
}

/** The step that waits goes to the server now, also while the page is left. A refusal brings the row back. */
async function send(page: Document): Promise<void> {
  const step = pending
  if (!step) return
  pending = null
  window.clearTimeout(step.timer)
  part(page, 'bar').hidden = true
  const told = await refusalOf(step)
  gone.set(step.number, told ? 0 : Date.now() + LATE_LIST)
  if (!told) return
  hideRows(page)
  part(page, 'refusal').textContent = `${step.number}: ${told === true ? '' : told}`
  part(page, 'failed').hidden = false
}

/** The words of the refusal, true where there are none (the network is gone), false when the step was taken. */
async function refusalOf(step: Step): Promise<string | boolean> {
  const request = { method: 'POST', body: step.body, keepalive: true, headers: { Accept: 'application/json' } }
  try {
    const answer = await fetch(step.url, request)
    return answer.ok ? false : wordsOf(await answer.json())
  } catch {
    return true
  }
}

const wordsOf = (problem: { title: string; hint: string }) => `${problem.title} ${problem.hint}`

/** Nothing was sent yet: the row comes back, and its case opens again. */
function takeBack(page: Document): void {
  const step = pending
  if (!step) return
  pending = null
  window.clearTimeout(step.timer)
  gone.delete(step.number)
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
