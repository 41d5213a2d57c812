import { reactive } from 'vue'

export interface Place {
  lon: number
  lat: number
  accuracy: number // metres
}

/** Where the phone is, as far as it says; `isRefused`: it may not or cannot tell. */
export const here = reactive({ place: null as Place | null, isRefused: false })

const EARTH = 6_371_008.8 // metres, mean radius (IUGG)
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Metres between two positions in degrees, on a sphere (haversine). */
export function distance(one: { lon: number; lat: number }, other: { lon: number; lat: number }): number {
  const [south, north] = [radians(one.lat), radians(other.lat)]
  const [dy, dx] = [north - south, radians(other.lon - one.lon)]
  const half = Math.sin(dy / 2) ** 2 + Math.cos(south) * Math.cos(north) * Math.sin(dx / 2) ** 2
  return 2 * EARTH * Math.asin(Math.sqrt(half))
}

let watch = 0

/** Ask for positions while the page is looked at: nobody is followed with a phone in the pocket. */
export function followPlace(): void {
  if (!navigator.geolocation) return void (here.isRefused = true)
  const begin = () => {
    watch ||= navigator.geolocation.watchPosition(
      ({ coords }) => {
        here.place = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy }
        here.isRefused = false
      },
      () => (here.isRefused = here.place === null),
      { enableHighAccuracy: true, maximumAge: 5_000 },
    )
  }
  const end = () => {
    navigator.geolocation.clearWatch(watch)
    watch = 0
  }
  document.addEventListener('visibilitychange', () => (document.hidden ? end() : begin()))
  begin()
}
