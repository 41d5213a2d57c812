import { reactive, watch } from 'vue'
import { clock } from '../clock.ts'
import { distance, here, type Place } from '../place.ts'
import { database, type PatrolRow } from '../store/database.ts'
import { openJson, sealJson } from '../store/vault.ts'

/** One shift of who uses the phone. Times are of its clock, in milliseconds; `ended_at` 0: it is on. */
export interface Shift {
  started_at: number
  ended_at: number
  metres: number
}

/** A position as the API takes it. */
export interface Position {
  at: string
  lon: number
  lat: number
  accuracy: number // metres
}

export const LONGEST = 43_200_000 // milliseconds: twelve hours, then it ends by itself
const EVERY = 10_000 // milliseconds between positions that are kept
const SURE = 50 // metres: what is less exact is no part of the way (as on the server)

/** The patrol that is on, and how many positions wait here. */
export const patrol = reactive({ id: '', shift: null as Shift | null, waits: 0 })

let account = ''
let last: (Place & { at: number }) | null = null
let writing: Promise<unknown> = Promise.resolve()

export const patrolsOf = (id: string): Promise<PatrolRow[]> => database.patrols.where('account').equals(id).toArray()
export const shiftOf = (row: PatrolRow): Promise<Shift> => openJson<Shift>(row.sealed)

/** How many positions of an account wait here; those of others are none of its business. */
export async function waitsOf(account: string): Promise<number> {
  const ids = (await patrolsOf(account)).map(({ id }) => id)
  return database.positions.where('patrol').anyOf(ids).count()
}

export async function keep(id: string, of: string, shift: Shift): Promise<void> {
  await database.patrols.put({ id, account: of, sealed: await sealJson(shift) })
}

/** Go on with the patrol that an account left on. */
export async function openPatrol(of: string): Promise<void> {
  account = of
  last = null
  Object.assign(patrol, { id: '', shift: null, waits: await waitsOf(of) })
  for (const row of await patrolsOf(of)) {
    const shift = await shiftOf(row)
    if (!shift.ended_at) Object.assign(patrol, { id: row.id, shift })
  }
  await endIfOver()
}

export async function begin(): Promise<void> {
  const shift = { started_at: Date.now(), ended_at: 0, metres: 0 }
  const id = crypto.randomUUID()
  await keep(id, account, shift)
  last = null
  Object.assign(patrol, { id, shift })
  await follow(here.place)
}

/** End the patrol that is on. `at`: when it ended, by the clock of the phone. */
export async function end(at = Date.now()): Promise<void> {
  await writing
  const { id, shift } = patrol
  if (!shift) return
  await keep(id, account, { ...shift, ended_at: at })
  Object.assign(patrol, { id: '', shift: null })
}

/** Follow no longer: what is here is about to be wiped. */
export const dropPatrol = (): void => void Object.assign(patrol, { id: '', shift: null, waits: 0 })

async function endIfOver(): Promise<void> {
  const { shift } = patrol
  if (shift && Date.now() - shift.started_at >= LONGEST) await end(shift.started_at + LONGEST)
}

/** Keep where the phone is, with the way so far, in one write. */
async function follow(place: Place | null): Promise<void> {
  const now = Date.now()
  const { id, shift } = patrol
  if (!place || !shift || (last && now - last.at < EVERY)) return
  const isSure = last && last.accuracy <= SURE && place.accuracy <= SURE
  shift.metres += isSure ? distance(last!, place) : 0
  last = { ...place, at: now }
  const { lon, lat, accuracy } = place
  const position: Position = { at: new Date(now).toISOString(), lon, lat, accuracy }
  const [sealed, row] = [await sealJson(position), { id, account, sealed: await sealJson(shift) }]
  if (patrol.id !== id) return // wiped meanwhile
  await database.transaction('rw', database.patrols, database.positions, async () => {
    await database.positions.add({ patrol: id, sealed })
    await database.patrols.put(row)
  })
  patrol.waits++
}

/** Follow the places and the clock: nothing is kept while no patrol is on. */
export function followPatrol(): void {
  watch(
    () => here.place,
    (place) => (writing = writing.then(() => follow(place))),
  )
  watch(
    () => clock.now,
    () => void endIfOver(),
  )
}
