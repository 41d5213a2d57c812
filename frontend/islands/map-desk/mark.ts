import type { Coordinate } from 'ol/coordinate.js'
import Feature from 'ol/Feature.js'
import Point from 'ol/geom/Point.js'
import VectorLayer from 'ol/layer/Vector.js'
import VectorSource from 'ol/source/Vector.js'
import type { Looks } from './style.ts'

/** A ring around one place: that of the case pointed at in the list, or whose card is open. */
export class Mark {
  readonly layer: VectorLayer
  private readonly feature = new Feature<Point>()

  constructor(look: Looks) {
    this.layer = new VectorLayer({ source: new VectorSource({ features: [this.feature] }), style: look.mark })
  }

  /** The place that is marked, if one is. */
  get place(): Coordinate | null {
    return this.feature.getGeometry()?.getCoordinates() ?? null
  }

  at(place: Coordinate | null): void {
    this.feature.setGeometry(place ? new Point(place) : undefined)
  }
}
