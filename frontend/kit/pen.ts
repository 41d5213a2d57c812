import type { Coordinate } from 'ol/coordinate.js'
import type { Draw } from 'ol/interaction.js'

/** Drawing by keys, which both the sketch and the editor of layers do: corners are set where the keyboard says. */
export abstract class Pen {
  protected draw: Draw | null = null
  protected count = 0 // of the corners of what is being drawn
  private isPoint = false

  /** Take what draws; null puts it away. */
  protected hold(draw: Draw | null, isPoint = false): void {
    this.draw = draw
    this.count = 0
    this.isPoint = isPoint
  }

  /** A corner there; a point is finished by it. */
  add(place: Coordinate): boolean {
    if (!this.draw) return false
    this.draw.appendCoordinates([place])
    this.count++
    if (this.isPoint) this.draw.finishDrawing()
    return true
  }

  /** Take the last corner back. */
  back(): boolean {
    if (!this.draw || !this.count) return false
    this.draw.removeLastPoint()
    this.count--
    return true
  }

  finish(): boolean {
    if (!this.draw) return false
    this.draw.finishDrawing()
    return true
  }
}
