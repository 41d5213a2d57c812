import { reactive } from 'vue'
import type { Place } from './place.ts'

/** What a code stands for, as the server says. */
export interface Code {
  kind: 'component' | 'case' | 'receipt' | 'place'
  code: string
  name: string
  category_key: string
  lon: number | null
  lat: number | null
  cases: { case_id: string; number: string; category: string; stage: string; is_open: boolean }[]
}

/** What the next report starts from: the code that was scanned, with its place and category. */
export const about = reactive({ words: '', category_key: '', place: null as Place | null })

/** Take it once. */
export function takeAbout(): typeof about {
  const taken = { ...about }
  Object.assign(about, { words: '', category_key: '', place: null })
  return taken
}

interface Detector {
  detect: (source: ImageBitmapSource) => Promise<{ rawValue: string }[]>
}

const FORMATS = ['qr_code', 'data_matrix', 'code_128']

/** What reads codes out of pictures: the browser where it can, else a library of our own for QR codes. */
export async function detector(): Promise<Detector> {
  const own = (globalThis as { BarcodeDetector?: { new (asked: object): Detector; getSupportedFormats: () => Promise<string[]> } }).BarcodeDetector
  const formats = (await own?.getSupportedFormats()) ?? []
  if (own && formats.includes('qr_code')) return new own({ formats: FORMATS.filter((one) => formats.includes(one)) })
  const { decodeQR } = await import('qr/decode.js')
  return { detect: async (source) => read(decodeQR, source as HTMLVideoElement) }
}

const WIDEST = 800 // pixels of a picture that is searched

function read(decode: (image: ImageData) => string | undefined, video: HTMLVideoElement): { rawValue: string }[] {
  const scale = Math.min(1, WIDEST / video.videoWidth)
  const [width, height] = [video.videoWidth, video.videoHeight].map((side) => Math.round(side * scale)) as [number, number]
  const ink = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d')!
  ink.drawImage(video, 0, 0, width, height)
  try {
    const rawValue = decode(ink.getImageData(0, 0, width, height))
    return rawValue ? [{ rawValue }] : []
  } catch {
    return [] // there is none in the picture
  }
}

/** The code in what was read or typed: of an address, its last part. */
export const codeOf = (text: string): string => text.trim().replace(/^https?:\/\/[^?#]*\/([^/?#]+)\/?([?#].*)?$/, '$1')
