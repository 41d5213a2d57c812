import { ask, Refused, refusal, ROOT } from '../api.ts'
import type { Media } from './record.ts'

const VERSION = { 'Tus-Resumable': '1.0.0' }
const CHUNK = 2 ** 20 // bytes
const GONE = new Set([403, 404, 410])
const MOST_REPEATS = 3 // of a chunk that arrives damaged, or of an offset that differs

export const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)))

export const hex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, '0')).join('')

const sha256 = (bytes: ArrayBuffer) => crypto.subtle.digest('SHA-256', bytes)
const named = (text: string) => base64(new TextEncoder().encode(text).buffer)

/** How far an upload has come, and the id of what it became, if it is whole; null where the server knows it no more. */
async function standing(upload: string): Promise<{ offset: number; sent: string } | null> {
  const answer = await ask(upload, { method: 'HEAD', headers: VERSION })
  if (GONE.has(answer.status)) return null
  if (!answer.ok) throw new Refused(answer.status)
  return { offset: Number(answer.headers.get('Upload-Offset')), sent: answer.headers.get('Citygrid-Media') ?? '' }
}

async function create({ name, bytes, sha256: promised }: Media): Promise<string> {
  const metadata = `filename ${named(name)},sha256 ${named(promised)}`
  const headers = { ...VERSION, 'Upload-Length': String(bytes), 'Upload-Metadata': metadata }
  const answer = await ask(`${ROOT}/uploads`, { method: 'POST', headers })
  if (!answer.ok) throw await refusal(answer)
  const made = answer.headers.get('Location')
  if (!made) throw new Refused(0)
  return new URL(made, location.href).pathname
}

/**
 * Hand a file in by tus 1.0.0: chunks of 1 MiB with the SHA-256 of each, taken up where the server says it stopped. Returns the id of the
 * medium; throws Refused. `remember` is awaited as soon as the server has given the upload its address.
 */
export async function upload(bytes: ArrayBuffer, media: Media, remember: (upload: string) => Promise<void>): Promise<string> {
  let known = media.upload ? await standing(media.upload) : null
  if (!known) {
    media.upload = await create(media)
    await remember(media.upload)
    known = { offset: 0, sent: '' }
  }
  for (let repeats = 0; !known.sent; ) {
    const chunk = bytes.slice(known.offset, known.offset + CHUNK)
    const answer = await patch(media.upload, known.offset, chunk)
    if (answer.ok) {
      known = { offset: known.offset + chunk.byteLength, sent: answer.headers.get('Citygrid-Media') ?? '' }
      if (known.offset >= bytes.byteLength && !known.sent) known = await standing(media.upload)
    } else if ([409, 460].includes(answer.status) && repeats++ < MOST_REPEATS) known = await standing(media.upload)
    else throw await refusal(answer)
    if (!known || (known.offset >= bytes.byteLength && !known.sent)) throw new Refused(503) // begun anew later
  }
  return known.sent
}

async function patch(address: string, offset: number, chunk: ArrayBuffer): Promise<Response> {
  const checksum = `sha256 ${base64(await sha256(chunk))}`
  const headers = { ...VERSION, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset), 'Upload-Checksum': checksum }
  return ask(address, { method: 'PATCH', headers, body: chunk })
}
