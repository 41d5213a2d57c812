import type Hls from 'hls.js/light'

const AGAIN = 500 // milliseconds after which what is not there yet is asked for again
const MOST_AGAIN = 40

/** Of a picture that is a few seconds old: two parts are kept in hand; who falls behind catches up, or jumps. */
const OPTIONS = {
  enableWorker: false,
  lowLatencyMode: false,
  liveSyncDuration: 1.6,
  liveSyncOnStallIncrease: 0, // a browser that was busy for a while does not stay behind for good
  liveMaxLatencyDuration: 3.5,
  maxLiveSyncPlaybackRate: 1.5,
  liveDurationInfinity: true,
  backBufferLength: 4,
  maxBufferLength: 8,
  startFragPrefetch: true,
}

/** Plays a live stream in a video element. `failed` is told when it cannot go on. */
export class Player {
  private hls?: Hls
  private isOver = false
  private moved = Date.now()
  private moment = -1
  private tries = 0

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly failed: () => void,
  ) {}

  async play(playlist: string): Promise<void> {
    const { default: Player } = await import('hls.js/light')
    if (this.isOver) return
    this.moved = Date.now()
    const hls = (this.hls = new Player(OPTIONS))
    hls.on(Player.Events.ERROR, (_event, error) => {
      if (!error.fatal || this.isOver) return
      if (error.type === Player.ErrorTypes.MEDIA_ERROR) return hls.recoverMediaError()
      if (++this.tries > MOST_AGAIN) return this.failed()
      window.setTimeout(() => !this.isOver && hls.loadSource(playlist), AGAIN)
    })
    hls.on(Player.Events.FRAG_BUFFERED, () => {
      this.tries = 0
      void this.video.play().catch(() => undefined)
    })
    hls.loadSource(playlist)
    hls.attachMedia(this.video)
  }

  /** Seconds since the picture last moved. */
  still(): number {
    if (this.video.currentTime !== this.moment) {
      this.moment = this.video.currentTime
      this.moved = Date.now()
    }
    return (Date.now() - this.moved) / 1000
  }

  /** About how many seconds old the picture is: what lies before the newest part, and the second of a piece. */
  delay(): number {
    return (this.hls?.latency ?? 0) + 1
  }

  end(): void {
    this.isOver = true
    this.hls?.destroy()
  }
}
