import { reactive } from 'vue'

/** What was last told at the foot of the screen. */
export const said = reactive({ words: '', isGrave: false })

let timer = 0

export function tell(words: string, isGrave = false): void {
  Object.assign(said, { words, isGrave })
  clearTimeout(timer)
  timer = window.setTimeout(() => (said.words = ''), isGrave ? 12_000 : 4_000)
}
