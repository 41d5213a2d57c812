import { call, Refused } from './api.ts'
import type { Place } from './place.ts'

/** The categories that closed cases with such words speak for, the likeliest first; none without a network or a model. */
export async function likely(text: string, place: Place | null, has_photo: boolean): Promise<string[]> {
  if (!text) return []
  const at = place && { lon: place.lon, lat: place.lat, frame: 'wgs84' }
  try {
    const found = await call<{ category_key: string }[]>('/dispatch/categories', { text, channel: 'field', has_photo, ...at })
    return found.map(({ category_key }) => category_key)
  } catch (error) {
    if (error instanceof Refused) return []
    throw error
  }
}
