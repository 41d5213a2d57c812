/**
 * A long list of choices is narrowed by typing words of a choice, or the first letters of its sound (`data-initials`).
 * Enter takes the first one that is left and goes on to what follows in the form, the arrow goes into the list; who
 * goes on takes the only one that is left.
 * Without scripts the list stays whole.
 */
export function findChoice(root: HTMLElement): void {
  for (const list of root.querySelectorAll<HTMLSelectElement>('select[data-find]')) {
    if (!list.previousElementSibling?.matches('.find-choice')) narrowed(list)
  }
}

const SHOWN = 8

function narrowed(list: HTMLSelectElement): void {
  const all = [...list.children].map((child) => child.cloneNode(true) as Element)
  const box = document.createElement('input')
  Object.assign(box, { type: 'search', className: 'form-control find-choice', placeholder: list.dataset.find })
  box.autocomplete = 'off'
  box.setAttribute('aria-label', list.dataset.find ?? '')
  const told = document.createElement('p')
  told.className = 'visually-hidden'
  told.setAttribute('role', 'status')
  list.before(box)
  list.after(told)

  const narrow = () => {
    const chosen = list.value
    const words = box.value.trim().toLowerCase().split(/\s+/).filter(Boolean)
    list.replaceChildren(...all.map((child) => kept(child, words)).filter((child) => child !== null))
    if (!list.options.length) list.append(nothing(list.dataset.none ?? ''))
    list.size = words.length ? Math.max(2, Math.min(SHOWN, rows(list))) : 0
    list.value = chosen
    told.textContent = words.length ? `${list.querySelectorAll('option:enabled').length}` : ''
  }
  const left = () => [...list.options].filter((option) => option.value)
  const choose = (value: string) => {
    box.value = ''
    narrow()
    list.value = value
    list.dispatchEvent(new Event('change', { bubbles: true }))
  }
  const take = () => {
    choose(list.selectedOptions[0]?.value || left()[0]?.value || '')
    list.focus()
  }
  const goOn = () => {
    take()
    const all = [...(list.form?.elements ?? [])] as HTMLElement[]
    all.slice(all.indexOf(list) + 1).find((each) => each.offsetParent)?.focus()
  }
  box.addEventListener('input', narrow)
  box.addEventListener('keydown', (event) => {
    if (event.isComposing) return
    if (event.key === 'Enter') event.preventDefault() // it would send the form
    if (event.key === 'Enter' && box.value.trim()) goOn()
    if (event.key === 'ArrowDown') list.focus()
  })
  box.addEventListener('blur', (event) => {
    const [only, ...others] = left()
    if (box.value.trim() && only && !others.length && event.relatedTarget !== list) choose(only.value)
  })
  list.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && list.size > 1) {
      event.preventDefault()
      take()
    }
  })
  list.addEventListener('click', (event) => {
    if (list.size > 1 && event.target instanceof HTMLOptionElement) take()
  })
}

function nothing(words: string): HTMLOptionElement {
  const option = new Option(words, '')
  option.disabled = true
  return option
}

const rows = (list: HTMLSelectElement) => list.options.length + list.querySelectorAll('optgroup').length

/** The option if it fits, or the group with those that fit; null where none does. */
function kept(child: Element, words: string[]): Element | null {
  if (child instanceof HTMLOptionElement) return fits(child, words) ? (child.cloneNode(true) as Element) : null
  const group = child.cloneNode(false) as Element
  const inner = [...child.children].map((option) => kept(option, words)).filter((option) => option !== null)
  group.append(...inner)
  return inner.length ? group : null
}

function fits(option: HTMLOptionElement, words: string[]): boolean {
  const text = option.text.toLowerCase()
  return words.every((word) => text.includes(word) || (option.dataset.initials ?? '').includes(word))
}
