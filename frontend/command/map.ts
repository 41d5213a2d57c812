import 'ol/ol.css'
import './command.css'
import Zoom from 'ol/control/Zoom.js'
import Feature from 'ol/Feature.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import Point from 'ol/geom/Point.js'
import VectorLayer from 'ol/layer/Vector.js'
import Map from 'ol/Map.js'
import { fromLonLat, transformExtent } from 'ol/proj.js'
import VectorSource from 'ol/source/Vector.js'
import View from 'ol/View.js'
import { outlines } from '../islands/map-desk/areas.ts'
import { looks } from '../islands/map-desk/style.ts'
import { pointStyle, zoneStyle } from './style.ts'

interface Spot {
  lon: number
  lat: number
  url: string
  label: string
  isMarked: boolean
  isNew: boolean
}

/** What the server tells of places each time (citygrid/command/web/views.py). */
interface Places {
  reports: Spot[]
  streams: Spot[]
  zones: object
  reach: string[]
  extent: number[] | null // WGS 84 degrees
}

const OLD = 60_000 // milliseconds without news, after which the page says that it is out of date
const NEAR = 8 // pixels around a press

const told = () => JSON.parse(document.getElementById('command-places')!.textContent!) as Places

function start(target: HTMLElement): void {
  const format = new GeoJSON({ featureProjection: 'EPSG:3857' })
  const [zones, spots] = [new VectorSource(), new VectorSource()]
  const first = told()
  const look = looks(target, {})
  const unnamed = { ...look, area: (width: number) => look.area(width, false) } // the names that matter are those of zones
  const view = new View({ minZoom: 4, maxZoom: 19, enableRotation: false })
  const map = new Map({
    target,
    view,
    layers: [
      ...Object.values(outlines(first.reach, unnamed)),
      new VectorLayer({ source: zones, style: zoneStyle(target), declutter: 'zones' }),
      new VectorLayer({ source: spots, style: pointStyle(target) }),
    ],
    controls: [new Zoom({ zoomInTipLabel: target.dataset.zoomIn, zoomOutTipLabel: target.dataset.zoomOut })],
  })
  if (first.extent) view.fit(transformExtent(first.extent, 'EPSG:4326', 'EPSG:3857'), { size: map.getSize(), padding: [24, 24, 24, 24] })
  else view.setCenter([0, 0])

  const draw = () => {
    const places = told()
    const features = (kind: string, found: Spot[]) =>
      found.map(({ lon, lat, ...said }) => new Feature({ geometry: new Point(fromLonLat([lon, lat])), kind, ...said }))
    zones.clear(true)
    zones.addFeatures(format.readFeatures(places.zones) as Feature[])
    spots.clear(true)
    spots.addFeatures([...features('report', places.reports), ...features('stream', places.streams)])
    target.dataset.drawn = `${spots.getFeatures().length} ${zones.getFeatures().length}`
  }
  draw()
  document.addEventListener('htmx:afterSwap', draw)

  const at = (pixel: number[]) =>
    map.forEachFeatureAtPixel(pixel, (feature) => (feature.get('url') as string | undefined) || undefined, { hitTolerance: NEAR })
  map.on('singleclick', (event) => {
    const url = at(event.pixel)
    if (url) location.assign(url)
  })
  map.on('pointermove', (event) => (target.style.cursor = at(event.pixel) ? 'pointer' : ''))
}

/** Say so when nothing came for a minute: the numbers are old then. */
function watchAge(): void {
  const [since, stale] = [document.querySelector('[data-command-at]'), document.querySelector<HTMLElement>('[data-stale]')]
  if (since && stale) stale.hidden = Date.now() - Date.parse(since.getAttribute('datetime')!) < OLD
}

const target = document.querySelector<HTMLElement>('[data-command-map]')
if (target) start(target)
setInterval(watchAge, 5_000)
