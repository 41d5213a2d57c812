import type { FeatureLike } from 'ol/Feature.js'
import { Circle, Fill, RegularShape, Stroke, Style, Text } from 'ol/style.js'
import type { StyleFunction } from 'ol/style/Style.js'

const RED = '#ff6b6b'
const GREEN = '#4ccb80'
const HALO = '#ffffff'

/** The same shapes as the legend: colour is never alone. */
export function zoneStyle(element: HTMLElement): StyleFunction {
  const font = getComputedStyle(element).fontFamily
  return (feature: FeatureLike) => {
    const [isAllowed, isOn] = [feature.get('rule') === 'allowed', Boolean(feature.get('is_on'))]
    const colour = isAllowed ? GREEN : RED
    return new Style({
      stroke: new Stroke({ color: colour, width: 3, lineDash: isOn ? undefined : [10, 8] }),
      fill: new Fill({ color: isOn ? `${colour}2e` : '#00000000' }),
      text: new Text({
        text: `${String(feature.get('name'))}\n${String(feature.get('words'))}`,
        font: `24px ${font}`,
        fill: new Fill({ color: HALO }),
        stroke: new Stroke({ color: '#0b1118', width: 5 }),
        overflow: true,
      }),
    })
  }
}

export function pointStyle(element: HTMLElement): StyleFunction {
  const accent = getComputedStyle(element).getPropertyValue('--cg-accent').trim()
  const edge = new Stroke({ color: '#0b1118', width: 2 })
  const ring = new Style({ zIndex: 0, image: new Circle({ radius: 20, stroke: new Stroke({ color: HALO, width: 3 }) }) })
  const report = new Style({ zIndex: 1, image: new Circle({ radius: 8, fill: new Fill({ color: accent }), stroke: edge }) })
  const square = { points: 4, radius: 13, angle: Math.PI / 4 }
  const marked = new Style({ zIndex: 2, image: new RegularShape({ ...square, fill: new Fill({ color: RED }), stroke: edge }) })
  const triangle = (colour: string) =>
    new Style({ zIndex: 3, image: new RegularShape({ points: 3, radius: 15, fill: new Fill({ color: colour }), stroke: edge }) })
  const [live, liveMarked] = [triangle('#ffd166'), triangle(RED)]
  return (feature: FeatureLike) => {
    const isMarked = Boolean(feature.get('isMarked'))
    const own = feature.get('kind') === 'stream' ? (isMarked ? liveMarked : live) : isMarked ? marked : report
    return feature.get('isNew') ? [ring, own] : [own]
  }
}
