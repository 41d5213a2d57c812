interface Named {
  name: string
  major: string
  initials: string
}

/**
 * What is meant by a few letters, the likeliest first: names that begin so, then those with a word that begins so, then
 * by Chinese initials, then names that hold the letters anywhere, then majors with such a word, then initials in the middle.
 */
export function lookup<T extends Named>(all: readonly T[], letters: string, most: number): T[] {
  const wanted = letters.trim().toLowerCase()
  if (!wanted) return all.slice(0, most)
  const kept = all.map((one) => ({ one, at: rank(one, wanted) })).filter(({ at }) => at >= 0)
  return kept.sort((a, b) => a.at - b.at).map(({ one }) => one).slice(0, most)
}

function rank({ name, major, initials }: Named, wanted: string): number {
  const [lower, above] = [name.toLowerCase(), major.toLowerCase()]
  return [
    lower.startsWith(wanted),
    begins(lower, wanted),
    initials.toLowerCase().startsWith(wanted),
    lower.includes(wanted),
    begins(above, wanted),
    initials.toLowerCase().includes(wanted),
  ].indexOf(true)
}

/** A word begins so; between Chinese characters one may begin anywhere. */
function begins(text: string, wanted: string): boolean {
  const at = text.indexOf(wanted)
  if (at < 0) return false
  return !/[a-z]/.test(text[at - 1] ?? ' ') || begins(text.slice(at + 1), wanted)
}
