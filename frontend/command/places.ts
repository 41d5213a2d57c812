/**
 * Which stream stands in which place of the wall: what stands there stays, new ones come into free places. `ended`
 * keep theirs until somebody else wants it.
 */
export function placed(places: (string | undefined)[], live: string[], size: number): (string | undefined)[] {
  const kept = Array.from({ length: size }, (_, index) => places[index])
  const waiting = live.filter((id) => !kept.includes(id))
  const take = (isFree: (id?: string) => boolean) => {
    for (let index = 0; index < size && waiting.length; index++) if (isFree(kept[index])) kept[index] = waiting.shift()
  }
  take((id) => id === undefined)
  take((id) => id !== undefined && !live.includes(id))
  return kept
}
