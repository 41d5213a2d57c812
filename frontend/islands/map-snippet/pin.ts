import Feature from 'ol/Feature.js'
import Collection from 'ol/Collection.js'
import Point from 'ol/geom/Point.js'
import Translate from 'ol/interaction/Translate.js'
import type Map from 'ol/Map.js'
import { fromLonLat, toLonLat } from 'ol/proj.js'
import type VectorSource from 'ol/source/Vector.js'

/** Names of the fields of the form around the map, and the words of its button. */
export interface Pick {
  lon: string
  lat: string
  frame: string
  words: { here: string; how: string; refused: string }
}

const CLOSE = 18

/**
 * The position of a form is pointed at: by a click, by dragging the pin, by Enter for the middle of the map (the arrow
 * keys move the map), or by where the device is. What is typed moves the pin.
 */
export function pickPlace(map: Map, source: VectorSource, element: HTMLElement, pick: Pick): void {
  const form = element.closest('form')
  const field = (name: string) => form?.elements.namedItem(name) as HTMLInputElement | null
  const pin = new Feature<Point>()
  source.addFeature(pin)

  const write = ([lon, lat]: number[]) => {
    for (const [name, value] of [[pick.lon, lon?.toFixed(6)], [pick.lat, lat?.toFixed(6)], [pick.frame, 'wgs84']]) {
      const found = field(name ?? '')
      if (found && value) found.value = value
    }
  }
  const put = (coordinate: number[]) => {
    pin.setGeometry(new Point(coordinate))
    write(toLonLat(coordinate))
    field(pick.lon)?.dispatchEvent(new Event('change', { bubbles: true })) // as if it had been typed
  }
  const follow = () => {
    const [lon, lat] = [Number(field(pick.lon)?.value || NaN), Number(field(pick.lat)?.value || NaN)]
    const isKnown = Math.abs(lon) <= 180 && Math.abs(lat) < 85 && field(pick.frame)?.value === 'wgs84'
    pin.setGeometry(isKnown ? new Point(fromLonLat([lon, lat])) : undefined)
  }
  const drag = new Translate({ features: new Collection([pin]) })
  drag.on('translateend', () => put(pin.getGeometry()?.getCoordinates() ?? []))
  map.addInteraction(drag)
  map.on('singleclick', (event) => put(event.coordinate))
  map.getTargetElement()?.addEventListener('keydown', (event) => {
    const middle = map.getView().getCenter()
    if (event.key !== 'Enter' || !middle) return
    event.preventDefault()
    put(middle)
  })
  form?.addEventListener('change', (event) => {
    if ([pick.lon, pick.lat, pick.frame].includes((event.target as HTMLInputElement).name)) follow()
  })
  element.append(tools(map, put, pick.words))
  follow()
}

/** How it is done, and a button for where the device is, told beside it where that is not known. */
function tools(map: Map, put: (coordinate: number[]) => void, words: Pick['words']): HTMLElement {
  const [bar, button, told] = [document.createElement('div'), document.createElement('button'), document.createElement('span')]
  bar.className = 'map-pick'
  button.type = 'button'
  button.className = 'btn'
  button.textContent = words.here
  told.className = 'quiet'
  told.textContent = words.how
  told.setAttribute('role', 'status')
  button.addEventListener('click', () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const coordinate = fromLonLat([coords.longitude, coords.latitude])
        put(coordinate)
        map.getView().animate({ center: coordinate, zoom: CLOSE, duration: 0 })
        told.textContent = words.how
      },
      () => (told.textContent = words.refused),
      { enableHighAccuracy: true, timeout: 10_000 },
    )
  })
  bar.append(button, told)
  return bar
}
