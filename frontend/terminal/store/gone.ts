import { dropLives } from '../live/stream.ts'
import { dropPatrol } from '../patrol/shift.ts'
import { wipe } from './vault.ts'

/** Stop all that writes, then forget everything. */
export async function wipeAll(): Promise<void> {
  dropPatrol()
  dropLives()
  await wipe()
}
