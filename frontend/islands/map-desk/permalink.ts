import { fromLonLat, toLonLat } from 'ol/proj.js'
import type View from 'ol/View.js'

/** Where the map stands is part of the address, as #zoom/longitude/latitude; `elsewhere` is for an address without. */
export function permalink(view: View, elsewhere: () => void): void {
  const restore = (): boolean => {
    const [zoom, lon, lat, ...rest] = location.hash.slice(1).split('/').map(Number)
    if (rest.length || ![zoom, lon, lat].every(Number.isFinite)) return false
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
      const place = view.getCenter()
      if (!place) return
      const [lon, lat] = toLonLat(place)
      const stands = [view.getZoom()!.toFixed(2), lon!.toFixed(5), lat!.toFixed(5)].join('/')
      history.replaceState(history.state, '', `#${stands}`)
    }, 200)
  })
}
