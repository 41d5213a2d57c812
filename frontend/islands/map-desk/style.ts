import { getCenter } from 'ol/extent.js'
import type { FeatureLike } from 'ol/Feature.js'
import type Geometry from 'ol/geom/Geometry.js'
import { getPointResolution } from 'ol/proj.js'
import { Circle, Fill, Icon, RegularShape, Stroke, Style, Text } from 'ol/style.js'
import type { Sums } from './cases.ts'
import { heat } from './heat.ts'
import { measured } from './measure.ts'
import type { Hue } from './palette.ts'

type Draw = (feature: FeatureLike) => Style | undefined

/** How everything on the map looks, in the colours of the page and the numbers of its language. */
export interface Looks {
  cases: (count: () => keyof Sums, classes: () => number[]) => Draw
  feature: (hue: Hue) => (feature: FeatureLike, resolution: number) => Style
  lane: (feature: FeatureLike, resolution: number) => Style
  component: Draw
  mark: Draw
  area: (width: number, isNamed: boolean) => Draw
  sketch: (feature: FeatureLike, resolution: number) => Style[]
  number: (value: number) => string
}

const NAMED_BELOW = 5 // metres a pixel: farther away, the names of what is small would hide the map
const SHARP = 2 // pixels of a drawing for one of the screen

export function looks(element: HTMLElement, lamps: Record<string, string>): Looks {
  const page = getComputedStyle(element)
  const token = (name: string) => page.getPropertyValue(name).trim()
  const language = document.documentElement.lang
  const short = new Intl.NumberFormat(language, { notation: 'compact', maximumFractionDigits: 1 })
  const whole = new Intl.NumberFormat(language)
  const font = token('--tblr-font-sans-serif')
  const paper = token('--cg-paper')
  const kept: Record<string, Style> = {}
  const once = (key: string, make: () => Style) => (kept[key] ??= make())

  const text = (words: string, size: number, colour: string, weight = 400, overflow = true) =>
    new Text({
      text: words,
      font: `${weight} ${size}px ${font}`,
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: paper, width: 3 }),
      overflow,
    })

  const nameOf = (feature: FeatureLike) =>
    String((language.startsWith('zh') ? '' : feature.get('name_en')) || feature.get('name_zh') || '')

  const small = new RegularShape({
    points: 4,
    radius: 4,
    angle: Math.PI / 4,
    fill: new Fill({ color: paper }),
    stroke: new Stroke({ color: token('--cg-ink-soft'), width: 1.5 }),
  })

  const halo = new Style({
    image: new Circle({ radius: 15, stroke: new Stroke({ color: token('--cg-accent-strong'), width: 3 }) }),
  })

  const line = new Stroke({ color: token('--cg-accent-strong'), width: 2 })
  const inside = new Fill({ color: token('--cg-map-focus') })
  const dot = new Circle({ radius: 5, fill: new Fill({ color: token('--cg-accent-strong') }), stroke: new Stroke({ color: paper, width: 2 }) })

  const lamp = (colour: string, isOpen: boolean) =>
    once(`${colour} ${isOpen}`, () => {
      if (!lamps[colour]) return plain(isOpen)
      const fill = token(`--cg-lamp-${colour}`)
      const edge = colour === 'yellow' ? token('--cg-lamp-yellow-edge') : paper
      const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="-1 -1 14 14" fill="${fill}" stroke="${edge}">${lamps[colour]}</svg>`
      const src = `data:image/svg+xml,${encodeURIComponent(drawing)}`
      return new Style({ zIndex: isOpen ? 2 : 1, image: new Icon({ src, scale: 0.5, opacity: isOpen ? 1 : 0.5 }) })
    })

  const square = (colour: string) => once(colour, () => new Style({ fill: new Fill({ color: `${colour}cc` }) }))

  const plain = (isOpen: boolean) =>
    new Style({
      zIndex: isOpen ? 2 : 1,
      image: new Circle({
        radius: isOpen ? 6 : 5,
        fill: new Fill({ color: token(isOpen ? '--cg-accent' : '--cg-map-line') }),
        stroke: new Stroke({ color: paper, width: 2 }),
      }),
    })

  const circle = (count: number, open: number, late: number) => {
    const share = Math.ceil((late / count) * 24) / 24 // of the ring that is red: fine enough for the eye
    const ring = token(open ? '--cg-accent' : '--cg-map-line')
    return once(`${short.format(count)} ${share} ${ring}`, () => {
      const radius = Math.min(28, 10 + 2.5 * Math.log2(count))
      const image = new Icon({ img: ringed(radius, share, paper, ring, token('--cg-lamp-red')), scale: 1 / SHARP })
      return new Style({ zIndex: 2, image, text: text(short.format(count), 12, token('--cg-ink'), 600) })
    })
  }

  return {
    number: (value) => whole.format(value),
    cases: (wanted, classes) => (feature) => {
      const count = countOf(feature, wanted())
      if (!count) return undefined
      if (classes().length) return square(heat(count, classes()))
      if (!feature.get('number')) return circle(count, countOf(feature, 'open'), countOf(feature, 'late'))
      return lamp((feature.get('lamp') as string | undefined) ?? '', Boolean(feature.get('open')))
    },
    feature: ({ colour, points, angle, dash }) => {
      const stroke = new Stroke({ color: colour, width: 2, lineDash: [...dash] })
      const fill = new Fill({ color: `${colour}26` })
      const edge = new Stroke({ color: paper, width: 1.5 })
      const image = new RegularShape({ points, radius: 7, angle, fill: new Fill({ color: colour }), stroke: edge })
      return (feature, resolution) => {
        const isNamed = resolution < NAMED_BELOW || feature.getGeometry()?.getType().endsWith('Polygon')
        return new Style({ stroke, fill, image, text: isNamed ? text(nameOf(feature), 12, colour, 400, false) : undefined })
      }
    },
    lane: (feature, resolution) =>
      new Style({
        stroke: new Stroke({ color: token('--cg-map-line'), width: resolution < 2 ? 3 : 1.5 }),
        text: new Text({
          text: nameOf(feature),
          font: `12px ${font}`,
          placement: 'line',
          fill: new Fill({ color: token('--cg-ink-soft') }),
          stroke: new Stroke({ color: paper, width: 3 }),
        }),
      }),
    mark: () => halo,
    sketch: (feature, resolution) => {
      const shape = feature.getGeometry() as Geometry
      const measure = text(measured(shape), 13, token('--cg-accent-strong'), 600)
      const drawn = new Style({ stroke: line, fill: inside, image: dot, text: measure, zIndex: 1 })
      const metres = feature.get('metres') as number | undefined
      if (!metres) return [drawn]
      const ground = getPointResolution('EPSG:3857', resolution, getCenter(shape.getExtent()))
      const around = new Circle({ radius: metres / ground, fill: inside })
      return [new Style({ stroke: new Stroke({ color: token('--cg-map-focus'), width: (2 * metres) / ground }), image: around }), drawn]
    },
    component: () => once('component', () => new Style({ image: small })),
    area: (width, isNamed) => {
      const line = new Stroke({ color: token('--cg-map-line'), width })
      const inside = new Fill({ color: token('--cg-map-area') })
      const ink = token('--cg-ink-soft')
      return (feature) => {
        const label = isNamed ? text(nameOf(feature), width > 1 ? 13 : 12, ink, 400, width > 1) : undefined
        return new Style({ stroke: line, fill: width > 1 ? inside : undefined, text: label })
      }
    },
  }
}

/** How many cases a circle or a lamp stands for. */
export function countOf(feature: FeatureLike, wanted: keyof Sums): number {
  if (!feature.get('number')) return (feature.get(wanted) as number | undefined) ?? 0
  const isOpen = Boolean(feature.get('open'))
  return Number({ cases: true, open: isOpen, late: isOpen && feature.get('lamp') === 'red' }[wanted])
}

/** A disc with a ring, of which a share from the top on is in another colour. */
function ringed(radius: number, share: number, paper: string, ring: string, red: string): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = Math.ceil(radius + 2) * 2 * SHARP
  const pen = canvas.getContext('2d')!
  const arc = (from: number, to: number, colour: string) => {
    pen.beginPath()
    pen.arc(0, 0, radius - 1, from, to)
    pen.strokeStyle = colour
    pen.stroke()
  }
  pen.translate(canvas.width / 2, canvas.height / 2)
  pen.scale(SHARP, SHARP)
  pen.lineWidth = 4
  pen.fillStyle = paper
  pen.beginPath()
  pen.arc(0, 0, radius, 0, 2 * Math.PI)
  pen.fill()
  const top = -Math.PI / 2
  arc(0, 2 * Math.PI, ring)
  if (share) arc(top, top + share * 2 * Math.PI, red)
  return canvas
}
