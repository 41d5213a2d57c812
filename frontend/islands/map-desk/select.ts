import type { Coordinate } from 'ol/coordinate.js'
import Feature from 'ol/Feature.js'
import type Geometry from 'ol/geom/Geometry.js'
import Point from 'ol/geom/Point.js'
import { measured } from './measure.ts'
import type { Kind, Sketch } from './sketch.ts'

/**
 * The tools beside the map and their panel: what is drawn, how long or large it is, and the cases in it or near it.
 * Which those are stands in the address, as `within` and `metres`, and goes into the filter of the page.
 */
export class Selecting {
  private readonly panel: HTMLFormElement
  private readonly metres: HTMLInputElement

  /** `place` is where to select around when nothing is drawn; `selected` is told when the list should be asked for. */
  constructor(
    private readonly element: HTMLElement,
    private readonly sketch: Sketch,
    private readonly place: () => Coordinate,
    private readonly selected: () => void,
  ) {
    this.panel = element.querySelector<HTMLFormElement>('[data-sketch]')!
    this.metres = this.panel.elements.namedItem('metres') as HTMLInputElement
    this.panel.addEventListener('submit', (event) => {
      event.preventDefault()
      this.select()
    })
    this.metres.addEventListener('input', () => {
      if (this.metres.checkValidity()) sketch.metres = this.metres.valueAsNumber
    })
    const acts: Record<string, () => void> = {
      select: () => this.open(),
      save: () => save(sketch.json()),
      remove: () => (sketch.remove(), this.unselect()),
      unselect: () => this.unselect(),
      shut: () => this.shut(),
    }
    element.addEventListener('click', (event) => {
      const button = (event.target as Element).closest<HTMLElement>('[data-tool], [data-do]')
      if (button?.dataset.tool) this.take(button.dataset.tool as Kind)
      if (button?.dataset.do) acts[button.dataset.do]?.()
    })
    element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !sketch.stop() && this.panel.contains(document.activeElement)) this.shut()
    })
    sketch.changed = () => this.show()
    const asked = new URLSearchParams(location.search)
    if (asked.get('within')) sketch.restore(asked.get('within')!, Number(asked.get('metres')))
  }

  /** What is drawn has changed. */
  show(): void {
    const { sketch, element } = this
    for (const button of element.querySelectorAll<HTMLElement>('[data-tool]')) {
      button.setAttribute('aria-pressed', String(button.dataset.tool === sketch.kind))
    }
    element.querySelector<HTMLElement>('[data-drawing]')!.hidden = !sketch.kind
    const shape = sketch.current?.getGeometry() as Geometry | undefined
    for (const part of this.panel.querySelectorAll<HTMLElement>('[data-of-shape]')) part.hidden = !shape
    for (const kind of this.panel.querySelectorAll<HTMLElement>('[data-kind]')) {
      kind.hidden = kind.dataset.kind !== (shape?.getType() ?? '')
    }
    this.panel.querySelector('[data-measure]')!.textContent = shape ? measured(shape) : ''
    this.metres.value = String(sketch.metres)
    this.metres.min = shape?.getType() === 'Polygon' ? '0' : '1'
    if (shape && !sketch.kind) this.panel.hidden = false
  }

  private take(kind: Kind): void {
    this.panel.hidden = true // what is drawn may lie below it
    this.sketch.use(kind)
    this.element.querySelector<HTMLElement>('[data-map]')!.focus()
  }

  private open(): void {
    this.panel.hidden = false
    this.show()
    this.metres.focus()
    this.metres.select()
  }

  private shut(): void {
    this.panel.hidden = true
    this.element.querySelector<HTMLElement>('[data-map]')!.focus()
  }

  private select(): void {
    const metres = this.metres.valueAsNumber
    if (!this.sketch.current) this.sketch.put(new Feature({ geometry: new Point(this.place()) }))
    this.sketch.metres = metres
    this.show()
    this.ask(this.sketch.wkt, String(metres))
  }

  private unselect(): void {
    if (new URLSearchParams(location.search).has('within')) this.ask('', '')
  }

  /** What the list is narrowed to is part of the address, and of the filter that is sent next. */
  private ask(within: string, metres: string): void {
    const address = new URL(location.href)
    for (const [name, value] of Object.entries({ within, metres })) {
      if (value) address.searchParams.set(name, value)
      else address.searchParams.delete(name)
      const field = document.querySelector<HTMLInputElement>(`form.filters [name=${name}]`)
      if (field) field.value = value
    }
    history.replaceState(history.state, '', address)
    this.selected()
  }
}

/** A file of the browser's own making. */
function save(json: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([json], { type: 'application/geo+json' }))
  link.download = 'sketch.geojson'
  link.click()
  URL.revokeObjectURL(link.href)
}
