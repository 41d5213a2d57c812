import { type Content, photosOf } from './record.ts'

/** What a record says, and what shows it. */
export type Told = Pick<Content, 'body' | 'media'>

/** The same report, which nobody calls dealt with: no photo shows the place afterwards. */
export function unhandled({ body: { handled: _handled, ...body }, media }: Told): Told {
  return { body, media: media.map((one) => ({ ...one, role: 'scene' })) }
}

/**
 * A record without the files that were refused; null where none was, or where too little is left: of a step a photo, of a
 * report a file, or words that are its title as well. What no photo shows as dealt with any more is not called so.
 */
export function rest(content: Content): Told | null {
  const { kind, title, body, trouble } = content
  const media = content.media.filter(({ id }) => !trouble?.files?.includes(id))
  if (media.length === content.media.length) return null
  if (kind === 'step') return photosOf(media).length ? { body, media } : null
  if (!media.length && body.description !== title) return null
  return media.some(({ role }) => role === 'after') ? { body, media } : unhandled({ body, media })
}
