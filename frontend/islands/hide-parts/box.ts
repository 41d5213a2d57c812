/** A part of a picture, in parts of its width and height, 0 to 1. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

const SMALLEST = 0.005

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))

/** The box between two corners, whichever they are, cut at the edges of the picture. */
export function cut(x: number, y: number, toX: number, toY: number): Box {
  const [left, right] = [within(Math.min(x, toX), 0, 1), within(Math.max(x, toX), 0, 1)]
  const [top, bottom] = [within(Math.min(y, toY), 0, 1), within(Math.max(y, toY), 0, 1)]
  return { left, top, width: right - left, height: bottom - top }
}

/** The box elsewhere, of the same size, within the picture. */
export function moved(box: Box, x: number, y: number): Box {
  return { ...box, left: within(box.left + x, 0, 1 - box.width), top: within(box.top + y, 0, 1 - box.height) }
}

/** The box with its lower right corner elsewhere, within the picture. */
export function resized(box: Box, x: number, y: number): Box {
  const width = within(box.width + x, SMALLEST, 1 - box.left)
  return { ...box, width, height: within(box.height + y, SMALLEST, 1 - box.top) }
}

/** As the form takes it: in hundredths, with three places. */
export const percent = (value: number): string => `${Math.round(value * 100_000) / 1000}`
