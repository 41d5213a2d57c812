import type { Coordinate } from 'ol/coordinate.js'

/** The card of one case over the map, drawn by the server. Escape or its button close it. */
export class Card {
  /** Where the case lies that it shows; null when it is closed. */
  place: Coordinate | null = null
  private asking = new AbortController()
  private readonly card: HTMLElement
  private readonly body: HTMLElement

  constructor(
    element: HTMLElement,
    private readonly map: HTMLElement,
    private readonly moved: (place: Coordinate | null, box: DOMRect) => void,
  ) {
    this.card = element.querySelector<HTMLElement>('[data-card]')!
    this.body = element.querySelector<HTMLElement>('[data-card-body]')!
    this.card.querySelector('[data-close]')!.addEventListener('click', () => this.close())
    element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close()
    })
  }

  /** Show a case by its number, and go to its link, unless somebody is typing. */
  async open(number: string, place: Coordinate): Promise<void> {
    this.asking.abort()
    const { signal } = (this.asking = new AbortController())
    const answer = await fetch(`/map/cases/${encodeURIComponent(number)}/`, { signal }).catch(() => null)
    if (!answer?.ok || answer.redirected) return // to the sign-in page
    this.body.innerHTML = await answer.text()
    if (signal.aborted) return
    this.card.hidden = false
    this.moved((this.place = place), this.card.getBoundingClientRect())
    if (!(document.activeElement instanceof HTMLInputElement)) this.body.querySelector('a')?.focus()
  }

  close(): void {
    this.asking.abort()
    if (this.card.hidden) return
    const hadFocus = this.card.contains(document.activeElement)
    this.card.hidden = true
    this.moved((this.place = null), this.card.getBoundingClientRect())
    if (hadFocus) this.map.focus()
  }
}
