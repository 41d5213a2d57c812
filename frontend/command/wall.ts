import './wall.css'
import { placed } from './places.ts'
import { Player } from './player.ts'
import { reporting } from './report.ts'
import { type Live, open, streams, type Told } from './server.ts'

const EVERY = 2_000 // milliseconds between two looks at what is live
const STILL = 3 // seconds after which a picture that does not move is told of
const SIZES = ['1', '4', '9']

interface Tile {
  element: HTMLElement
  live: Live
  player?: Player
  endedAt?: string
}

/** The wall: what is live comes by itself, a press opens it, what has ended says so. */
class Wall {
  private readonly tiles = new Map<string, Tile>()
  private places: (string | undefined)[] = []
  private size = Number(localStorage.getItem('citygrid.wall') ?? 4)
  private live: Live[] = []
  private readonly report?: (tile: HTMLElement, live: Live) => void

  constructor(
    private readonly root: HTMLElement,
    private readonly told: Told,
  ) {
    this.report = reporting(root, told)
    root.addEventListener('click', (event) => this.pressed(event.target as HTMLElement))
    document.addEventListener('keydown', (event) => this.typed(event))
    this.resize(SIZES.includes(String(this.size)) ? this.size : 4)
    window.setInterval(() => this.tick(), 500)
    void this.look()
  }

  private at<E extends HTMLElement = HTMLElement>(name: string): E {
    return this.root.querySelector<E>(`[data-wall-${name}]`) as E
  }

  private words(name: string, values: Record<string, string | number> = {}): string {
    return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, String(value)), this.told.words[name] ?? '')
  }

  private async look(): Promise<void> {
    try {
      this.live = await streams(this.told)
      this.at('failed').hidden = true
      this.arrange()
    } catch {
      this.at('failed').textContent = this.words('failed')
      this.at('failed').hidden = false
    }
    window.setTimeout(() => void this.look(), EVERY)
  }

  /** Give what is live its places; what left the list says so in its own. */
  private arrange(): void {
    const ids = this.live.map((one) => one.id)
    this.places = placed(this.places, ids, this.size)
    for (const one of this.live) {
      const tile = this.tiles.get(one.id) ?? this.added(one)
      tile.live = one
      tile.endedAt = undefined
    }
    for (const [id, tile] of this.tiles) {
      if (!ids.includes(id)) this.ended(tile)
      if (!this.places.includes(id)) this.removed(tile)
    }
    this.places.forEach((id, index) => {
      const element = id && this.tiles.get(id)?.element
      const before = this.at('tiles').children[index]
      if (element && before !== element) this.at('tiles').insertBefore(element, before ?? null)
    })
    this.count()
    this.tick()
  }

  private count(): void {
    const waiting = this.live.filter((one) => !this.places.includes(one.id))
    this.at('count').textContent = this.live.length ? this.words('live', { count: this.live.length }) : ''
    this.at('empty').hidden = this.places.some(Boolean)
    this.at('more').hidden = !waiting.length
    this.at('waiting').textContent = this.words('waiting', { count: waiting.length })
    const list = this.at('more').querySelector('ul')
    const shown = waiting.map((one) => one.id).join()
    if (!list || list.dataset.shown === shown) return // nothing moves under the pointer
    list.dataset.shown = shown
    list.replaceChildren(...waiting.map((one) => this.choice(one)))
  }

  private choice(one: Live): HTMLElement {
    const item = document.createElement('li')
    const button = document.createElement('button')
    Object.assign(button, { type: 'button', className: 'btn', textContent: `${one.who} · ${one.place}` })
    button.dataset.bring = one.id
    item.append(button)
    return item
  }

  private added(live: Live): Tile {
    const template = this.root.querySelector<HTMLTemplateElement>('[data-wall-tile]') as HTMLTemplateElement
    const element = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement
    element.dataset.stream = live.id
    for (const button of element.querySelectorAll<HTMLElement>('[data-do]')) button.textContent = this.words(button.dataset.do ?? '')
    const tile = { element, live }
    this.tiles.set(live.id, tile)
    return tile
  }

  private removed(tile: Tile): void {
    tile.player?.end()
    tile.element.remove()
    this.tiles.delete(tile.live.id)
  }

  private ended(tile: Tile): void {
    if (tile.endedAt) return
    tile.player?.end()
    tile.player = undefined
    tile.endedAt = this.clock(new Date())
    const link = tile.element.querySelector<HTMLAnchorElement>('[data-recording]')
    if (!link) return
    Object.assign(link, { href: this.told.page.replace('{id}', tile.live.id), textContent: this.words('recording'), hidden: false })
  }

  private clock(at: Date): string {
    const timeZone = document.documentElement.dataset.timeZone || undefined
    return at.toLocaleTimeString(document.documentElement.lang, { timeZone, hour: '2-digit', minute: '2-digit' })
  }

  private tick(): void {
    for (const tile of this.tiles.values()) this.draw(tile)
  }

  private draw(tile: Tile): void {
    const { element, live, player } = tile
    const still = player?.still() ?? 0
    const is = tile.endedAt ? 'over' : !player ? 'offered' : still > STILL ? 'still' : 'shown'
    element.dataset.is = is
    element.setAttribute('aria-label', `${live.who}, ${live.place}`)
    write(element, 'h3', live.who)
    write(element, '.tile-zone', live.zone ?? '')
    const facts = [live.place, this.words('since', { time: this.clock(new Date(live.began_at)) }), live.note]
    if (is === 'shown') facts.push(this.words('delay', { count: Math.round(player?.delay() ?? 0) }))
    write(element, '.tile-facts', facts.filter(Boolean).join(' · '))
    if (is === 'over') write(element, '.tile-said', this.words('ended', { time: tile.endedAt ?? '' }))
    else if (is === 'still') write(element, '.tile-said', this.words('stalled', { count: Math.floor(still) }))
    else if (is === 'shown' && still < 1) write(element, '.tile-said', '')
    for (const button of element.querySelectorAll<HTMLElement>('[data-do]'))
      button.hidden = button.dataset.do === 'watch' ? is !== 'offered' : !player
  }

  private async watch(tile: Tile): Promise<void> {
    const video = tile.element.querySelector('video') as HTMLVideoElement
    const said = (name: string, values = {}) => write(tile.element, '.tile-said', this.words(name, values))
    const player = new Player(video, () => (this.stop(tile), said('refused', { why: '' })))
    tile.player = player
    this.draw(tile)
    said('opening')
    tile.element.focus({ preventScroll: true }) // the button it stood on is gone
    try {
      await player.play(await open(this.told, tile.live.id))
    } catch (error) {
      this.stop(tile)
      said('refused', { why: (error as Error).message })
    }
  }

  private stop(tile: Tile): void {
    tile.player?.end()
    tile.player = undefined
    write(tile.element, '.tile-said', '')
    this.draw(tile)
  }

  private pressed(target: HTMLElement): void {
    const button = target.closest<HTMLElement>('button')
    if (button?.dataset.size) return this.resize(Number(button.dataset.size))
    if (button?.dataset.bring) return this.bring(button.dataset.bring)
    const tile = this.tiles.get(target.closest<HTMLElement>('[data-stream]')?.dataset.stream ?? '')
    if (!tile || !button) return
    if (button.dataset.do === 'watch') void this.watch(tile)
    if (button.dataset.do === 'stop') this.stop(tile)
    if (button.dataset.do === 'report') this.report?.(tile.element, tile.live)
    if (button.dataset.do === 'sound') sound(tile.element, button)
  }

  private typed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    const isWriting = target.closest('input, select, textarea, dialog') || event.ctrlKey || event.metaKey || event.altKey
    if (!isWriting && SIZES.includes(event.key)) this.resize(Number(event.key))
  }

  /** Put one that waits into the first place that nobody watches, or the last one. */
  private bring(id: string): void {
    const free = this.places.findIndex((one) => !one || !this.tiles.get(one)?.player)
    this.places[free < 0 ? this.size - 1 : free] = id
    this.arrange()
    this.tiles.get(id)?.element.focus()
  }

  private resize(size: number): void {
    this.size = size
    localStorage.setItem('citygrid.wall', String(size))
    this.at('tiles').dataset.size = String(size)
    for (const button of this.root.querySelectorAll<HTMLElement>('button[data-size]'))
      button.setAttribute('aria-pressed', String(button.dataset.size === String(size)))
    this.arrange()
  }
}

/** Text that is written only when it changes: what reads it aloud is not disturbed. */
function write(element: HTMLElement, selector: string, text: string): void {
  const found = element.querySelector(selector)
  if (found && found.textContent !== text) found.textContent = text
}

function sound(element: HTMLElement, button: HTMLElement): void {
  const video = element.querySelector('video') as HTMLVideoElement
  video.muted = !video.muted
  button.setAttribute('aria-pressed', String(!video.muted))
}

const root = document.querySelector<HTMLElement>('[data-wall]')
const told = document.getElementById('wall-told')?.textContent
if (root && told) new Wall(root, JSON.parse(told) as Told)
