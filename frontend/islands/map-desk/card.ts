/** The card of one case over the map, drawn by the server. Escape or its button close it. */
export class Card {
  private readonly card: HTMLElement
  private readonly body: HTMLElement

  constructor(
    element: HTMLElement,
    private readonly map: HTMLElement,
    private readonly picked: (number: string) => void,
  ) {
    this.card = element.querySelector<HTMLElement>('[data-card]')!
    this.body = element.querySelector<HTMLElement>('[data-card-body]')!
    this.card.querySelector('[data-close]')!.addEventListener('click', () => this.close())
    element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close()
    })
  }

  /** Show a case by its number, and go to its link. */
  async open(number: string): Promise<void> {
    const answer = await fetch(`/map/cases/${encodeURIComponent(number)}/`)
    if (!answer.ok) return
    this.body.innerHTML = await answer.text()
    this.card.hidden = false
    this.picked(number)
    this.body.querySelector('a')?.focus()
  }

  close(): void {
    if (this.card.hidden) return
    const hadFocus = this.card.contains(document.activeElement)
    this.card.hidden = true
    this.picked('')
    if (hadFocus) this.map.focus()
  }
}
