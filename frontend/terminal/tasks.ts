import type { Action, Task } from './home.ts'
import { begun, box, type Held, save } from './outbox/box.ts'
import { send } from './outbox/sender.ts'
import { say } from './page.ts'
import { distance, here } from './place.ts'
import { tell } from './said.ts'

/** What is asked besides a photo before a step can be taken; all else a terminal cannot give. */
const ASKED = new Set(['finding', 'reason', 'note'])
const PHOTO = /^photo_(before|after|scene)$/

export interface Answers {
  finding?: string
  reason?: string
  note?: string
}

export const isOffered = ({ needs }: Action): boolean => needs.every((need) => ASKED.has(need) || PHOTO.test(need))

/** What the photos of an action show: what the procedure asks or takes; null for an action without. */
export function roleOf({ needs, takes }: Action): 'before' | 'after' | 'scene' | null {
  const found = [...needs, ...takes].map((one) => PHOTO.exec(one)?.[1]).find(Boolean)
  return (found as 'before' | 'after' | 'scene' | undefined) ?? null
}

/** Whether an action is one press: nothing is asked and no photo is expected. */
export const isPlain = (action: Action): boolean => isOffered(action) && !action.needs.length && !roleOf(action)

/** Metres to a task; null where either place is not known. */
export function away({ lon, lat }: Task): number | null {
  return here.place && lon !== null && lat !== null ? distance(here.place, { lon, lat }) : null
}

/** The nearest first; those without a place, or all where nobody knows where we are, as the server has them. */
export function nearest(tasks: Task[]): Task[] {
  return [...tasks].sort((one, other) => (away(one) ?? Infinity) - (away(other) ?? Infinity) || 0)
}

/** What was done to a case with this phone and is not received yet. */
export const ownSteps = (task: Task): Held[] =>
  box.records.filter(({ row, content }) => row.state === 'saved' && content.case_id === task.case_id)

export function beginStep(task: Task): Held {
  const title = `${task.category} ${task.address}`.trim()
  const place = task.lon !== null && task.lat !== null ? { lon: task.lon, lat: task.lat } : null
  return begun({ kind: 'step', title, case_id: task.case_id, number: task.number, place, body: {} }, Date.now())
}

/** Put a step into the outbox; when this returns it is on the disk. Throws NoRoom. */
export async function take(task: Task, action: Action, answers: Answers, held: Held = beginStep(task)): Promise<void> {
  held.content.title = `${action.name} · ${held.content.title}`
  held.content.body = { action: action.code, expected_seq: task.head_seq, ...answers }
  await save(held, { state: 'saved' })
  navigator.vibrate?.([30, 40, 30])
  tell(say('saved_here'))
  void send()
}
