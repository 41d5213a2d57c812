import type { Coordinate } from 'ol/coordinate.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import type { Extent } from 'ol/extent.js'
import { fromLonLat } from 'ol/proj.js'

/** What was found: a place, with the case that lies there, or an area. */
type Found = { place: Coordinate; number?: string } | { extent: Extent }
type Finder = (words: string) => Promise<Found | null>

const POSITION = /^(-?\d{1,3}(?:\.\d+)?)\s*[,，]\s*(-?\d{1,2}(?:\.\d+)?)$/
const CODE = /^\d{6}(\d{3}){0,3}$/

/** "116.4051,39.9203": longitude and latitude, WGS 84. */
const position: Finder = async (words) => {
  const [, lon, lat] = (POSITION.exec(words) ?? []).map(Number)
  if (lon === undefined || lat === undefined || Math.abs(lon) > 180 || Math.abs(lat) > 90) return null
  return { place: fromLonLat([lon, lat]) }
}

/** "110101001001003": an area or a unit grid. */
const area: Finder = async (words) => {
  if (!CODE.test(words)) return null
  const answer = await fetch(`/api/v1/geography/areas/${words}/outline`)
  if (!answer.ok) return null
  const outline = new GeoJSON({ featureProjection: 'EPSG:3857' }).readGeometry(await answer.json())
  return outline && { extent: outline.getExtent() }
}

/** "110101-20261123-0042", or words of an address or a summary: the newest such case that has a position. */
const aCase: Finder = async (words) => {
  const answer = await fetch(`/api/v1/cases?${new URLSearchParams({ words, count: '20' })}`)
  if (!answer.ok) return null
  const rows = (await answer.json()) as { number: string; lon: number | null; lat: number | null }[]
  const found = rows.find((row) => row.lon !== null)
  return found ? { place: fromLonLat([found.lon!, found.lat!]), number: found.number } : null
}

/** The field that goes to a place by its name: what it finds is shown, what it does not is said. */
export function find(form: HTMLFormElement, show: (found: Found) => void): void {
  const field = form.querySelector('input')!
  const nothing = form.querySelector<HTMLElement>('[data-nothing]')!
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const words = field.value.trim()
    let found: Found | null = null
    for (const finder of [position, area, aCase]) found ??= words ? await finder(words) : null
    nothing.hidden = Boolean(found) || !words
    if (found) show(found)
  })
}
