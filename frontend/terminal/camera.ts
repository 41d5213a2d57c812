import { onBeforeUnmount, onMounted, ref, type Ref, shallowRef } from 'vue'

/** The picture of a camera in a `<video>`, as long as the screen is looked at; `isWithout`: there is none, or it may not be used. */
export function useCamera(video: Ref<HTMLVideoElement | undefined>, asked: MediaStreamConstraints, staysOn = () => false) {
  const stream = shallowRef<MediaStream>()
  const isWithout = ref(false)
  let isLeft = false

  async function begin() {
    if (stream.value?.active || document.hidden) return
    try {
      const got = await navigator.mediaDevices.getUserMedia(asked)
      stream.value = got
      if (isLeft) return end()
      video.value!.srcObject = got
      await video.value!.play()
    } catch {
      isWithout.value ||= !isLeft
    }
  }

  function end() {
    stream.value?.getTracks().forEach((track) => track.stop())
    stream.value = undefined
  }

  /** The camera belongs to whoever looks at the screen. */
  const follow = () => (document.hidden ? staysOn() || end() : void begin())

  onMounted(() => document.addEventListener('visibilitychange', follow))
  onMounted(begin)
  onBeforeUnmount(() => {
    isLeft = true
    document.removeEventListener('visibilitychange', follow)
    end()
  })
  return { stream, isWithout }
}
