import { HEAT } from './palette.ts'

/** The most of each class of counts up to the highest: about as many times that of the class before, never the same. */
export function classes(most: number): number[] {
  const bounds = HEAT.map((_, place) => Math.round(most ** ((place + 1) / HEAT.length)))
  return [...new Set(bounds)].filter((bound) => bound > 0)
}

/** The colour of a count; the last class is always the darkest. */
export function heat(count: number, bounds: number[]): string {
  const place = bounds.findIndex((bound) => count <= bound)
  return HEAT[HEAT.length - bounds.length + Math.max(place, 0)]!
}

/** What each colour stands for, in numbers of the page's language. */
export function legend(list: HTMLElement, bounds: number[], number: (value: number) => string): void {
  const items = bounds.map((bound, place) => {
    const least = (bounds[place - 1] ?? 0) + 1
    const item = document.createElement('li')
    const swatch = document.createElement('span')
    swatch.style.background = heat(bound, bounds)
    item.append(swatch, least === bound ? number(bound) : `${number(least)}–${number(bound)}`)
    return item
  })
  list.replaceChildren(...items)
  list.closest<HTMLElement>('[data-heat]')!.hidden = !bounds.length
}
