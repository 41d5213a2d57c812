/** A file that is no photo this browser can read. */
export class Unreadable extends Error {}

const ACCEPTED = ['image/jpeg', 'image/png', 'image/webp']
const QUALITY = 0.88
const ENDINGS: Record<string, string> = {
  ...{ 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' },
  ...{ 'audio/webm': 'webm', 'video/webm': 'webm', 'audio/mp4': 'm4a', 'video/mp4': 'mp4' },
}

export const nameOf = (file: Blob, at: number): string => `${at}.${ENDINGS[file.type] ?? 'jpg'}`

/** A photo as the server takes it: as it is where it may be, drawn anew as JPEG (HEIC) where the browser can read it. */
export async function taken(file: Blob): Promise<Blob> {
  if (ACCEPTED.includes(file.type)) return file
  const picture = await createImageBitmap(file).catch(() => {
    throw new Unreadable()
  })
  return drawn(picture, picture.width, picture.height)
}

/** What a video shows now, or a picture, as JPEG. */
export function drawn(source: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  canvas.getContext('2d')!.drawImage(source, 0, 0)
  return new Promise((done, failed) =>
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Unreadable())), 'image/jpeg', QUALITY),
  )
}
