import type { Extent } from 'ol/extent.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import VectorLayer from 'ol/layer/Vector.js'
import { all, tile } from 'ol/loadingstrategy.js'
import { transformExtent } from 'ol/proj.js'
import VectorSource from 'ol/source/Vector.js'
import { createXYZ } from 'ol/tilegrid.js'
import type { Looks } from './style.ts'

const ADDRESS = '/api/v1/geography/areas/outlines'
const FINEST = 15 // the zoom of the squares by which unit grids are asked for

/** Levels of areas, from which zoom each is drawn, and how wide its lines are. */
const LEVELS = [
  { level: 'unit', from: 15, width: 0.5 },
  { level: 'community', from: 13, width: 1 },
  { level: 'street', from: 0, width: 2 },
] as const

/** The sides of a box in degrees, as the API takes them. */
export function sides(extent: Extent): [string, string][] {
  const degrees = transformExtent(extent, 'EPSG:3857', 'EPSG:4326')
  return (['west', 'south', 'east', 'north'] as const).map((side, n) => {
    const most = n % 2 ? 90 : 180 // far out, the view is wider than the earth
    return [side, Math.max(-most, Math.min(most, degrees[n]!)).toFixed(6)]
  })
}

/** A layer for each level of areas; what lies below the codes of the post's reach, each asked for once. */
export function outlines(reach: string[], look: Looks): Record<string, VectorLayer> {
  const layers = LEVELS.map(({ level, from, width }) => {
    const address = (extent: Extent) => {
      const box = extent.every(Number.isFinite) ? sides(extent) : []
      return `${ADDRESS}?${new URLSearchParams([['level', level], ...reach.map((code) => ['below', code]), ...box])}`
    }
    const squares = createXYZ({ minZoom: FINEST, maxZoom: FINEST })
    const strategy = level === 'unit' ? tile(squares) : all
    const source = new VectorSource({ url: address, format: new GeoJSON(), strategy })
    const style = look.area(width, level !== 'unit')
    return [level, new VectorLayer({ source, style, minZoom: from - 0.01, declutter: 'areas' })]
  })
  return Object.fromEntries(layers) as Record<string, VectorLayer>
}
