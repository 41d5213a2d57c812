import { computed, shallowRef, triggerRef } from 'vue'
import { add, discard, discardFile, type Held, NoRoom } from './outbox/box.ts'
import { kindOf, type Media, photosOf } from './outbox/record.ts'
import { nameOf } from './picture.ts'
import { recorders } from './recorder.ts'
import { say } from './page.ts'
import { tell } from './said.ts'

/** The files of one record while it is made. `start` gives a record of its own when the first one comes. */
export function useFiles(start: () => Held) {
  const held = shallowRef<Held>()
  const media = computed<Media[]>(() => held.value?.content.media ?? [])
  const files = computed(() => media.value.length)
  const photos = computed(() => photosOf(media.value).length)
  const has = (kind: string) => media.value.some((one) => kindOf(one) === kind)
  let isLeft = false

  /** Take one in: it is on the disk when this returns. */
  async function take(file: Blob, role: Media['role']) {
    if (isLeft) return
    const record = (held.value ??= start())
    try {
      await add(record, file, role, nameOf(file, files.value + 1))
    } catch (error) {
      if (!(error instanceof NoRoom)) throw error
      tell(say('no_room'), true)
    }
    triggerRef(held)
  }

  async function drop(one: Media) {
    await discardFile(held.value!, one)
    triggerRef(held)
  }

  /** Throw all of it away, after asking; whether that was done. */
  async function dropAll(): Promise<boolean> {
    if ((files.value || recorders.on) && !confirm(say('discard_draft'))) return false
    isLeft = true
    if (held.value) await discard(held.value)
    return true
  }

  return { held, media, files, photos, has, take, drop, dropAll }
}
