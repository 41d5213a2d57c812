import { type Changed, hasSound, onNews, setSound } from './live.ts'

/**
 * What came to the list since it was drawn is counted above it, and put in when that is asked for: what is under the
 * pointer never moves. Who wishes hears it too.
 */
export function liveQueue(page: Document): void {
  const news = new Set<string>()
  let isUnsure = false
  const draw = () => show(page, news.size, isUnsure)

  onNews<Changed>(page, 'case', ({ number, state, waits }) => {
    const line = lineOf(page)
    if (!line) return
    const isNew = waits && !isListed(page, number) && (!line.dataset.state || line.dataset.state === state)
    if (isNew && !news.has(number) && hasSound()) tone()
    if (isNew) news.add(number)
    else news.delete(number)
    draw()
  })
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

function isListed(page: Document, number: string): boolean {
  const boxes = [...page.querySelectorAll<HTMLInputElement>('[data-queue] input[name=row]')]
  return boxes.some((box) => box.value.split('|')[0] === number)
}

function show(page: Document, count: number, isUnsure: boolean): void {
  const line = lineOf(page)
  if (!line) return
  const part = (name: string) => line.querySelector<HTMLElement>(`[data-${name}]`)!
  line.hidden = false
  line.classList.toggle('is-live', page.documentElement.dataset.live === 'on')
  part('news-count').textContent = String(count)
  part('some').hidden = !count
  part('unknown').hidden = count > 0
  part('load-news').hidden = !count && !isUnsure
  part('none').hidden = count > 0 || isUnsure || page.documentElement.dataset.live !== 'on'
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
