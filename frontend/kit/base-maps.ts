import type ImageTile from 'ol/ImageTile.js'
import TileLayer from 'ol/layer/Tile.js'
import XYZ from 'ol/source/XYZ.js'
import type Tile from 'ol/Tile.js'
import TileGrid from 'ol/tilegrid/TileGrid.js'
import TileState from 'ol/TileState.js'

/** A base map as the page tells of it; its tiles come through our server. */
export interface Base {
  name: string
  grid: 'EPSG:3857' | 'EPSG:4490'
  deepest: number
  credit: string
}

const WIDEST = 360 / 256 // degrees a pixel at zoom 0, of which half a tile would be the earth

/** A layer for each, by "base " and its name; `answers` is told of each tile whether it came. */
export function baseLayers(bases: Base[], answers: (isThere: boolean) => void): Record<string, TileLayer> {
  return Object.fromEntries(
    bases.map(({ name, grid, deepest, credit }) => {
      // EPSG:4490 (CGCS2000) is within centimetres of EPSG:4326, by which its pictures are drawn on our map.
      const degrees = new TileGrid({ origin: [-180, 90], resolutions: widths(deepest), minZoom: 1 })
      const squares = grid === 'EPSG:4490' ? { projection: 'EPSG:4326', tileGrid: degrees } : { maxZoom: deepest }
      const options = { attributions: plain(credit) || undefined, tileLoadFunction: loads(answers), transition: 0 }
      return [`base ${name}`, new TileLayer({ source: new XYZ({ url: `/map/base/${name}/{z}/{x}/{y}`, ...squares, ...options }) })]
    }),
  )
}

/** Words as HTML that shows them: OpenLayers draws a credit as HTML. */
const plain = (words: string) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;')

function widths(deepest: number): number[] {
  return Array.from({ length: deepest + 1 }, (_, zoom) => WIDEST / 2 ** zoom)
}

/** Where the source has nothing, nothing is drawn; where it is silent, that is told. */
function loads(answers: (isThere: boolean) => void): (tile: Tile, address: string) => Promise<void> {
  return async (tile, address) => {
    try {
      const answer = await fetch(address)
      if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`) // to the sign-in page
      answers(true)
      if (answer.status === 204) return tile.setState(TileState.EMPTY)
      const image = (tile as ImageTile).getImage() as HTMLImageElement
      image.src = URL.createObjectURL(await answer.blob())
      image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true })
    } catch {
      answers(false)
      tile.setState(TileState.ERROR)
    }
  }
}
