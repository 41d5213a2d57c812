import { database, type Sealed } from './database.ts'

const ALGORITHM = 'AES-GCM'
const NAME = 'vault'
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]

let held: Promise<CryptoKey> | null = null
let isShut = false
const never = () => new Promise<never>(() => {})

/** Seal and open nothing more in this page, which is about to be left: what is under way would write after a wipe. */
export const shut = (): void => void (isShut = true)

/** The key of this browser: made once, usable but never readable, by us or by anybody. */
function key(): Promise<CryptoKey> {
  if (isShut) return never()
  held ??= find()
  return held
}

async function find(): Promise<CryptoKey> {
  const fresh = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ['encrypt', 'decrypt'])
  // Of two windows that open at once, both use the key of the first.
  return database.transaction('rw', database.keys, async () => {
    const found = await database.keys.get(NAME)
    if (!found) await database.keys.put({ name: NAME, key: fresh })
    return found?.key ?? fresh
  })
}

export async function seal(bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const box = await crypto.subtle.encrypt({ name: ALGORITHM, iv }, await key(), bytes)
  return isShut ? never() : { iv, box }
}

/** What was sealed; throws OperationError when it was sealed with another key. */
export async function open({ iv, box }: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: ALGORITHM, iv }, await key(), box)
}

export const sealJson = (value: unknown): Promise<Sealed> => seal(encoder.encode(JSON.stringify(value)))

export async function openJson<T>(sealed: Sealed): Promise<T> {
  return JSON.parse(decoder.decode(await open(sealed))) as T
}

/** Forget everything, the key first: what a disk still holds of the rest can no longer be read. */
export async function wipe(): Promise<void> {
  await database.keys.clear()
  held = null
  await Promise.all(database.tables.map((table) => table.clear()))
}
