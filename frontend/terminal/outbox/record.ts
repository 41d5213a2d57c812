/** One file of a record: what it shows, how far it has gone. `upload` is where its bytes go on, `sent` its id there. */
export interface Media {
  id: string
  role: 'before' | 'after' | 'scene'
  name: string
  type: string
  bytes: number
  sha256: string
  upload: string
  sent: string
}

/** What shows a file, by its type: "image", "audio" or "video". */
export const kindOf = ({ type }: Media): string => type.split('/')[0]!

export const photosOf = (media: Media[]): Media[] => media.filter((one) => kindOf(one) === 'image')

/** What the server answered when it did not take a record, in its words. */
export interface Trouble {
  kind: 'refused' | 'conflict'
  code: string
  title: string
  hint: string
  fields: string[]
  files?: string[] // the ids of those that were refused
  theirs?: Theirs // what became of the case meanwhile
}

/** A case as the server has it now. `last` is the newest step, `taken` says whether it no longer waits for this post. */
export interface Theirs {
  head_seq: number
  state: string
  last: { action: string; label: string; at: string; words: string }
  actions: string[]
}

/** What was done with the phone: a report, or a step of a case. `key` makes it the same however often it is sent. */
export interface Content {
  kind: 'report' | 'step'
  key: string
  title: string // as the outbox shows it
  case_id: string // of a step
  number: string // of its case
  place: { lon: number; lat: number } | null // of its case
  body: Record<string, unknown> // as the API takes it, without photos
  media: Media[]
  trouble: Trouble | null
  outcome: { kind: 'received' | 'dropped'; number: string; reason: string } | null
}

export const SCHEMA = 2

type Old = Record<string, any>

/** From each older schema to the next one. A step is never edited once a phone may hold what it reads. */
export const MIGRATIONS: Record<number, (old: Old) => Old> = {
  // 1 had photos alone, told by a list of ids of files.
  1: ({ photos = [], ...rest }) => ({
    ...rest,
    media: photos.map((photo: Old) => ({ role: 'scene', type: 'image/jpeg', upload: '', sent: '', ...photo })),
    place: rest.place ?? null,
    trouble: rest.trouble ?? null,
    outcome: rest.outcome ?? null,
  }),
}

/** What a record of any schema says, as this version reads it; null for one of a newer version, which is left alone. */
export function migrated(schema: number, content: unknown, steps = MIGRATIONS, target = SCHEMA): Content | null {
  if (schema > target) return null
  let found = content as Old
  for (let at = schema; at < target; at++) found = steps[at]!(found)
  return found as Content
}
