import 'ol/ol.css'
import type { Coordinate } from 'ol/coordinate.js'
import { Attribution, ScaleLine, Zoom } from 'ol/control.js'
import type Feature from 'ol/Feature.js'
import type Geometry from 'ol/geom/Geometry.js'
import { defaults as interactions } from 'ol/interaction.js'
import Map from 'ol/Map.js'
import { transformExtent } from 'ol/proj.js'
import View from 'ol/View.js'
import { outlines } from '../map-desk/areas.ts'
import { looks as mapLooks } from '../map-desk/style.ts'
import { Canvas, shapeOf } from './canvas.ts'
import { each, toDegrees } from './exact.ts'
import { History, type Item } from './items.ts'
import { baseLayers, type Base } from '../../kit/base-maps.ts'
import { keys, NEAR } from '../../kit/map-keys.ts'
import { Panel } from './panel.ts'
import { RefusalError, Server, type Draft } from './server.ts'
import { looks } from './style.ts'
import { Tools, type Tool } from './tools.ts'

/** What the page gives: the layer, the day and revision of its draft (0: none), where the post works, words. */
interface Given {
  layer: string
  said: { attributes?: Record<string, unknown> } // of a feature that is drawn anew
  day: string
  revision: number
  reach: string[]
  extent: number[] | null // WGS 84 degrees
  bases: Base[]
  words: Record<
    'zoomIn' | 'zoomOut' | 'unnamed' | 'saved' | 'unsaved' | 'failed' | 'pickOne' | 'pickTwo' | 'fine',
    string
  >
}

/** The editor of one layer: what is drawn here is saved as its draft, and checked by the server. */
export function mount(element: HTMLElement, data: unknown): void {
  new Editor(element, data as Given)
}

class Editor {
  private readonly history = new History(() => this.show())
  private readonly selected = new Set<string>()
  private readonly map: Map
  private readonly canvas: Canvas
  private readonly tools: Tools
  private readonly panel: Panel
  private readonly server: Server
  private readonly day: HTMLInputElement
  private revision: number
  private picked: Coordinate | null = null // the corner that the keyboard holds

  constructor(
    private readonly element: HTMLElement,
    private readonly given: Given,
  ) {
    for (const child of element.children) if (!child.matches('[data-failed]')) (child as HTMLElement).hidden = false
    this.revision = given.revision
    const part = <Part extends Element>(name: string) => element.querySelector<Part & HTMLElement>(`[data-${name}]`)!
    const options = part<HTMLFormElement>('options')
    this.day = options.elements.namedItem('from_date') as HTMLInputElement
    this.server = new Server(given.layer, (options.elements.namedItem('csrfmiddlewaretoken') as HTMLInputElement).value)
    const look = looks(element)
    this.canvas = new Canvas(look, (code) => this.selected.has(code))
    const desk = mapLooks(element, {})
    const context = { ...desk, area: (width: number) => desk.area(width, false) } // the names are those of the layer
    const target = part('map')
    this.map = new Map({
      target,
      view: new View({ minZoom: 2, maxZoom: 22, enableRotation: false }),
      layers: [
        ...Object.values(baseLayers(given.bases.slice(0, 1), () => {})),
        ...Object.values(outlines(given.reach, context)),
        ...this.canvas.layers,
      ],
      controls: [
        new Zoom({ zoomInTipLabel: given.words.zoomIn, zoomOutTipLabel: given.words.zoomOut }),
        new ScaleLine(),
        new Attribution({ collapsible: false }),
      ],
      interactions: interactions({ keyboard: false, doubleClickZoom: false }),
    })
    this.zoom(given.extent ?? [-180, -80, 180, 80])
    this.tools = new Tools(this.map, this.canvas, look, {
      drawn: (geometry) => this.drawn(geometry),
      cut: (line) => void this.cut(line),
      modified: (features) => this.modified(features),
    })
    const zoom = (box: number[]) => this.zoom(box)
    this.panel = new Panel(element, given.words, (codes) => this.select(codes, true), (a, b) => this.named(a, b), zoom)
    keys(this.map, target, element.querySelector<SVGElement>('[data-cross]')!, {
      enter: (place) => this.enter(place),
      back: () => this.tools.back(),
      finish: () => this.tools.finish(),
      stop: () => this.tools.stop() || this.use('modify'),
    })
    this.listen()
    void this.load()
  }

  private listen(): void {
    const acts: Record<string, () => unknown> = {
      merge: () => this.merge(),
      remove: () => this.remove(),
      undo: () => this.history.go(-1),
      redo: () => this.history.go(1),
      save: () => this.save(),
    }
    this.element.addEventListener('click', (event) => {
      const button = (event.target as Element).closest<HTMLElement>('[data-tool], [data-do]')
      if (button?.dataset.tool) this.use(button.dataset.tool as Tool)
      if (button?.dataset.do) void acts[button.dataset.do]?.()
    })
    this.element.addEventListener('keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || (event.target as Element).matches('input')) return
      const by = { z: -1, y: 1 }[event.key] as -1 | 1 | undefined
      if (by) event.preventDefault()
      if (by) this.history.go(by)
    })
    this.map.on('singleclick', (event) => {
      if (this.tools.isDrawing) return
      const found = this.map.forEachFeatureAtPixel(event.pixel, (feature) => feature as Feature, {
        layerFilter: (layer) => layer === this.canvas.layers[0],
        hitTolerance: 4,
      })
      const code = found && String(found.getId())
      const isMore = event.originalEvent.shiftKey || event.originalEvent.ctrlKey
      this.select(code ? (isMore ? [...this.selected, code] : [code]) : [], false)
    })
    this.day.addEventListener('change', () => this.history.isSaved && this.day.reportValidity() && void this.load())
    window.addEventListener('beforeunload', (event) => {
      if (!this.history.isSaved) event.preventDefault()
    })
  }

  private async load(): Promise<void> {
    await this.ask(async () => {
      const { items, draft } = await this.server.read(this.day.value, this.revision > 0)
      this.selected.clear()
      this.history.start(items)
      this.checked(draft)
      const extent = this.canvas.source.getExtent()
      if (items.size && extent) this.map.getView().fit(extent, { padding: [32, 32, 32, 32], maxZoom: 19 })
      this.element.dataset.read = ''
    })
  }

  private async save(): Promise<void> {
    const { put, removed } = this.history.differences()
    const unnamed = put.find((item) => !item.name_zh && !item.name_en)
    if (unnamed) {
      this.select([unnamed.code], true)
      return this.panel.focusName()
    }
    await this.ask(async () => {
      const state = this.history.now
      const draft = await this.server.save(this.revision, this.day.value, put, removed)
      this.history.saved = state
      this.checked(draft)
      this.show()
      this.say(this.given.words.saved)
    })
  }

  private checked(draft: Draft | null): void {
    this.revision = draft?.revision ?? 0
    this.panel.showFaults(draft ? draft.faults : null)
    this.canvas.showFaults((draft?.faults ?? []).map((fault) => fault.region).filter((region) => region.coordinates?.length))
  }

  private use(tool: Tool): boolean {
    if (tool === 'split' && this.selected.size !== 1) {
      this.fail(this.given.words.pickOne)
      tool = 'modify'
    }
    this.tools.use(tool)
    for (const button of this.element.querySelectorAll<HTMLElement>('[data-tool]')) {
      button.setAttribute('aria-pressed', String(button.dataset.tool === tool))
    }
    return true
  }

  private drawn(geometry: Geometry): void {
    const code = this.history.free(this.given.layer)
    const geometryIn = shapeOf(geometry)
    this.use('modify')
    this.selected.clear()
    this.selected.add(code)
    const nobody = { responsible_unit_id: null, valid_to_date: null, ...this.given.said }
    this.history.step([{ code, name_zh: '', name_en: '', ...nobody, geometry: geometryIn }])
    this.panel.focusName()
  }

  private modified(features: Feature[]): void {
    const changed = features.map((feature) => {
      return { ...this.history.now.get(String(feature.getId()))!, geometry: shapeOf(feature.getGeometry()!) }
    })
    const moved = changed.filter((item) => {
      return JSON.stringify(item.geometry) !== JSON.stringify(this.history.now.get(item.code)!.geometry)
    })
    if (moved.length) this.history.step(moved)
  }

  private async cut(line: Geometry): Promise<void> {
    const [code] = this.selected
    const item = code ? this.history.now.get(code) : undefined
    this.use('modify')
    if (!item) return
    const beside = this.canvas.beside(item.code, this.history.now)
    await this.ask(async () => {
      const shapes = beside.map((one) => one.geometry)
      const { parts, neighbours } = await this.server.split(item.geometry, shapeOf(line), shapes)
      const shared = beside.flatMap((one, n) => (neighbours[n] ? [{ ...one, geometry: neighbours[n] }] : []))
      const put: Item[] = [...shared, { ...item, geometry: parts[0]! }]
      for (const geometry of parts.slice(1)) {
        let own = this.history.free(item.code)
        while (put.some((one) => one.code === own)) own = `${own}b`
        put.push({ ...item, code: own, geometry })
      }
      this.history.step(put)
    })
  }

  private async merge(): Promise<void> {
    const items = [...this.selected].flatMap((code) => this.history.now.get(code) ?? [])
    if (items.length < 2) return this.fail(this.given.words.pickTwo)
    await this.ask(async () => {
      const { geometry } = await this.server.merge(items.map((item) => item.geometry))
      const [first, ...others] = items as [Item, ...Item[]]
      this.selected.clear()
      this.selected.add(first.code)
      this.history.step([{ ...first, geometry }], others.map((item) => item.code))
    })
  }

  private remove(): void {
    const gone = [...this.selected]
    this.selected.clear()
    if (gone.length) this.history.step([], gone)
  }

  private named(before: Item, after: Item): void {
    if (after.code !== before.code && this.history.now.has(after.code)) after = { ...after, code: before.code }
    this.selected.clear()
    this.selected.add(after.code)
    this.history.step([after], after.code === before.code ? [] : [before.code])
  }

  /** Enter sets a point while drawing; otherwise it picks up a corner of what is selected, or puts it down. */
  private enter(place: Coordinate): boolean {
    const within = NEAR * this.map.getView().getResolution()!
    const everything = this.history.now.keys()
    if (this.tools.isDrawing) return this.tools.add(this.canvas.corner(place, within, everything) ?? place)
    if (!this.picked) {
      this.picked = this.canvas.corner(place, within, this.selected)
      if (this.picked) this.map.getView().setCenter(this.picked)
      return true
    }
    const from = toDegrees(this.picked).join()
    const others = [...everything].filter((code) => !this.selected.has(code))
    const to = toDegrees(this.canvas.corner(place, within, others) ?? place)
    this.picked = null
    const changed = [...this.history.now.values()].flatMap((item) => {
      const coordinates = each(item.geometry.coordinates, (at) => (at.join() === from ? to : at))
      const isMoved = JSON.stringify(coordinates) !== JSON.stringify(item.geometry.coordinates)
      return isMoved ? [{ ...item, geometry: { ...item.geometry, coordinates } }] : []
    })
    if (changed.length) this.history.step(changed)
    return true
  }

  private select(codes: string[], isFromList: boolean): void {
    this.selected.clear()
    for (const code of codes) this.selected.add(code)
    const [code] = codes
    const extent = code && this.canvas.feature(code)?.getGeometry()?.getExtent()
    if (isFromList && extent && codes.length === 1) {
      this.map.getView().fit(extent, { padding: [64, 64, 64, 64], maxZoom: 19 })
    }
    this.show()
  }

  private show(): void {
    const { history, selected } = this
    for (const code of selected) if (!history.now.has(code)) selected.delete(code)
    this.canvas.show(history.now)
    this.canvas.redraw()
    this.panel.showItems(history.now, selected)
    const [code] = selected
    const item = selected.size === 1 && code ? (history.now.get(code) ?? null) : null
    this.panel.showItem(item, item !== null && !history.saved.has(item.code))
    for (const [name, by] of [['undo', -1], ['redo', 1]] as const) {
      this.element.querySelector<HTMLButtonElement>(`[data-do=${name}]`)!.disabled = !history.can(by)
    }
    this.say(history.isSaved ? '' : this.given.words.unsaved)
  }

  private zoom(box: number[]): void {
    const extent = transformExtent(box, 'EPSG:4326', 'EPSG:3857')
    this.map.getView().fit(extent, { padding: [48, 48, 48, 48], maxZoom: 20 })
  }

  private say(words: string): void {
    this.element.querySelector('[data-status]')!.textContent = words
  }

  private fail(words: string): void {
    this.element.querySelector('[data-failed-words]')!.textContent = words
    this.element.querySelector<HTMLElement>('[data-failed]')!.hidden = !words
  }

  /** Ask the server for something; what it refuses is said, and everything stays as it is. */
  private async ask(act: () => Promise<void>): Promise<void> {
    this.fail('')
    try {
      await act()
    } catch (failure) {
      this.fail(failure instanceof RefusalError ? failure.message : this.given.words.failed)
      if (!(failure instanceof RefusalError)) console.error(failure)
    }
  }
}
