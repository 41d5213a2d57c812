import type { Coordinate } from 'ol/coordinate.js'
import { boundingExtent, buffer, intersects } from 'ol/extent.js'
import Feature from 'ol/Feature.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import type Geometry from 'ol/geom/Geometry.js'
import type SimpleGeometry from 'ol/geom/SimpleGeometry.js'
import VectorLayer from 'ol/layer/Vector.js'
import VectorSource from 'ol/source/Vector.js'
import { each, toDegrees, toMap, type Nested } from './exact.ts'
import { nameOf, single, type Item, type Items, type Shape } from './items.ts'
import type { Looks } from './style.ts'

const FORMAT = new GeoJSON()

/** The items as features of the map; those that stayed the same are not drawn again. */
export class Canvas {
  readonly source = new VectorSource<Feature>()
  readonly faults = new VectorSource<Feature>()
  readonly layers: VectorLayer[]
  private drawn: Items = new Map()

  constructor(look: Looks, isSelected: (code: string) => boolean) {
    const style = look.item(isSelected)
    this.layers = [
      new VectorLayer({ source: this.source, style, updateWhileInteracting: true }),
      new VectorLayer({ source: this.faults, style: look.fault }),
    ]
  }

  show(items: Items): void {
    for (const [code, item] of this.drawn) {
      const feature = this.source.getFeatureById(code)
      if (items.get(code) !== item && feature) this.source.removeFeature(feature)
    }
    for (const [code, item] of items) {
      if (this.drawn.get(code) === item) continue
      const feature = new Feature({ geometry: geometryOf(item.geometry), name: nameOf(item) })
      feature.setId(code)
      this.source.addFeature(feature)
    }
    this.drawn = items
  }

  showFaults(regions: Shape[]): void {
    this.faults.clear()
    this.faults.addFeatures(regions.map((region) => new Feature(geometryOf(region))))
  }

  redraw(): void {
    this.layers[0]!.changed()
  }

  feature(code: string): Feature | null {
    return this.source.getFeatureById(code) as Feature | null
  }

  /** What lies beside a feature or touches it. */
  beside(code: string, items: Items): Item[] {
    const extent = this.feature(code)?.getGeometry()?.getExtent()
    if (!extent) return []
    const around = buffer(extent, 1)
    return [...items.values()].filter((item) => {
      const other = this.feature(item.code)?.getGeometry()
      return item.code !== code && item.geometry.type.endsWith('Polygon') && other && intersects(other.getExtent(), around)
    })
  }

  /** The corner next to a place, of the features with these codes, if it is so near. */
  corner(place: Coordinate, within: number, codes: Iterable<string>): Coordinate | null {
    let nearest: Coordinate | null = null
    let least = within
    for (const code of codes) {
      const geometry = this.feature(code)?.getGeometry() as SimpleGeometry | undefined
      if (!geometry || !intersects(buffer(boundingExtent([place]), within), geometry.getExtent())) continue
      each(geometry.getCoordinates() as Nested, (at) => {
        const away = Math.hypot(at[0]! - place[0]!, at[1]! - place[1]!)
        if (away <= least) [nearest, least] = [at, away]
        return at
      })
    }
    return nearest
  }
}

export function geometryOf(shape: Shape): Geometry {
  const moved = { ...shape, coordinates: each(shape.coordinates, toMap) }
  return FORMAT.readGeometry(moved) as Geometry
}

/** A geometry of the map in degrees. */
export function shapeOf(geometry: Geometry): Shape {
  const { type, coordinates } = FORMAT.writeGeometryObject(geometry) as unknown as Shape
  return single({ type, coordinates: each(coordinates, toDegrees) })
}
