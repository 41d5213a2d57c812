import type { Coordinate } from 'ol/coordinate.js'
import type Map from 'ol/Map.js'
import { fromLonLat } from 'ol/proj.js'
import { TYPING, keysAreOn } from '../../behaviours/work-keys.ts'
import { sides } from './areas.ts'
import type { Period } from './cases.ts'

/** The cases in view as a list, drawn by the server: pointing at a row marks its case, keys go through the rows. */
export class Results {
  /** Only cases opened in it; null for all that the filter leaves. */
  period: Period | null = null
  /** What of it is shown, as the filter of the list says it; {} for all. */
  shown: Record<string, string> = {}
  private readonly body: HTMLElement
  private readonly title: HTMLElement
  private readonly refused: HTMLElement
  private asking = new AbortController()

  constructor(
    element: HTMLElement,
    mark: (place: Coordinate | null) => void,
    open: (number: string, place: Coordinate) => void,
  ) {
    this.body = element.querySelector<HTMLElement>('[data-list-body]')!
    this.title = element.querySelector<HTMLElement>('[data-list] h2')!
    this.refused = element.querySelector<HTMLElement>('[data-refused]')!
    const row = (event: Event) => (event.target as Element).closest<HTMLElement>('[data-number]')
    for (const kind of ['pointerover', 'focusin']) {
      this.body.addEventListener(kind, (event) => mark(placeOf(row(event))))
    }
    this.body.addEventListener('pointerleave', () => mark(null))
    this.body.addEventListener('click', (event) => {
      const picked = row(event)
      if (picked) open(picked.dataset.number!, placeOf(picked)!)
    })
    const { next = '', previous = '' } = element.querySelector<HTMLElement>('[data-list]')!.dataset
    document.addEventListener('keydown', (event) => {
      const step = { [next]: 1, [previous]: -1 }[event.key]
      if (!step || !keysAreOn() || event.ctrlKey || event.metaKey || event.altKey) return
      if (!(event.target as Element).closest(TYPING)) this.go(step)
    })
  }

  /** Read the rows again; who stands on one keeps it. */
  async ask(map: Map): Promise<boolean> {
    this.asking.abort()
    const { signal } = (this.asking = new AbortController())
    const box = sides(map.getView().calculateExtent(map.getSize()))
    const asked = new URLSearchParams(location.search)
    const [from, until] = this.period ?? []
    if (from && until) {
      asked.delete('period') // a word for some days, which would go before them
      box.push(['opened_from', from], ['opened_until', until])
    }
    for (const [name, value] of [...box, ...Object.entries(this.shown)]) asked.set(name, value)
    try {
      const answer = await fetch(`/map/list/?${asked}`, { signal, headers: { Accept: 'application/json' } })
      this.refused.textContent = answer.status === 400 ? ((await answer.json()) as { title: string }).title : ''
      if (answer.status === 400) return true // it says why
      if (!answer.ok || answer.redirected) return false // to the sign-in page
      const stoodOn = this.rows().find((row) => row === document.activeElement)?.dataset.number
      this.body.innerHTML = await answer.text()
      this.rows().find((row) => row.dataset.number === stoodOn)?.focus()
      this.title.hidden = this.body.querySelector('[data-selected]') !== null
      return true
    } catch {
      return signal.aborted
    }
  }

  private rows(): HTMLElement[] {
    return [...this.body.querySelectorAll<HTMLElement>('[data-number]')]
  }

  private go(step: number): void {
    const rows = this.rows()
    const here = rows.indexOf(document.activeElement as HTMLElement)
    rows[here < 0 ? 0 : here + step]?.focus()
  }
}

function placeOf(row: HTMLElement | null): Coordinate | null {
  return row && fromLonLat([Number(row.dataset.lon), Number(row.dataset.lat)])
}
