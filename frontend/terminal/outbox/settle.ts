import { say, when } from '../page.ts'
import { discardFile, type Held, note } from './box.ts'
import type { Content } from './record.ts'
import { rest, unhandled } from './rest.ts'
import { send } from './sender.ts'

const NOT_HANDLED = 'intake.not_handled_here'

/** Whether the case still takes this step, after what the server says happened to it. */
export const mayGoAnyway = ({ content }: Held): boolean =>
  Boolean(content.trouble?.theirs?.actions.includes(String(content.body.action)))

/** Whether what was done can be told as a report of its own instead: a step seen with a photo, at a place; a report that this post cannot call dealt with. */
export const mayBeReport = ({ content }: Held): boolean =>
  content.trouble?.code === NOT_HANDLED || (content.trouble?.kind === 'conflict' && content.place !== null && content.media.length > 0)

/** Take the step after theirs, with a note that says when it was made; nothing of theirs is undone. */
export async function sendAnyway(held: Held): Promise<void> {
  const { content, row } = held
  const { theirs } = content.trouble!
  const made = say('made_before', { at: when(row.born_at), label: theirs!.last.label })
  content.body = { ...content.body, expected_seq: theirs!.head_seq, note: [content.body.note, made].filter(Boolean).join(' ') }
  await again(held)
}

/** Hand it in as a report, for whoever decides about reports: a step as one about the same place, to be joined to the case. It says something else now, so its key is a new one. */
export async function sendAsReport(held: Held): Promise<void> {
  Object.assign(held.content, held.content.kind === 'report' ? unhandled(held.content) : aboutCase(held), { key: crypto.randomUUID() })
  await again(held)
}

function aboutCase({ content, row }: Held): Partial<Content> {
  const said = [content.body.note, content.body.reason].filter(Boolean).join(' ')
  const about = { number: content.number, at: when(row.born_at), title: content.title, said }
  const description = say('about_case', about).trim()
  const { lon, lat } = content.place!
  return { kind: 'report', case_id: '', body: { description, channel: 'field', lon, lat, frame: 'wgs84' } }
}

/** Send it without the files that were refused; what is left says something else, so its key is a new one. */
export async function sendRest(held: Held): Promise<void> {
  const left = rest(held.content)!
  const kept = new Set(left.media.map(({ id }) => id))
  for (const one of held.content.media.filter(({ id }) => !kept.has(id))) await discardFile(held, one)
  Object.assign(held.content, left, { key: crypto.randomUUID() })
  await again(held)
}

/** Send it as it is once more: the cause may be gone. The key stays: what was refused is not remembered under it. */
export async function again(held: Held): Promise<void> {
  held.content.trouble = null
  await note(held, { next_at: 0, tries: 0 })
  void send(true)
}
