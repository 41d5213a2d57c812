const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86400],
  ['hour', 3600],
  ['minute', 60],
]

/** "3 minutes ago" in the language of the page. */
export function ago(from: Date, to: Date, language: string): string {
  const seconds = Math.round((to.getTime() - from.getTime()) / 1000)
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? (['second', 1] as const)
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.floor(seconds / size), unit)
}

/** Keep the age of the data in the footer true while the page stays open: live, or so old. */
export function dataAge(page: Document): void {
  const refresh = () => {
    for (const element of page.querySelectorAll<HTMLElement>('[data-age]')) {
      const age = () => ago(new Date(element.dataset.age ?? ''), new Date(), page.documentElement.lang)
      element.textContent = page.documentElement.dataset.live === 'on' ? (element.dataset.ageLive ?? '') : age()
    }
  }
  refresh()
  setInterval(refresh, 30_000)
  page.addEventListener('live:state', refresh)
}
