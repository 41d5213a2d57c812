import { formatOf } from './whole.ts'

/** A file that is no photo this browser can read, or not a whole one. */
export class Unreadable extends Error {}

const QUALITY = 0.88
const ENDINGS: Record<string, string> = {
  ...{ 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' },
  ...{ 'audio/webm': 'webm', 'video/webm': 'webm', 'audio/mp4': 'm4a', 'video/mp4': 'mp4' },
}

export const nameOf = (file: Blob, at: number): string => `${at}.${ENDINGS[file.type] ?? 'jpg'}`

/** A photo as the server takes it: as it is where it may be, drawn anew as JPEG (HEIC) where the browser can read it. */
export async function taken(file: Blob): Promise<Blob> {
  const [bytes, picture] = await Promise.all([file.arrayBuffer(), createImageBitmap(file)]).catch(() => {
    throw new Unreadable()
  })
  const format = formatOf(new Uint8Array(bytes))
  if (format && !format.isWhole) throw new Unreadable()
  const made = format ? new Blob([bytes], { type: format.type }) : await drawn(picture, picture.width, picture.height)
  picture.close()
  return made
}

/** What a video shows now, or a picture, as JPEG. */
export function drawn(source: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  canvas.getContext('2d')!.drawImage(source, 0, 0)
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Unreadable())), 'image/jpeg', QUALITY),
  )
}
