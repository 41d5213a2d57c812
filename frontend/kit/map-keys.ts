import type { Coordinate } from 'ol/coordinate.js'
import type Map from 'ol/Map.js'

export const STEP = 16 // pixels of an arrow key
const FINE = 1 // with Shift
export const NEAR = 12 // pixels: a corner so near is meant

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
}

/** What the keys do at the place below the cross-hair; true when it was done. */
export interface Acts {
  enter: (place: Coordinate) => boolean
  back: () => boolean
  finish: () => boolean
  stop: () => boolean
  moved?: (place: Coordinate) => void
  step?: () => number // pixels of an arrow key, where it is not STEP
}

/** Arrows move the map below a cross-hair in its middle; Enter, Backspace, F and Escape act there. */
export function keys(map: Map, target: HTMLElement, cross: SVGElement, acts: Acts): void {
  const view = map.getView()
  const middle = () => view.getCenter()!
  target.addEventListener('focus', () => target.matches(':focus-visible') && cross.removeAttribute('hidden'))
  target.addEventListener('blur', () => cross.setAttribute('hidden', ''))
  target.addEventListener('pointerdown', () => cross.setAttribute('hidden', ''))
  const zoom = (by: number) => view.adjustZoom(by)
  const done: Record<string, () => boolean> = {
    Enter: () => acts.enter(middle()),
    Backspace: acts.back,
    f: acts.finish,
    F: acts.finish,
    Escape: acts.stop,
    '+': () => (zoom(1), true),
    '-': () => (zoom(-1), true),
  }
  target.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const arrow = ARROWS[event.key]
    if (arrow) {
      const by = (event.shiftKey ? FINE : (acts.step?.() ?? STEP)) * view.getResolution()!
      view.setCenter([middle()[0]! + arrow[0] * by, middle()[1]! + arrow[1] * by])
      acts.moved?.(middle())
    } else if (!done[event.key]?.()) return
    cross.removeAttribute('hidden')
    event.preventDefault()
  })
}
