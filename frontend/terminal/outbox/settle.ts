import { say, when } from '../page.ts'
import { type Held, note } from './box.ts'
import { send } from './sender.ts'

/** Whether the case still takes this step, after what the server says happened to it. */
export const mayGoAnyway = ({ content }: Held): boolean =>
  Boolean(content.trouble?.theirs?.actions.includes(String(content.body.action)))

/** Whether what was done can be told as a report of its own instead: it was seen with a photo, at a place. */
export const mayBeReport = ({ content }: Held): boolean =>
  content.trouble?.kind === 'conflict' && content.place !== null && content.media.length > 0

/** Take the step after theirs, with a note that says when it was made; nothing of theirs is undone. */
export async function sendAnyway(held: Held): Promise<void> {
  const { content, row } = held
  const { theirs } = content.trouble!
  const made = say('made_before', { at: when(row.born_at), label: theirs!.last.label })
  content.body = { ...content.body, expected_seq: theirs!.head_seq, note: [content.body.note, made].filter(Boolean).join(' ') }
  await again(held)
}

/** Hand it in as a report about the same place, for whoever decides about reports to join it to the case. */
export async function sendAsReport(held: Held): Promise<void> {
  const { content, row } = held
  const said = [content.body.note, content.body.reason].filter(Boolean).join(' ')
  const about = { number: content.number, at: when(row.born_at), title: content.title, said }
  const description = say('about_case', about).trim()
  const { lon, lat } = content.place!
  Object.assign(content, { kind: 'report', case_id: '', body: { description, channel: 'field', lon, lat, frame: 'wgs84' } })
  await again(held)
}

/** Send it as it is once more: the cause may be gone. The key stays: what was refused is not remembered under it. */
export async function again(held: Held): Promise<void> {
  held.content.trouble = null
  await note(held, { next_at: 0, tries: 0 })
  void send(true)
}
