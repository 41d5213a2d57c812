export const TYPING = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]'
const KEPT = 'citygrid.keys'
const LETTERS = /^[a-z0-9?*]$/

/**
 * The keys of a page to work through: those the list names move in it and select, Enter opens, a letter shown on a
 * button presses it, a digit gives the reason with this number, ? shows the keys. None works while somebody types.
 */
export function workKeys(page: Document): void {
  page.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    const typing = (event.target as Element).closest(TYPING)
    if (event.key === 'Escape') return leave(event)
    if (typing || !keysAreOn() || page.querySelector('dialog[open]')) return
    if (press(page, event)) event.preventDefault()
  })
  page.addEventListener('click', (event) => {
    const target = event.target as Element
    if (target.closest('[data-show-keys]')) showKeys(page)
    if (target.closest('[data-bulk-all]')) selectAll(page)
  })
  window.addEventListener('pageshow', () => count(page))
  // Another part of the page has a bar of its own, which stands as the server drew it until it is settled.
  for (const name of ['htmx:afterSwap', 'htmx:afterSettle']) page.addEventListener(name, () => count(page))
  page.addEventListener('change', (event) => {
    const box = event.target as HTMLInputElement
    if (box.name === 'row') count(page)
    if (box.matches('[data-keys-on]')) localStorage.setItem(KEPT, box.checked ? 'on' : 'off')
  })
}

/** Who dictates to the machine, or presses keys by mistake, turns them off in the list of keys. */
export const keysAreOn = () => localStorage.getItem(KEPT) !== 'off'

function press(page: Document, event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase()
  if (!LETTERS.test(key)) return false
  const list = page.querySelector<HTMLElement>('[data-queue]')?.dataset
  if (key === list?.next || key === list?.previous) return move(page, key === list?.next ? 1 : -1, event.shiftKey)
  // A key that is held down takes no step on the case that opens next.
  if (event.repeat) return false
  if (key === '?') return showKeys(page)
  if (key === '*') return selectAll(page)
  if (key === list?.select) return select(page)
  const beside = page.querySelector<HTMLElement>(`[data-press="${key}"]`)
  if (beside) return !beside.closest('[hidden]') && click(beside)
  if (/\d/.test(key)) return click(page.querySelector(`details.act[open]:focus-within [data-reason="${key}"]`))
  return act(page, key, event.shiftKey)
}

/** With cases selected, a letter is for all of them. Shift opens the form even where it could be sent as it stands. */
function act(page: Document, key: string, opens: boolean): boolean {
  const bulk = page.querySelector<HTMLElement>('[data-bulk]:not([hidden])')
  const control = (bulk ?? page).querySelector<HTMLElement>(bulk ? `[data-bulk-key="${key}"]` : `[data-key="${key}"]`)
  if (!control) return false
  const fold = control.matches('summary') && control.closest('details')
  if (!fold) return click(control)
  if (control.dataset.ready !== undefined && !opens) return click(fold.querySelector('[data-send]'))
  for (const other of page.querySelectorAll<HTMLDetailsElement>('details.act[open]')) other.open = other === fold
  fold.open = true
  const first = fold.querySelector<HTMLElement>('[data-reason], input:not([type=hidden]), select, textarea')
  first?.focus()
  return true
}

function rows(page: Document): HTMLTableRowElement[] {
  return [...page.querySelectorAll<HTMLTableRowElement>('[data-queue] tbody tr:not([hidden], .is-gone)')]
}

function current(page: Document, all: HTMLTableRowElement[]): number {
  const focused = all.findIndex((row) => row.contains(page.activeElement))
  return focused >= 0 ? focused : all.findIndex((row) => row.getAttribute('aria-current') === 'true')
}

function move(page: Document, step: number, selects = false): boolean {
  const all = rows(page)
  if (!all.length) return false
  const from = current(page, all)
  const to = from < 0 ? 0 : Math.min(Math.max(from + step, 0), all.length - 1)
  if (selects) for (const row of all.slice(Math.min(Math.max(from, 0), to), Math.max(from, to) + 1)) tick(row, true)
  all[to]?.querySelector<HTMLAnchorElement>('a')?.focus()
  return true
}

function select(page: Document): boolean {
  const all = rows(page)
  const row = all[Math.max(current(page, all), 0)]
  return row ? tick(row) : false
}

function tick(row: HTMLTableRowElement, on?: boolean): boolean {
  const box = row.querySelector<HTMLInputElement>('input[type=checkbox]')
  if (!box) return false
  box.checked = on ?? !box.checked
  box.dispatchEvent(new Event('change', { bubbles: true }))
  return true
}

function selectAll(page: Document): boolean {
  const all = rows(page)
  const on = all.some((row) => row.querySelector('input:not(:checked)'))
  for (const row of all) tick(row, on)
  return all.length > 0
}

/** The bar of what can be done to all selected ones is there while some are. */
function count(page: Document): void {
  const bar = page.querySelector<HTMLElement>('[data-bulk]')
  if (!bar) return
  const chosen = page.querySelectorAll('[data-queue] input[name=row]:checked').length
  bar.hidden = chosen === 0
  const shown = bar.querySelector('[data-bulk-count]')
  if (shown) shown.textContent = String(chosen)
}

function click(control: Element | null): boolean {
  ;(control as HTMLElement | null)?.click()
  return control !== null
}

function showKeys(page: Document): boolean {
  const dialog = page.querySelector<HTMLDialogElement>('dialog[data-keys]')
  const box = dialog?.querySelector<HTMLInputElement>('[data-keys-on]')
  if (box) box.checked = keysAreOn()
  dialog?.showModal()
  return dialog !== null
}

/** Out of a field, to where a digit gives a usual reason; then out of an open form. */
function leave(event: KeyboardEvent): void {
  const target = event.target as Element
  const fold = target.closest('details.act[open]') as HTMLDetailsElement | null
  if (!fold) return
  const reason = target.closest(TYPING) && fold.querySelector<HTMLElement>('[data-reason]')
  if (!reason) fold.open = false
  ;(reason || fold.querySelector('summary'))?.focus()
  event.preventDefault()
}
