import type { FeatureLike } from 'ol/Feature.js'
import { Circle, Fill, Stroke, Style, Text } from 'ol/style.js'
import type { StyleFunction } from 'ol/style/Style.js'

/** The same colours as the server's drawing: both read the tokens of the page. */
export function styleOf(element: HTMLElement): StyleFunction {
  const page = getComputedStyle(element)
  const token = (name: string) => page.getPropertyValue(name).trim()
  const label = (feature: FeatureLike) =>
    new Text({
      text: (feature.get('label') as string | undefined) ?? '',
      font: `12px ${token('--tblr-font-sans-serif')}`,
      fill: new Fill({ color: token('--cg-ink-soft') }),
      stroke: new Stroke({ color: token('--cg-paper'), width: 3 }),
      overflow: true,
    })
  const area = (feature: FeatureLike, stroke: string, width: number, fill: string) =>
    new Style({
      stroke: new Stroke({ color: token(stroke), width }),
      fill: new Fill({ color: token(fill) }),
      text: label(feature),
    })
  const point = new Style({
    zIndex: 2,
    image: new Circle({
      radius: 7,
      fill: new Fill({ color: token('--cg-accent') }),
      stroke: new Stroke({ color: token('--cg-paper'), width: 2 }),
    }),
  })
  return (feature) => {
    const role = feature.get('role') as string | undefined
    if (feature.getGeometry()?.getType() === 'Point') return point
    if (role === 'fault') return area(feature, '--cg-lamp-red', 2, '--cg-map-fault')
    if (role === 'focus') return area(feature, '--cg-accent', 2, '--cg-map-focus')
    return area(feature, '--cg-map-line', 1, '--cg-map-area')
  }
}
