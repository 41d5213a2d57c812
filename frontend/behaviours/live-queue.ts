import { type Changed, hasSound, onNews, setSound } from './live.ts'
import { opens } from './undo.ts'

/**
 * What came to the list since it was drawn is counted above it, and put in when that is asked for: what is under the
 * pointer never moves. What somebody else took out of it is struck, and counted too. Who wishes hears what came.
 */
export function liveQueue(page: Document): void {
  const news = new Set<string>()
  let isUnsure = false
  const draw = () => show(page, news.size, isUnsure)

  for (const kind of ['case', 'report'] as const) {
    onNews<Changed>(page, kind, ({ number, state, waits }) => {
      const line = lineOf(page)
      if (line?.dataset.kind !== kind) return
      const row = rowOf(page, number)
      const belongs = waits && (!line.dataset.state || line.dataset.state === state)
      const isNew = belongs && !row
      if (row) strike(row, !belongs)
      if (isNew && !news.has(number) && hasSound()) tone()
      if (isNew) news.add(number)
      else news.delete(number)
      draw()
    })
  }
  onNews<{ isFirst?: boolean }>(page, 'refresh', ({ isFirst }) => {
    isUnsure ||= !isFirst
    draw()
  })
  page.addEventListener('live:state', draw)
  page.addEventListener('htmx:afterSwap', (event) => {
    const target = event.target as Element
    if (!target.matches('#main, .queue-list')) return
    news.clear()
    isUnsure = false
  })
  page.addEventListener('htmx:afterSettle', draw)
  page.addEventListener('click', (event) => {
    if (!(event.target as Element).closest('[data-sound]')) return
    setSound(!hasSound())
    if (hasSound()) tone()
    draw()
  })
}

const lineOf = (page: Document) => page.querySelector<HTMLElement>('[data-queue-news]')

function rowOf(page: Document, number: string): HTMLElement | undefined {
  return [...page.querySelectorAll<HTMLElement>('[data-queue] tbody tr')].find((row) => opens(row) === number)
}

/** Nothing can be done with it here any more: it stands where it stood, and is not selected with others. */
function strike(row: HTMLElement, isGone: boolean): void {
  row.classList.toggle('is-gone', isGone)
  const box = row.querySelector<HTMLInputElement>('input[name=row]')
  if (!box) return
  box.disabled = isGone
  box.checked &&= !isGone
  box.dispatchEvent(new Event('change', { bubbles: true }))
}

function show(page: Document, count: number, isUnsure: boolean): void {
  const line = lineOf(page)
  if (!line) return
  const part = (name: string) => line.querySelector<HTMLElement>(`[data-${name}]`)!
  line.hidden = false
  line.classList.toggle('is-live', page.documentElement.dataset.live === 'on')
  const gone = page.querySelectorAll('[data-queue] tbody tr.is-gone:not([hidden])').length
  const isChanged = count + gone > 0
  part('news-count').textContent = String(count)
  part('some').hidden = !count
  part('gone-count').textContent = String(gone)
  part('gone').hidden = !gone
  part('unknown').hidden = isChanged
  part('load-news').hidden = !isChanged && !isUnsure
  part('none').hidden = isChanged || isUnsure || page.documentElement.dataset.live !== 'on'
  part('sound').ariaPressed = String(hasSound())
}

let speaker: AudioContext | undefined

/** A short soft tone; a browser that has not been touched yet keeps silent. */
function tone(): void {
  speaker ??= new AudioContext()
  void speaker.resume()
  const [voice, loudness, now] = [speaker.createOscillator(), speaker.createGain(), speaker.currentTime]
  voice.frequency.value = 660
  loudness.gain.setValueAtTime(0.12, now)
  loudness.gain.exponentialRampToValueAtTime(0.001, now + 0.25)
  voice.connect(loudness).connect(speaker.destination)
  voice.start(now)
  voice.stop(now + 0.25)
}
