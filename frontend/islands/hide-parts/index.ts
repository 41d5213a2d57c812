import { type Box, cut, moved, percent, resized } from './box.ts'

/** Where proposals come from, and the words of the page, already translated; {number}, {kind}, {count} are filled in. */
interface Given {
  proposals: string
  words: Record<'part' | 'seeking' | 'found' | 'none' | 'failed' | 'full', string>
}

interface Proposal extends Box {
  kind: string
}

const SMALLEST = 0.01 // of the picture: a shorter stroke is a slip
const ARROWS: Record<string, [x: number, y: number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const STEP = 0.01
const EDGES = ['left', 'top', 'width', 'height'] as const

/** The form of parts becomes a picture to draw on; what is drawn is written into the form, which is what is sent. */
export function mount(form: HTMLElement, data: unknown): void {
  const { proposals, words } = data as Given
  const stage = form.querySelector<HTMLElement>('[data-stage]')!
  const list = form.querySelector<HTMLElement>('[data-parts]')!
  const fresh = form.querySelector<HTMLTemplateElement>('template[data-new]')!
  const said = form.querySelector<HTMLElement>('[data-said]')!
  const total = form.querySelector<HTMLInputElement>('[name$="-TOTAL_FORMS"]')!
  const most = Number(form.querySelector<HTMLInputElement>('[name$="-MAX_NUM_FORMS"]')!.value)

  const field = (row: HTMLElement, name: string) => row.querySelector<HTMLInputElement>(`[name$="-${name}"]`)!
  const kindOf = (row: HTMLElement) => row.querySelector<HTMLSelectElement>('select')!
  const rows = () => [...list.querySelectorAll<HTMLElement>('[data-part]')]
  const isGone = (row: HTMLElement) => field(row, 'DELETE').checked

  function boxOf(row: HTMLElement): Box | null {
    const [left, top, width, height] = EDGES.map((name) => field(row, name).valueAsNumber / 100) as [number, number, number, number]
    return width > 0 && height > 0 && left >= 0 && top >= 0 ? { left, top, width, height } : null
  }

  function write(row: HTMLElement, box: Box): void {
    for (const name of EDGES) field(row, name).value = percent(box[name])
  }

  /** The row of a new part, for which an empty one is taken if there is one; null when the form is full. */
  function added(box: Box, kind: string): HTMLElement | null {
    let row = rows().find((one) => EDGES.every((name) => !field(one, name).value))
    if (!row) {
      const count = Number(total.value)
      if (count >= most) {
        said.textContent = words.full
        return null
      }
      const copy = document.createElement('div')
      copy.innerHTML = fresh.innerHTML.replace(/__prefix__/g, `${count}`)
      row = copy.firstElementChild as HTMLElement
      list.append(row)
      total.value = `${count + 1}`
    }
    kindOf(row).value = kind
    field(row, 'DELETE').checked = false
    write(row, box)
    draw()
    return row
  }

  /** A box above the picture for each part, which the keyboard can move too. Rows without a part are folded away. */
  function draw(): void {
    const held = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.row : undefined
    stage.querySelectorAll('.hide-box').forEach((old) => old.remove())
    let number = 0
    rows().forEach((row, at) => {
      const box = isGone(row) ? null : boxOf(row)
      row.hidden = EDGES.every((name) => !field(row, name).value) || isGone(row)
      if (!row.hidden) row.querySelector('[data-number]')!.textContent = `${++number}`
      if (!box) return
      const shown = document.createElement('button')
      shown.type = 'button'
      shown.className = 'hide-box'
      shown.dataset.row = `${at}`
      shown.textContent = `${number}`
      const kind = kindOf(row).selectedOptions[0]?.text ?? ''
      shown.setAttribute('aria-label', words.part.replace('{number}', `${number}`).replace('{kind}', kind))
      for (const name of EDGES) shown.style[name] = `${box[name] * 100}%`
      stage.append(shown)
      if (held === `${at}`) shown.focus()
    })
  }

  function pressed(event: KeyboardEvent): void {
    const row = rows()[Number((event.target as HTMLElement).dataset?.row ?? -1)]
    const box = row && boxOf(row)
    if (!row || !box) return
    const arrow = ARROWS[event.key]
    if (arrow) write(row, (event.shiftKey ? resized : moved)(box, arrow[0] * STEP, arrow[1] * STEP))
    else if (event.key === 'Delete' || event.key === 'Backspace') field(row, 'DELETE').checked = true
    else return
    event.preventDefault()
    draw()
  }

  const at = (event: PointerEvent): [x: number, y: number] => {
    const { left, top, width, height } = stage.getBoundingClientRect()
    return [(event.clientX - left) / width, (event.clientY - top) / height]
  }

  /** A stroke on the picture is a new part; one that begins on a part moves it. */
  function stroke(start: PointerEvent): void {
    if (start.button) return
    const row = rows()[Number((start.target as HTMLElement).dataset?.row ?? -1)]
    const from = row && boxOf(row)
    const [x, y] = at(start)
    const trace = document.createElement('div')
    trace.className = 'hide-trace'
    let drawn: Box | null = null
    if (!row) start.preventDefault() // the picture itself is not dragged
    stage.setPointerCapture(start.pointerId)
    const move = (event: PointerEvent) => {
      const [toX, toY] = at(event)
      if (row && from) {
        write(row, moved(from, toX - x, toY - y))
        return draw()
      }
      drawn = cut(x, y, toX, toY)
      for (const name of EDGES) trace.style[name] = `${drawn[name] * 100}%`
      stage.append(trace)
    }
    const end = () => {
      stage.removeEventListener('pointermove', move)
      trace.remove()
      if (drawn && drawn.width > SMALLEST && drawn.height > SMALLEST) added(drawn, 'other')
    }
    stage.addEventListener('pointermove', move)
    stage.addEventListener('pointerup', end, { once: true })
    stage.addEventListener('pointercancel', end, { once: true })
  }

  async function seek(button: HTMLButtonElement): Promise<void> {
    button.disabled = true
    said.textContent = words.seeking
    try {
      const answer = await fetch(proposals)
      if (!answer.ok) throw new Error(answer.statusText)
      const found = (await answer.json()) as Proposal[]
      for (const one of found) added(one, one.kind)
      said.textContent = found.length ? words.found.replace('{count}', `${found.length}`) : words.none
    } catch {
      said.textContent = words.failed
    } finally {
      button.disabled = false
    }
  }

  form.querySelectorAll<HTMLElement>('[data-only-drawn]').forEach((element) => (element.hidden = false))
  stage.classList.add('is-drawn')
  stage.addEventListener('pointerdown', stroke)
  stage.addEventListener('keydown', pressed)
  list.addEventListener('input', draw)
  form.querySelector<HTMLButtonElement>('[data-seek]')!.addEventListener('click', (event) => void seek(event.currentTarget as HTMLButtonElement))
  form.querySelector('[data-add]')!.addEventListener('click', () => {
    const row = added({ left: 0.4, top: 0.4, width: 0.2, height: 0.2 }, 'other')
    if (row) stage.querySelector<HTMLElement>(`[data-row="${rows().indexOf(row)}"]`)?.focus()
  })
  draw()
}
