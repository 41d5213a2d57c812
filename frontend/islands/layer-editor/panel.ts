import { nameOf, type Item, type Items } from './items.ts'
import type { Fault } from './server.ts'

const FIELDS = ['code', 'name_zh', 'name_en', 'responsible_unit_id', 'valid_to_date'] as const

/** What stands beside the map: the list of features, the form of the one selected, what is wrong. */
export class Panel {
  private readonly list: HTMLSelectElement
  private readonly form: HTMLFormElement
  private readonly faults: HTMLElement
  private shown: Item | null = null

  constructor(
    element: HTMLElement,
    private readonly words: { unnamed: string; fine: string },
    select: (codes: string[]) => void,
    changed: (before: Item, after: Item) => void,
    zoom: (box: number[]) => void,
  ) {
    this.list = element.querySelector('[data-list]')!
    this.form = element.querySelector('[data-form]')!
    this.faults = element.querySelector('[data-faults]')!
    this.list.addEventListener('change', () => select([...this.list.selectedOptions].map((option) => option.value)))
    this.form.addEventListener('submit', (event) => event.preventDefault())
    this.form.addEventListener('change', () => {
      if (this.shown && this.form.reportValidity()) changed(this.shown, this.read(this.shown))
    })
    this.faults.addEventListener('click', (event) => {
      const box = (event.target as Element).closest<HTMLElement>('[data-box]')?.dataset.box
      if (box) zoom(JSON.parse(box) as number[])
    })
  }

  showItems(items: Items, selected: ReadonlySet<string>): void {
    const sorted = [...items.values()].sort((one, other) => one.code.localeCompare(other.code))
    this.list.replaceChildren(
      ...sorted.map((item) => {
        const name = nameOf(item) || this.words.unnamed
        return new Option(`${item.code} ${name}`, item.code, false, selected.has(item.code))
      }),
    )
  }

  /** The form of one item; a code that the layer has cannot be changed. */
  showItem(item: Item | null, isNew: boolean): void {
    this.shown = item
    this.form.hidden = !item
    if (!item) return
    for (const name of FIELDS) this.field(name).value = item[name] ?? ''
    for (const field of this.attributes()) field.value = (item.attributes?.[field.name] as string | undefined) ?? ''
    ;(this.field('code') as HTMLInputElement).readOnly = !isNew
  }

  showFaults(faults: Fault[] | null): void {
    const rows = (faults ?? []).map((fault) => {
      const row = document.createElement('li')
      const button = document.createElement('button')
      button.type = 'button'
      button.className = 'btn'
      button.dataset.box = JSON.stringify(fault.box)
      button.textContent = `${fault.code}: ${fault.what} ${fault.detail}`
      row.append(button)
      return row
    })
    if (faults && !faults.length) {
      const row = document.createElement('li')
      row.textContent = this.words.fine
      rows.push(row)
    }
    this.faults.replaceChildren(...rows)
    this.faults.closest<HTMLElement>('[data-checked]')!.hidden = !faults
  }

  focusName(): void {
    this.field('name_zh').focus()
  }

  private read(item: Item): Item {
    const given = Object.fromEntries(FIELDS.map((name) => [name, this.field(name).value.trim()]))
    const { responsible_unit_id: unit, valid_to_date: until } = given
    const told = { ...item, ...given, responsible_unit_id: unit || null, valid_to_date: until || null }
    const zoned = this.attributes().map((field) => [field.name, field.value.trim()])
    return zoned.length ? { ...told, attributes: { ...item.attributes, ...Object.fromEntries(zoned) } } : told
  }

  /** The fields of what a zone says. */
  private attributes(): (HTMLInputElement | HTMLSelectElement)[] {
    return [...this.form.querySelectorAll<HTMLInputElement | HTMLSelectElement>('[data-attribute]')]
  }

  private field(name: (typeof FIELDS)[number]): HTMLInputElement | HTMLSelectElement {
    return this.form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement
  }
}
