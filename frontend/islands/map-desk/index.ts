import 'ol/ol.css'
import { Attribution, ScaleLine, Zoom } from 'ol/control.js'
import type { Extent } from 'ol/extent.js'
import type Feature from 'ol/Feature.js'
import { defaults as interactions } from 'ol/interaction.js'
import Map from 'ol/Map.js'
import { transformExtent } from 'ol/proj.js'
import View from 'ol/View.js'
import { baseLayers, type Base } from '../../kit/base-maps.ts'
import { keys, STEP } from '../../kit/map-keys.ts'
import { outlines } from './areas.ts'
import { Card } from './card.ts'
import { Cases, type Sums } from './cases.ts'
import { find } from './find.ts'
import { legend } from './heat.ts'
import { components, lanes, thematic } from './layers.ts'
import { Mark } from './mark.ts'
import { permalink, standing } from './permalink.ts'
import { Results } from './results.ts'
import { Selecting } from './select.ts'
import { Sketch } from './sketch.ts'
import { looks } from './style.ts'
import { Time } from './time.ts'
import { tree } from './tree.ts'

/**
 * What the page gives: the areas of the post and their extent (WGS 84 degrees), the filter as the API takes it, shapes
 * of lamps, base maps.
 */
export interface Desk {
  reach: string[]
  extent: Extent | null
  query: string
  lamps: Record<string, string>
  bases: Base[]
  words: { zoomIn: string; zoomOut: string }
}

const ASKED_AGAIN = 4_000 // milliseconds: a new case shows within five seconds, also where nobody tells of it
const TOLD_APART = 1_000 // while changes are told
const GROWN_OLD = 60_000 // of what is drawn while nothing is told: lamps change by themselves
const FOUND = 18 // the zoom at which what was looked for is shown
const CLOSER = 2 // zooms, when a circle is picked
const SHOWN: Record<keyof Sums, Record<string, string>> = { cases: {}, open: { open: '1' }, late: { lamp: 'red' } }
const FAR = 64 // pixels of an arrow key, unless one draws

/** The map desk: cases, areas and layers on a map of our own, with what is in view beside it. */
export function mount(element: HTMLElement, data: unknown): void {
  const desk = data as Desk
  for (const child of element.children) (child as HTMLElement).hidden = false
  const target = element.querySelector<HTMLElement>('[data-map]')!
  const look = looks(element, desk.lamps)
  const view = new View({ minZoom: 2, maxZoom: 20, enableRotation: false })
  const cases = new Cases(look, desk.query)
  const mark = new Mark(look)
  const areas = outlines(desk.reach, look)
  const silent = element.querySelector<HTMLElement>('[data-base-failed]')!
  const bases = baseLayers(desk.bases, (isThere) => (silent.hidden = isThere))
  const map: Map = new Map({
    target,
    view,
    interactions: interactions({ keyboard: false }),
    layers: [
      ...Object.values(bases),
      ...Object.values(areas),
      cases.layer,
      mark.layer,
    ],
    controls: [
      new Zoom({ zoomInTipLabel: desk.words.zoomIn, zoomOutTipLabel: desk.words.zoomOut }),
      new ScaleLine(),
      new Attribution({ collapsible: false }),
    ],
  })
  permalink(view, () => {
    if (desk.extent) view.fit(bounds(desk.extent), { size: map.getSize(), padding: [64, 24, 48, 64] })
    else view.setCenter([0, 0])
  })

  tree(element.querySelector<HTMLFormElement>('[data-layers]')!, map, cases, { ...bases, ...areas }, (name, place) => {
    if (name === 'components') return components(look)
    return name === 'lanes' ? lanes(look) : thematic(name.replace('layer ', ''), place, look)
  })
  const sketch = new Sketch(map, look)
  map.addLayer(sketch.layer)
  const card = new Card(element, target, (place, box) => {
    mark.at(place)
    if (place) showBeside(map, place, box)
  })
  const pick = pickByPointer(map, cases, card, sketch)
  keys(map, target, element.querySelector<SVGElement>('[data-cross]')!, {
    enter: (place) => sketch.add(place) || pick(map.getPixelFromCoordinate(place)),
    back: () => sketch.back(),
    finish: () => sketch.finish(),
    stop: () => sketch.stop(),
    step: () => (sketch.kind ? STEP : FAR),
  })
  const results = new Results(
    element,
    (place) => mark.at(place ?? card.place),
    (number, place) => void card.open(number, place),
  )

  find(element.querySelector<HTMLFormElement>('[data-find]')!, (found) => {
    card.close()
    if ('extent' in found) return view.fit(found.extent, { maxZoom: FOUND, padding: [48, 48, 48, 48] })
    view.setZoom(FOUND)
    view.setCenter(found.place)
    mark.at(found.place)
    if (found.number) void card.open(found.number, found.place)
  })

  const around = () => mark.place ?? view.getCenter()!
  new Time(element, (period) => {
    cases.period = results.period = period
    return ask(true)
  })
  cases.changed = () => legend(element.querySelector<HTMLElement>('[data-heat] ul')!, cases.classes, look.number)
  cases.shown = () => {
    results.shown = SHOWN[cases.count]
    void ask(true)
  }
  results.shown = SHOWN[cases.count]
  new Selecting(element, sketch, around, () => void ask(true))

  const sums = [...element.querySelectorAll<HTMLElement>('[data-sum]')]
  const failed = element.querySelector<HTMLElement>('[data-failed]')!
  let asking = 0
  let asked = 0
  let asks = 0
  let isElsewhere = false // than the list tells of
  let listed = '' // what was drawn then
  const ask = async (hasMoved: boolean) => {
    const mine = ++asks
    asking++
    asked = Date.now()
    isElsewhere ||= hasMoved
    const place = standing(view)
    const isRead = await cases.ask(map)
    const isOvertaken = () => mine !== asks // by a newer question, which tells what is in view
    const isListed = !isOvertaken() && (isElsewhere || cases.drawn !== listed) ? await results.ask(map) : true
    asking--
    if (isOvertaken()) return
    isElsewhere = false
    listed = cases.drawn
    failed.hidden = isRead && isListed
    const counted = cases.sums(map)
    for (const sum of sums) sum.textContent = look.number(counted[sum.dataset.sum as keyof typeof counted])
    map.renderSync() // what is told can be picked
    element.dataset.asked = place // that is told now
  }
  map.on('moveend', () => ask(true))
  const isFresh = () => document.documentElement.dataset.live === 'on' && Date.now() - asked < GROWN_OLD
  setInterval(() => document.hidden || asking || isFresh() || void ask(false), ASKED_AGAIN)
  let timer = 0
  const told = () => {
    timer ||= window.setTimeout(() => {
      timer = 0
      if (asking) told() // the answer under way may not hold it yet
      else if (!document.hidden) void ask(false)
    }, Math.max(0, asked + TOLD_APART - Date.now()))
  }
  for (const kind of ['case', 'refresh']) document.addEventListener(`live:${kind}`, told)
}

function bounds(degrees: Extent): Extent {
  return transformExtent(degrees, 'EPSG:4326', 'EPSG:3857')
}

const MARGIN = 16
const BESIDE = 96 // pixels that are room enough for a place and what lies around it

/** A place that would lie beneath a box over the map is moved to the middle of what is left: beside the box, or above. */
function showBeside(map: Map, place: number[], box: DOMRect): void {
  const seen = map.getTargetElement()!.getBoundingClientRect()
  const [left, top, right] = [box.left - seen.left, box.top - seen.top, box.right - seen.left]
  const [x = 0, y = 0] = map.getPixelFromCoordinate(place) ?? []
  if (x < left - MARGIN || x > right + MARGIN || y < top - MARGIN) return
  const wanted = seen.width - right >= 2 * BESIDE ? [(right + seen.width) / 2, y] : [x, top / 2]
  const resolution = map.getView().getResolution()!
  const [east, south] = [seen.width / 2 - wanted[0]!, seen.height / 2 - wanted[1]!]
  map.getView().setCenter([place[0]! + east * resolution, place[1]! - south * resolution])
}

/** A case that is picked shows its card, a circle of many comes closer, a shape that was drawn is meant. */
function pickByPointer(map: Map, cases: Cases, card: Card, sketch: Sketch): (pixel: number[]) => boolean {
  const under = (pixel: number[], layer = cases.layer) =>
    map.forEachFeatureAtPixel(pixel, (feature) => feature, {
      layerFilter: (one) => one === layer,
      hitTolerance: 4,
    })
  const pick = (pixel: number[]): boolean => {
    const found = under(pixel)
    if (!found) {
      card.close()
      const shape = under(pixel, sketch.layer) as Feature | undefined
      if (shape) sketch.mean(shape)
    } else if (found.get('number')) void card.open(found.get('number') as string, cases.placeOf(found))
    else closer(map, cases.placeOf(found))
    return true
  }
  map.on('pointermove', (event) => {
    if (event.dragging) return
    const points = !sketch.kind && (under(event.pixel) ?? under(event.pixel, sketch.layer))
    map.getTargetElement()!.style.cursor = sketch.kind ? 'crosshair' : points ? 'pointer' : ''
  })
  map.on('click', (event) => void pick(event.pixel))
  return pick
}

function closer(map: Map, center: number[]): void {
  const view = map.getView()
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  view.animate({ center, zoom: (view.getZoom() ?? 0) + CLOSER, duration: still ? 0 : 120 })
}
