import { onBeforeUnmount, reactive, ref } from 'vue'

export type Kind = 'audio' | 'video'

export const LONGEST = 60 // seconds
const TYPES: Record<Kind, string[]> = {
  audio: ['audio/webm;codecs=opus', 'audio/mp4'],
  video: ['video/webm;codecs=vp8,opus', 'video/webm', 'video/mp4'],
}
const BITS = { audioBitsPerSecond: 48_000, videoBitsPerSecond: 1_500_000 } // a second

/** How many recordings are going on: what is unfinished is not sent. */
export const recorders = reactive({ on: 0 })

/** How this browser records; "" where it does not. */
export const typeOf = (kind: Kind): string =>
  globalThis.MediaRecorder ? (TYPES[kind].find((type) => MediaRecorder.isTypeSupported(type)) ?? '') : ''

/** Ask for the microphone; null where there is none, or it may not be used. */
export const microphone = (): Promise<MediaStream | null> =>
  navigator.mediaDevices?.getUserMedia({ audio: true }).catch(() => null) ?? Promise.resolve(null)

/** Records up to a minute. `give` gets the whole when it ends: by a press, by time, or when the camera is gone. */
export function useRecorder(kind: Kind, give: (whole: Blob) => Promise<void>) {
  const seconds = ref(0)
  const isOn = ref(false)
  let recorder: MediaRecorder | null = null
  let timer = 0

  /** `over` is called when it has ended. */
  function start(stream: MediaStream, over: () => void) {
    const parts: Blob[] = []
    const type = typeOf(kind)
    recorder = new MediaRecorder(stream, { mimeType: type, ...BITS })
    recorder.ondataavailable = ({ data }) => data.size && parts.push(data)
    recorder.onstop = () => {
      clearInterval(timer)
      isOn.value = false
      recorders.on--
      over()
      const whole = new Blob(parts, { type: type.split(';')[0] })
      if (whole.size) void give(whole)
    }
    recorder.start(1000)
    seconds.value = 0
    isOn.value = true
    recorders.on++
    timer = window.setInterval(() => ++seconds.value >= LONGEST && stop(), 1000)
  }

  function stop() {
    if (recorder?.state === 'recording') recorder.stop()
  }

  onBeforeUnmount(stop)
  return { seconds, isOn, start, stop }
}
