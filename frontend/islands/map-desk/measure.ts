import type Geometry from 'ol/geom/Geometry.js'
import type Polygon from 'ol/geom/Polygon.js'
import { getArea, getLength } from 'ol/sphere.js'

const KILOMETRE = 1_000
const HECTARE = 10_000

/** How long a line is on the ground, how large an area: "640 m", "1.25 km", "3,500 m²", "2.4 ha"; "" of a point. */
export function measured(shape: Geometry): string {
  const language = document.documentElement.lang
  const said = (value: number, unit: string, digits: number) =>
    `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${unit}`
  if (shape.getType() === 'LineString') {
    const metres = getLength(shape)
    return metres < KILOMETRE ? said(metres, 'm', 0) : said(metres / KILOMETRE, 'km', 2)
  }
  if (shape.getType() !== 'Polygon' || !(shape as Polygon).getLinearRing(0)) return ''
  const metres = getArea(shape)
  return metres < HECTARE ? said(metres, 'm²', 0) : said(metres / HECTARE, 'ha', 2)
}
