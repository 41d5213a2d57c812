/** Colours of layers that can be told apart beside one another; green, yellow and red belong to lamps. */
const COLOURS = [
  '#1565c0', '#7b3fa0', '#00838f', '#a1531d', '#c2457a', '#5a6b1f',
  '#3949ab', '#00695c', '#8d6e00', '#6d4c41', '#546e7a', '#ab47bc',
] as const

/** Where there are more layers than colours, their points have other shapes, and their lines are dashed. */
const SHAPES = [
  { points: 4, angle: Math.PI / 4, dash: [] },
  { points: 3, angle: 0, dash: [8, 4] },
  { points: 6, angle: 0, dash: [2, 4] },
] as const

/** How one layer is told from the others. */
export interface Hue {
  colour: string
  points: number
  angle: number
  dash: readonly number[]
}

/** The look of the layer at this place of the list. */
export function hue(place: number): Hue {
  const shape = SHAPES[Math.floor(place / COLOURS.length) % SHAPES.length]!
  return { colour: COLOURS[place % COLOURS.length]!, ...shape }
}

/** From few to many: one hue that no lamp has, told apart by lightness alone. */
export const HEAT = ['#d5d9ef', '#b0b1e0', '#8b82cc', '#6650b1', '#40268a'] as const
