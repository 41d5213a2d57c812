import { dropLives } from '../live/stream.ts'
import { SCHEMA } from '../outbox/record.ts'
import { dropPatrol } from '../patrol/shift.ts'
import { database } from './database.ts'
import { shut, wipe } from './vault.ts'

/** Stop all that writes, then forget everything. */
export async function wipeAll(): Promise<void> {
  stop()
  await wipe()
}

/**
 * For a page that is left: stop all that writes, then forget what is kept of the server and all that one account made. What others made, or a
 * newer version of this app, stays sealed, and the key with it; where there is none of it, everything goes.
 */
export async function wipeOf(account: string): Promise<void> {
  stop()
  shut()
  const { records, blobs, kept, patrols, positions, streams, pieces } = database
  const stays = await database.transaction('rw', database.tables, async () => {
    const gone = await records.filter((row) => row.account === account && row.schema <= SCHEMA).primaryKeys()
    const [walked, filmed] = [patrols, streams].map((table) => table.where('account').equals(account))
    await blobs.where('record').anyOf(gone).delete()
    await positions.where('patrol').anyOf(await walked!.primaryKeys()).delete()
    await pieces.where('stream').anyOf(await filmed!.primaryKeys()).delete()
    await Promise.all([records.bulkDelete(gone), walked!.delete(), filmed!.delete(), kept.clear()])
    return (await records.count()) + (await patrols.count()) + (await streams.count())
  })
  if (!stays) await wipe()
}

function stop(): void {
  dropPatrol()
  dropLives()
}
