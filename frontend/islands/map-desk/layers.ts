import type { Extent } from 'ol/extent.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import VectorLayer from 'ol/layer/Vector.js'
import { all, tile } from 'ol/loadingstrategy.js'
import VectorSource, { type LoadingStrategy } from 'ol/source/Vector.js'
import { createXYZ } from 'ol/tilegrid.js'
import { sides } from './areas.ts'
import { hue } from './palette.ts'
import type { Looks } from './style.ts'

const LAYERS = '/api/v1/geography/layers'
const LANES = '/api/v1/geography/lanes'
const LANES_FROM = 14
const COMPONENTS = '/api/v1/inventory/components'
const COMPONENTS_FROM = 17 // the zoom from which they are drawn, and that of the squares they are asked for by
const PAGE = 200
const MOST_PAGES = 5 // of one square, which is 300 m wide at the equator

type Row = Record<string, unknown>

/** A layer of the city by its code, asked for once, when it is first shown; `place` among the layers gives its look. */
export function thematic(code: string, place: number, look: Looks): VectorLayer {
  const read = async () => {
    const rows = await rowsOf(`${LAYERS}/${encodeURIComponent(code)}/features`)
    return rows.map(({ geometry, ...properties }) => ({ type: 'Feature', geometry, properties }))
  }
  return layer(read, all, { style: look.feature(hue(place)), declutter: 'areas' })
}

/** Streets and lanes by their centre lines, square by square, where the map is close enough. */
export function lanes(look: Looks): VectorLayer {
  const read = async (extent: Extent) => {
    const answer = await fetch(`${LANES}?${new URLSearchParams(sides(extent))}`)
    if (!answer.ok) throw new Error(`${LANES}: ${answer.status}`)
    return ((await answer.json()) as { features: object[] }).features
  }
  const squares = createXYZ({ minZoom: LANES_FROM, maxZoom: LANES_FROM })
  return layer(read, tile(squares), { style: look.lane, minZoom: LANES_FROM - 0.01, declutter: 'lanes' })
}

/** The components of the inventory, square by square, where the map is close enough. */
export function components(look: Looks): VectorLayer {
  const read = async (extent: Extent) => {
    const found: Row[] = []
    for (let page = 0; page < MOST_PAGES && found.length === page * PAGE; page++) {
      const asked = new URLSearchParams([...sides(extent), ['start', `${page * PAGE}`], ['count', `${PAGE}`]])
      found.push(...(await rowsOf(`${COMPONENTS}?${asked}`)))
    }
    return found.map(({ id, lon, lat, ...properties }) => {
      return { type: 'Feature', id, geometry: { type: 'Point', coordinates: [lon, lat] }, properties }
    })
  }
  const squares = createXYZ({ minZoom: COMPONENTS_FROM, maxZoom: COMPONENTS_FROM })
  return layer(read, tile(squares), { style: look.component, minZoom: COMPONENTS_FROM - 0.01 })
}

async function rowsOf(address: string): Promise<Row[]> {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
  return (await answer.json()) as Row[]
}

type Options = ConstructorParameters<typeof VectorLayer>[0]

function layer(read: (extent: Extent) => Promise<object[]>, strategy: LoadingStrategy, options: Options): VectorLayer {
  const format = new GeoJSON({ featureProjection: 'EPSG:3857' })
  const source: VectorSource = new VectorSource({
    strategy,
    loader: async (extent) => {
      try {
        return format.readFeatures({ type: 'FeatureCollection', features: await read(extent) })
      } catch (failure) {
        source.removeLoadedExtent(extent) // asked for again with the next move
        throw failure
      }
    },
  })
  return new VectorLayer({ ...options, source })
}
