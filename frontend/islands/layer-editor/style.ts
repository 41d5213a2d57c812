import type { FeatureLike } from 'ol/Feature.js'
import { Circle, Fill, Stroke, Style, Text } from 'ol/style.js'

type Draw = (feature: FeatureLike) => Style | Style[]

export interface Looks {
  item: (isSelected: (code: string) => boolean) => Draw
  fault: Style
  sketch: Style
}

/** How the editor looks, in the colours of the page. */
export function looks(element: HTMLElement): Looks {
  const page = getComputedStyle(element)
  const token = (name: string) => page.getPropertyValue(name).trim()
  const stroke = (name: string, width: number, lineDash?: number[]) =>
    new Stroke({ color: token(name), width, ...(lineDash ? { lineDash } : {}) })
  const fill = (name: string) => new Fill({ color: token(name) })
  const dot = (name: string) => new Circle({ radius: 5, fill: fill(name), stroke: stroke('--cg-paper', 2) })
  const look = (line: string, width: number, inside: string) => (feature: FeatureLike) =>
    new Style({
      stroke: stroke(line, width),
      fill: fill(inside),
      image: dot(line),
      text: new Text({
        text: (feature.get('name') as string | undefined) ?? '',
        font: `12px ${token('--tblr-font-sans-serif')}`,
        fill: fill('--cg-ink'),
        stroke: stroke('--cg-paper', 3),
        overflow: false,
      }),
    })
  const plain = look('--cg-map-line', 1.5, '--cg-map-area')
  const selected = look('--cg-accent', 3, '--cg-map-focus')
  return {
    item: (isSelected) => (feature) => (isSelected(String(feature.getId())) ? selected : plain)(feature),
    fault: new Style({
      stroke: stroke('--cg-lamp-red', 3, [6, 4]),
      fill: fill('--cg-map-fault'),
      image: dot('--cg-lamp-red'),
    }),
    sketch: new Style({ stroke: stroke('--cg-accent-strong', 2, [6, 4]), fill: fill('--cg-map-focus'), image: dot('--cg-accent-strong') }),
  }
}
