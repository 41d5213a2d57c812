import { containsCoordinate, getCenter, getWidth } from 'ol/extent.js'
import Feature, { type FeatureLike } from 'ol/Feature.js'
import MVT from 'ol/format/MVT.js'
import Point from 'ol/geom/Point.js'
import { fromExtent } from 'ol/geom/Polygon.js'
import VectorLayer from 'ol/layer/Vector.js'
import type Map from 'ol/Map.js'
import VectorSource from 'ol/source/Vector.js'
import { createXYZ } from 'ol/tilegrid.js'
import { classes } from './heat.ts'
import { countOf, type Looks } from './style.ts'

const ADDRESS = '/api/v1/cases/tiles'
const GRID = createXYZ({ tileSize: 512, maxZoom: 20 })
const FORMAT = new MVT<Feature<Point>>({ featureClass: Feature })
const ACROSS = 8 // circles along an edge of a tile: 64 pixels for each, so that they do not touch
const FINER = 2 // squares of a density along the place of a circle

export interface Sums {
  cases: number
  open: number
  late: number
}

export type Period = [from: string, until: string] // days, both counted

/**
 * The cases in view: tiles of the server, whose cells are gathered to circles with counts, and single ones are lamps;
 * or all of them to squares, the darker the more there are.
 */
export class Cases {
  readonly source = new VectorSource()
  readonly layer: VectorLayer
  /** Only those opened in it; null for all that the filter leaves. */
  period: Period | null = null
  /** How many a square of each class has at most; empty while circles are drawn. */
  classes: number[] = []
  /** Told when there are other classes. */
  changed = (): void => {}
  /** Told when others of them are shown. */
  shown = (): void => {}
  count: keyof Sums = 'cases'
  private isHeat = false
  private found: Feature<Point>[] = []
  private zoom = 0
  private asking = new AbortController()
  /** What is drawn: the zoom and the tags of its tiles. */
  drawn = ''

  /** `query` is the filter, as the API takes it. */
  constructor(
    look: Looks,
    private readonly query: string,
  ) {
    const style = look.cases(() => this.count, () => this.classes)
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
      if (state !== this.drawn) {
        this.found = read.flatMap((tile) => tile.features)
        this.zoom = zoom
        this.draw()
      }
      this.drawn = state
      return true
    } catch {
      return signal.aborted // of a view that was left nobody waits for the answer
    }
  }

  /** How many of the cases that are shown are in view. */
  sums(map: Map): Sums {
    const seen = map.getView().calculateExtent(map.getSize())
    const inside = this.found.filter((one) => containsCoordinate(seen, this.placeOf(one)))
    const all = inside.reduce((sum, one) => added(sum, one), { cases: 0, open: 0, late: 0 })
    const most = all[this.count] // late ones are open, and all are cases
    return { cases: most, open: Math.min(all.open, most), late: all.late }
  }

  /** Draw all cases, the open or the late ones; as circles and lamps, or as squares. */
  show(count: keyof Sums, isHeat: boolean): void {
    const others = count !== this.count
    Object.assign(this, { count, isHeat })
    this.draw()
    if (others) this.shown()
  }

  placeOf(feature: FeatureLike): number[] {
    return getCenter(feature.getGeometry()!.getExtent())
  }

  private async read(at: number[], signal: AbortSignal): Promise<{ mark: string; features: Feature<Point>[] }> {
    const answer = await fetch(`${ADDRESS}/${at.join('/')}?${this.asked()}`, { signal })
    if (!answer.ok) throw new Error(`tile ${at.join('/')}: ${answer.status}`)
    const reading = { extent: GRID.getTileCoordExtent(at), featureProjection: 'EPSG:3857' }
    const features = FORMAT.readFeatures(await answer.arrayBuffer(), reading)
    return { mark: `${at} ${answer.headers.get('ETag')}`, features }
  }

  private asked(): URLSearchParams {
    const asked = new URLSearchParams(this.query)
    const [from, until] = this.period ?? []
    if (from && until) for (const [name, day] of [['opened_from', from], ['opened_until', until]]) asked.set(name!, day!)
    return asked
  }

  private draw(): void {
    const size = getWidth(GRID.getTileCoordExtent([this.zoom, 0, 0])) / ACROSS
    const single = this.found.filter((one) => one.get('number'))
    const cells = this.found.filter((one) => !one.get('number'))
    this.source.clear(true)
    this.source.addFeatures(this.isHeat ? squares(this.found, size / FINER) : [...circles(cells, size), ...single])
    this.classify()
    this.layer.changed()
  }

  /** Over a time that runs, the classes only grow, so that one moment can be told from another. */
  private classify(): void {
    const counts = this.source.getFeatures().map((one) => countOf(one, this.count))
    const before = this.period ? (this.classes.at(-1) ?? 0) : 0
    this.classes = this.isHeat ? classes(Math.max(before, ...counts)) : []
    this.changed()
  }
}

type Square = Sums & { x: number; y: number; column: number; row: number }

/** Cells and cases by the squares they lie in; x and y are sums over the cases. */
function gathered(found: Feature<Point>[], size: number): Square[] {
  const squares: Record<string, Square> = {}
  for (const one of found) {
    const [x, y] = one.getGeometry()!.getCoordinates() as [number, number]
    const [column, row] = [Math.floor(x / size), Math.floor(y / size)]
    const square = (squares[`${column} ${row}`] ??= { cases: 0, open: 0, late: 0, x: 0, y: 0, column, row })
    const count = countOf(one, 'cases')
    Object.assign(square, added(square, one), { x: square.x + x * count, y: square.y + y * count })
  }
  return Object.values(squares)
}

/** Cells of the server are finer than circles may be: those of one square become one, in the middle of its cases. */
function circles(cells: Feature<Point>[], size: number): Feature[] {
  return gathered(cells, size).map(({ x, y, cases, open, late }) => {
    return new Feature({ geometry: new Point([x / cases, y / cases]), cases, open, late })
  })
}

function squares(found: Feature<Point>[], size: number): Feature[] {
  return gathered(found, size).map(({ column, row, cases, open, late }) => {
    const geometry = fromExtent([column * size, row * size, (column + 1) * size, (row + 1) * size])
    return new Feature({ geometry, cases, open, late })
  })
}

function added({ cases, open, late }: Sums, feature: FeatureLike): Sums {
  return {
    cases: cases + countOf(feature, 'cases'),
    open: open + countOf(feature, 'open'),
    late: late + countOf(feature, 'late'),
  }
}
