import Dexie, { type EntityTable, type Table } from 'dexie'

/** Something encrypted by the vault: only this browser can read it, and nobody after the key is gone. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>
  box: ArrayBuffer
}

/** draft: not sent off yet by its maker; saved: here, to be sent; received: the server has it and said so. */
export type State = 'draft' | 'saved' | 'received'

/** One record of the outbox. What it says is in `sealed`; beside it only what the queue must know to be worked. */
export interface Row {
  id: string
  account: string
  state: State
  schema: number
  born_at: number
  received_at: number
  next_at: number // not to be sent before
  tries: number
  bytes: number
  sealed: Sealed
}

export interface BlobRow {
  id: string
  record: string
  type: string
  sealed: Sealed
}

/** What is remembered of the server's answers and of choices made here, by name. */
export interface KeptRow {
  name: string
  account: string
  kept_at: number
  sealed: Sealed
}

/** A patrol that is on, or that the server has not whole yet. */
export interface PatrolRow {
  id: string
  account: string
  sealed: Sealed
}

/** One position of a patrol; `number` is given by the browser. */
export interface PositionRow {
  number: number
  patrol: string
  sealed: Sealed
}

/** A live video that the server has not whole yet. */
export interface StreamRow {
  id: string
  account: string
  sealed: Sealed
}

/** One piece of it, about a second. */
export interface PieceRow {
  stream: string
  number: number
  sealed: Sealed
}

interface KeyRow {
  name: string
  key: CryptoKey
}

/** The only place of the terminal's data. A transaction that is awaited is on the disk ("strict"). */
export class TerminalDatabase extends Dexie {
  keys!: EntityTable<KeyRow, 'name'>
  records!: EntityTable<Row, 'id'>
  blobs!: EntityTable<BlobRow, 'id'>
  kept!: EntityTable<KeptRow, 'name'>
  patrols!: EntityTable<PatrolRow, 'id'>
  positions!: EntityTable<PositionRow, 'number'>
  streams!: EntityTable<StreamRow, 'id'>
  pieces!: Table<PieceRow, [string, number]>

  constructor() {
    super('citygrid-terminal', { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ keys: 'name', records: 'id, [account+state]', blobs: 'id, record', kept: 'name, account' })
    const patrols = { patrols: 'id, account', positions: '++number, patrol' }
    this.version(2).stores({ ...patrols, streams: 'id, account', pieces: '[stream+number], stream' })
  }
}

export const database = new TerminalDatabase()
