import { fromLonLat, toLonLat } from 'ol/proj.js'
import type View from 'ol/View.js'

/**
 * Where the map stands is part of the address, as #zoom/longitude/latitude; `elsewhere` is for an address without,
 * or with a place that is none.
 */
export function permalink(view: View, elsewhere: () => void): void {
  const restore = (): boolean => {
    const [zoom, lon, lat, ...rest] = location.hash.slice(1).split('/').map(Number)
    const isOnEarth = Math.abs(lon!) <= 180 && Math.abs(lat!) <= 85 // so far north and south does the map reach
    if (rest.length || !(zoom! >= view.getMinZoom() && zoom! <= view.getMaxZoom()) || !isOnEarth) return false
    view.setZoom(zoom!)
    view.setCenter(fromLonLat([lon!, lat!]))
    return true
  }
  if (!restore()) elsewhere()
  window.addEventListener('hashchange', restore)

  let waits = 0
  view.on(['change:center', 'change:resolution'], () => {
    clearTimeout(waits)
    waits = window.setTimeout(() => {
      if (view.getCenter()) history.replaceState(history.state, '', `#${standing(view)}`)
    }, 200)
  })
}

/** zoom/longitude/latitude */
export function standing(view: View): string {
  const [lon, lat] = toLonLat(view.getCenter()!)
  return [view.getZoom()!.toFixed(2), lon!.toFixed(5), lat!.toFixed(5)].join('/')
}
