import type { Coordinate } from 'ol/coordinate.js'
import { fromLonLat, toLonLat } from 'ol/proj.js'

const DIGITS = 9 // of a degree: 0.1 mm
const PER_METRE = 1e4 // as fine; moving a corner onto another adds rounding far below it

/**
 * Degrees as the server has them. The map draws metres; on the way back every point that came from the server, and
 * every point that was snapped to one, gets the very degrees it had, so that neighbours go on sharing it.
 */
const known: Record<string, Coordinate> = {}

const keyOf = (metres: Coordinate) => metres.map((value) => Math.round(value * PER_METRE)).join()

export function toMap(degrees: Coordinate): Coordinate {
  const metres = fromLonLat([degrees[0]!, degrees[1]!])
  known[keyOf(metres)] ??= [degrees[0]!, degrees[1]!]
  return metres
}

export function toDegrees(metres: Coordinate): Coordinate {
  const at = [metres[0]!, metres[1]!]
  return (known[keyOf(at)] ??= toLonLat(at).map((value) => Number(value.toFixed(DIGITS))))
}

export type Nested = Coordinate | Nested[]

/** The same for coordinates of any depth. */
export function each(coordinates: Nested, change: (at: Coordinate) => Coordinate): Nested {
  const isPoint = typeof coordinates[0] === 'number'
  return isPoint ? change(coordinates as Coordinate) : (coordinates as Nested[]).map((inner) => each(inner, change))
}
