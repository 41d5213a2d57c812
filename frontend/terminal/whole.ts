type Bytes = Uint8Array

const text = (bytes: Bytes, from: number, to?: number): string => String.fromCharCode(...bytes.subarray(from, to))
const uint = (bytes: Bytes, at: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true)

/** Past the segments (a preview in one has an end of its own) the picture itself comes to its end, FF D9. */
function jpegEnds(bytes: Bytes): boolean {
  let at = 2
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda) at += 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
  for (at = bytes.indexOf(0xff, at); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xd9) return true
  return false
}

/** The formats that are sent as they are: how each begins, and what its end shows (ISO/IEC 10918-1, PNG 1.2, RIFF). */
const FORMATS: [string, (bytes: Bytes) => boolean, (bytes: Bytes) => boolean][] = [
  ['image/jpeg', (bytes) => text(bytes, 0, 3) === '\xff\xd8\xff', jpegEnds],
  ['image/png', (bytes) => text(bytes, 1, 8) === 'PNG\r\n\x1a\n', (bytes) => text(bytes, -8, -4) === 'IEND'],
  ['image/webp', (bytes) => text(bytes, 0, 4) + text(bytes, 8, 12) === 'RIFFWEBP', (bytes) => uint(bytes, 4) + 8 <= bytes.length],
]

/** What a photo is by its own bytes, whatever its name says; null where it is none of the formats that are sent as they are. A browser draws one that is cut short all the same. */
export function formatOf(bytes: Bytes): { type: string; isWhole: boolean } | null {
  const found = FORMATS.find(([, begins]) => begins(bytes))
  return found ? { type: found[0], isWhole: found[2](bytes) } : null
}
