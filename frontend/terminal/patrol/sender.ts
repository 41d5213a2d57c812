import { call, Refused } from '../api.ts'
import { home } from '../home.ts'
import { isOurs } from '../outbox/sender.ts'
import { verdict } from '../outbox/rules.ts'
import { say } from '../page.ts'
import { tell } from '../said.ts'
import { database, type PatrolRow } from '../store/database.ts'
import { openJson } from '../store/vault.ts'
import { patrol, patrolsOf, type Position, type Shift, shiftOf, waitsOf } from './shift.ts'

const LOCK = 'citygrid-terminal-patrol'
const EVERY = 60_000 // milliseconds
const MOST_AT_ONCE = 500

/** Send what was kept of patrols: now, when the network comes back, and every minute. */
export function startPatrols(): void {
  const now = () => void sendPatrols()
  addEventListener('online', now)
  setInterval(now, EVERY)
  now()
}

/** Begin, positions, end of each patrol, in this order; each may be sent again. Of all windows one sends. */
export async function sendPatrols(): Promise<void> {
  const account = home.data?.account_id
  if (!account || !(await patrolsOf(account)).length) return
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (!lock || !(await isOurs())) return
    for (const row of await patrolsOf(account)) if (!(await delivered(row))) return
  })
  patrol.waits = await waitsOf(account)
}

/** Whether there is any use in going on with the next one. */
async function delivered(row: PatrolRow): Promise<boolean> {
  try {
    await deliver(row, await shiftOf(row))
    return true
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const found = verdict(error.status, error.code)
    if (found !== 'refused' && found !== 'conflict') return false
    await forget(row.id) // it is of no use to the server, and its way is nobody else's
    if (patrol.id === row.id) Object.assign(patrol, { id: '', shift: null })
    tell(say('patrol_refused', { title: error.title }), true)
    return true
  }
}

async function deliver({ id }: PatrolRow, shift: Shift): Promise<void> {
  const moment = (at: number) => new Date(at).toISOString()
  await call('/terminal/patrols', { id, started_at: moment(shift.started_at) })
  const kept = () => database.positions.where('patrol').equals(id).limit(MOST_AT_ONCE).toArray()
  for (let rows = await kept(); rows.length; rows = await kept()) {
    const positions = await Promise.all(rows.map(({ sealed }) => openJson<Position>(sealed)))
    await call(`/terminal/patrols/${id}/positions`, { positions, sent_at: moment(Date.now()) })
    await database.positions.bulkDelete(rows.map(({ number }) => number))
  }
  if (!shift.ended_at) return
  await call(`/terminal/patrols/${id}/end`, { ended_at: moment(shift.ended_at) })
  await forget(id)
}

async function forget(id: string): Promise<void> {
  await database.transaction('rw', database.patrols, database.positions, async () => {
    await database.patrols.delete(id)
    await database.positions.where('patrol').equals(id).delete()
  })
}
