import type { Period } from './cases.ts'

const DAY = 86_400_000 // milliseconds
const FRAME = 900 // milliseconds that each step is shown at least

/**
 * The bar of time: a day or a week of the chosen span is shown, the next ones follow when it plays. A step is taken when
 * the one before has been drawn, so that slow answers make it slow and never pile up.
 */
export class Time {
  private readonly bar: HTMLFormElement
  private readonly slider: HTMLInputElement
  private readonly play: HTMLButtonElement
  private isPlaying = false

  /** `show` draws the cases opened in a period, or all with null, and is done when they are there. */
  constructor(
    element: HTMLElement,
    private readonly show: (period: Period | null) => Promise<unknown>,
  ) {
    this.bar = element.querySelector<HTMLFormElement>('[data-time]')!
    this.slider = this.field('at')
    this.play = this.bar.querySelector<HTMLButtonElement>('[data-play]')!
    const opener = element.querySelector<HTMLElement>('[data-time-opens]')!
    opener.addEventListener('click', () => {
      this.bar.hidden = !this.bar.hidden
      opener.setAttribute('aria-pressed', String(!this.bar.hidden))
      this.pause()
      if (this.bar.hidden) return void this.show(null)
      this.play.focus()
      void this.frame()
    })
    this.bar.addEventListener('submit', (event) => {
      event.preventDefault()
      void (this.isPlaying ? this.pause() : this.run())
    })
    this.bar.addEventListener('input', (event) => {
      this.pause()
      if (event.target !== this.slider) this.slider.value = '0'
      const [from, until] = this.span()
      this.field('until').setCustomValidity(from > until ? (this.bar.dataset.backwards ?? '') : '')
      if (this.bar.reportValidity()) void this.frame()
    })
    this.bar.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') opener.click()
    })
  }

  /** From the step that is shown to the last one; from the last one, again from the first. */
  private async run(): Promise<void> {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches // then each press is one step
    if (this.at >= this.last) this.slider.value = '-1'
    this.paint(!isStill)
    do {
      this.slider.value = String(this.at + 1)
      await Promise.all([this.frame(), new Promise((done) => setTimeout(done, isStill ? 0 : FRAME))])
    } while (this.isPlaying && this.at < this.last)
    this.pause()
  }

  private pause(): void {
    this.paint(false)
  }

  private paint(isPlaying: boolean): void {
    this.isPlaying = isPlaying
    this.play.setAttribute('aria-pressed', String(isPlaying))
  }

  private async frame(): Promise<void> {
    const [from, until] = this.span()
    this.slider.max = String(Math.max(0, Math.ceil((until - from + DAY) / this.step) - 1))
    const start = from + this.at * this.step
    const period = [start, Math.min(start + this.step - DAY, until)].map(written) as Period
    const words = [...new Set(period)].join(' – ')
    this.bar.querySelector('output')!.textContent = words
    this.slider.setAttribute('aria-valuetext', words)
    await this.show(period)
  }

  private span(): [number, number] {
    return [this.field('from').valueAsNumber, this.field('until').valueAsNumber]
  }

  private get step(): number {
    return Number(this.field('step').value) * DAY
  }

  private get at(): number {
    return this.slider.valueAsNumber
  }

  private get last(): number {
    return Number(this.slider.max)
  }

  private field(name: string): HTMLInputElement {
    return this.bar.elements.namedItem(name) as HTMLInputElement
  }
}

function written(day: number): string {
  return new Date(day).toISOString().slice(0, 10)
}
