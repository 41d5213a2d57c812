import { never } from 'ol/events/condition.js'
import type Feature from 'ol/Feature.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import WKT from 'ol/format/WKT.js'
import type Geometry from 'ol/geom/Geometry.js'
import { Draw } from 'ol/interaction.js'
import VectorLayer from 'ol/layer/Vector.js'
import type Map from 'ol/Map.js'
import VectorSource from 'ol/source/Vector.js'
import { Pen } from '../../kit/pen.ts'
import { measured } from './measure.ts'
import type { Looks } from './style.ts'

export type Kind = 'Point' | 'LineString' | 'Polygon'

const KEPT = 'map-sketch'
const MOST_CORNERS = 100 // that a shape may have which selects cases
const ROUND = { dataProjection: 'EPSG:4326', featureProjection: 'EPSG:3857', decimals: 7 } // 1 cm

/** What somebody draws on the map, with its length or size. It stays in this tab of the browser. */
export class Sketch extends Pen {
  readonly layer: VectorLayer
  kind: Kind | null = null
  /** The shape drawn or pointed at last: what is asked for by `wkt` and `metres`. */
  current: Feature | null = null
  /** Told when a tool is taken or put away, and when a shape is there, another or gone. */
  changed = (): void => {}
  private readonly source = new VectorSource()

  constructor(
    private readonly map: Map,
    private readonly look: Looks,
  ) {
    super()
    this.layer = new VectorLayer({ source: this.source, style: look.sketch, updateWhileInteracting: true })
    const kept = sessionStorage.getItem(KEPT)
    if (kept) this.source.addFeatures(new GeoJSON(ROUND).readFeatures(kept))
    this.current = this.source.getFeatures().at(-1) ?? null
  }

  /** Take a tool, or put it away with null; the one in use is put away when it is taken again. */
  use(kind: Kind | null): void {
    if (this.draw) this.map.removeInteraction(this.draw)
    this.hold(null)
    this.kind = kind === this.kind ? null : kind
    if (this.kind) {
      const options = { type: this.kind, style: this.look.sketch, maxPoints: MOST_CORNERS, stopClick: true }
      const draw = new Draw({ ...options, freehandCondition: never })
      // The tool is put away after its own event.
      draw.on('drawend', ({ feature }) => window.setTimeout(() => (this.use(null), this.put(feature))))
      this.hold(draw, this.kind === 'Point')
      this.map.addInteraction(draw)
    }
    this.changed()
  }

  stop(): boolean {
    const isDrawing = this.kind !== null
    if (isDrawing) this.use(null)
    return isDrawing
  }

  /** Keep a shape, as the one meant from now on. */
  put(feature: Feature): void {
    this.source.addFeature(feature)
    this.mean(feature)
  }

  /** Mean this shape. */
  mean(feature: Feature | null): void {
    this.current = feature
    this.keep()
    this.changed()
  }

  remove(): void {
    if (this.current) this.source.removeFeature(this.current)
    this.mean(this.source.getFeatures().at(-1) ?? null)
  }

  /** How many metres around the current shape count too. */
  get metres(): number {
    const isArea = this.current?.getGeometry()!.getType() === 'Polygon'
    return (this.current?.get('metres') as number | undefined) ?? (isArea ? 0 : 100)
  }

  set metres(metres: number) {
    this.current?.set('metres', metres)
    this.keep()
  }

  get wkt(): string {
    return this.current ? new WKT().writeFeature(this.current, ROUND) : ''
  }

  /** The shape of an address, which may be here already; what cannot be read is left to the server to refuse. */
  restore(wkt: string, metres: number): void {
    const known = this.source.getFeatures().find((one) => new WKT().writeFeature(one, ROUND) === wkt)
    try {
      const feature = known ?? (new WKT().readFeature(wkt, ROUND) as Feature)
      feature.set('metres', metres)
      if (known) this.mean(known)
      else this.put(feature)
    } catch {
      return
    }
  }

  /** All shapes as GeoJSON, each with its measure. */
  json(): string {
    const shapes = this.source.getFeatures().map((one) => {
      const copy = one.clone()
      copy.set('measure', measured(copy.getGeometry() as Geometry))
      return copy
    })
    return new GeoJSON(ROUND).writeFeatures(shapes)
  }

  private keep(): void {
    sessionStorage.setItem(KEPT, new GeoJSON(ROUND).writeFeatures(this.source.getFeatures()))
  }
}
