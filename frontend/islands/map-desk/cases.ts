import { containsCoordinate, getWidth } from 'ol/extent.js'
import Feature, { type FeatureLike } from 'ol/Feature.js'
import MVT from 'ol/format/MVT.js'
import Point from 'ol/geom/Point.js'
import VectorLayer from 'ol/layer/Vector.js'
import type Map from 'ol/Map.js'
import VectorSource from 'ol/source/Vector.js'
import { createXYZ } from 'ol/tilegrid.js'
import { countOf, type Looks } from './style.ts'

const ADDRESS = '/api/v1/cases/tiles'
const GRID = createXYZ({ tileSize: 512, maxZoom: 20 })
const FORMAT = new MVT<Feature<Point>>({ featureClass: Feature })
const ACROSS = 8 // circles along an edge of a tile: 64 pixels for each, so that they do not touch

export interface Sums {
  cases: number
  open: number
  late: number
}

/** The cases in view: tiles of the server, whose cells are gathered to circles with counts; single ones are lamps. */
export class Cases {
  readonly source = new VectorSource<Feature<Point>>()
  readonly layer: VectorLayer
  private count: keyof Sums = 'cases'
  private asking = new AbortController()
  /** What is drawn: the zoom and the tags of its tiles. */
  drawn = ''

  /** `query` is the filter, as the API takes it. */
  constructor(
    look: Looks,
    private readonly query: string,
  ) {
    const style = look.cases(() => this.count)
    this.layer = new VectorLayer({ source: this.source, style, updateWhileInteracting: true })
  }

  /** Ask for the tiles in view again (unchanged ones are not sent twice); whether all answered. */
  async ask(map: Map): Promise<boolean> {
    this.asking.abort()
    const { signal } = (this.asking = new AbortController())
    const view = map.getView()
    const zoom = GRID.getZForResolution(view.getResolution()!)
    const tiles: number[][] = []
    GRID.forEachTileCoord(view.calculateExtent(map.getSize()), zoom, (at) => {
      const inside = (n: number) => n >= 0 && n < 2 ** zoom // beside the world there are no tiles
      if (inside(at[1]!) && inside(at[2]!)) tiles.push([...at])
    })
    try {
      const read = await Promise.all(tiles.map((at) => this.read(at, signal)))
      const state = `${zoom} ${read.map((tile) => tile.mark)}`
      if (state !== this.drawn) this.draw(read.flatMap((tile) => tile.features), zoom)
      this.drawn = state
      return true
    } catch {
      return signal.aborted // of a view that was left nobody waits for the answer
    }
  }

  /** How many cases are in view. */
  sums(map: Map): Sums {
    const seen = map.getView().calculateExtent(map.getSize())
    const inside = this.source.getFeatures().filter((one) => containsCoordinate(seen, this.placeOf(one)))
    return inside.reduce((sum, one) => added(sum, one), { cases: 0, open: 0, late: 0 })
  }

  /** Draw all cases, the open or the late ones. */
  show(count: keyof Sums): void {
    this.count = count
    this.layer.changed()
  }

  placeOf(feature: FeatureLike): number[] {
    return (feature.getGeometry() as Point).getCoordinates()
  }

  private async read(at: number[], signal: AbortSignal): Promise<{ mark: string; features: Feature<Point>[] }> {
    const answer = await fetch(`${ADDRESS}/${at.join('/')}?${this.query}`, { signal })
    if (!answer.ok) throw new Error(`tile ${at.join('/')}: ${answer.status}`)
    const reading = { extent: GRID.getTileCoordExtent(at), featureProjection: 'EPSG:3857' }
    const features = FORMAT.readFeatures(await answer.arrayBuffer(), reading)
    return { mark: `${at} ${answer.headers.get('ETag')}`, features }
  }

  private draw(found: Feature<Point>[], zoom: number): void {
    const single = found.filter((one) => one.get('number'))
    const cells = found.filter((one) => !one.get('number'))
    const size = getWidth(GRID.getTileCoordExtent([zoom, 0, 0])) / ACROSS
    this.source.clear(true)
    this.source.addFeatures([...this.gathered(cells, size), ...single])
  }

  /** Cells of the server are finer than circles may be: those of one square become one, in the middle of its cases. */
  private gathered(cells: Feature<Point>[], size: number): Feature<Point>[] {
    const squares: Record<string, Sums & { x: number; y: number }> = {}
    for (const cell of cells) {
      const [x, y] = this.placeOf(cell) as [number, number]
      const key = `${Math.floor(x / size)} ${Math.floor(y / size)}`
      const square = (squares[key] ??= { cases: 0, open: 0, late: 0, x: 0, y: 0 })
      const count = cell.get('cases') as number
      Object.assign(square, added(square, cell), { x: square.x + x * count, y: square.y + y * count })
    }
    return Object.values(squares).map(({ x, y, ...counts }) => {
      const place = new Point([x / counts.cases, y / counts.cases])
      return new Feature({ geometry: place, ...counts })
    })
  }
}

function added({ cases, open, late }: Sums, feature: FeatureLike): Sums {
  return {
    cases: cases + countOf(feature, 'cases'),
    open: open + countOf(feature, 'open'),
    late: late + countOf(feature, 'late'),
  }
}
