import { reactive } from 'vue'

/** The time as the screens show it: half a minute old at most. */
export const clock = reactive({ now: Date.now() })

setInterval(() => (clock.now = Date.now()), 30_000)
