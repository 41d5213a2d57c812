import type BaseLayer from 'ol/layer/Base.js'
import type Map from 'ol/Map.js'
import type { Cases, Sums } from './cases.ts'
import { type Hue, hue } from './palette.ts'

const KEPT = 'map-desk'

interface Choice {
  count: keyof Sums
  layers: string[]
  opacity: number
  isHeat?: boolean
}

/** The layer tree is a form; the map follows it, and the browser remembers what was chosen. */
export function tree(
  form: HTMLFormElement,
  map: Map,
  cases: Cases,
  known: Record<string, BaseLayer>,
  make: (name: string, place: number) => BaseLayer,
): void {
  const swatches = [...form.querySelectorAll<HTMLElement>('[data-swatch]')]
  for (const [place, swatch] of swatches.entries()) paint(swatch, hue(place))
  const boxes = [...form.querySelectorAll<HTMLInputElement>('[name=layer]')]
  const counts = [...form.querySelectorAll<HTMLInputElement>('[name=count]')]
  const heat = form.querySelector<HTMLInputElement>('[name=heat]')!
  const opacity = form.querySelector<HTMLInputElement>('[name=opacity]')!

  const restore = ({ count, layers, opacity: seen, isHeat }: Choice) => {
    heat.checked = Boolean(isHeat)
    for (const box of boxes) box.checked = layers.includes(box.value)
    for (const one of counts) one.checked = one.value === count
    opacity.value = `${seen}`
  }
  const chosen = (): Choice => ({
    count: counts.find((one) => one.checked)!.value as keyof Sums,
    layers: boxes.filter((box) => box.checked).map((box) => box.value),
    opacity: Number(opacity.value),
    isHeat: heat.checked,
  })
  const show = ({ count, layers, opacity: seen, isHeat }: Choice) => {
    for (const name of layers) {
      if (known[name]) continue
      known[name] = make(name, swatches.findIndex((swatch) => swatch.dataset.swatch === name))
      map.getLayers().insertAt(map.getLayers().getArray().indexOf(cases.layer), known[name]) // below the cases
    }
    for (const [name, layer] of Object.entries(known)) {
      layer.setVisible(layers.includes(name))
      layer.setOpacity(seen)
    }
    cases.show(count, Boolean(isHeat))
  }

  const kept = localStorage.getItem(KEPT)
  if (kept) restore(JSON.parse(kept) as Choice)
  show(chosen())
  form.addEventListener('input', () => {
    show(chosen())
    localStorage.setItem(KEPT, JSON.stringify(chosen()))
  })
}

/** What a layer looks like, beside its name: the colour of its lines, whole or dashed. */
function paint(swatch: HTMLElement, { colour, dash }: Hue): void {
  swatch.style.borderTop = `3px ${dash.length ? (dash[0]! > 4 ? 'dashed' : 'dotted') : 'solid'} ${colour}`
}
