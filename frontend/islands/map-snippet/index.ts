import 'ol/ol.css'
import { ScaleLine, Zoom } from 'ol/control.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import { defaults as interactions } from 'ol/interaction.js'
import VectorLayer from 'ol/layer/Vector.js'
import Map from 'ol/Map.js'
import VectorSource from 'ol/source/Vector.js'
import View from 'ol/View.js'
import { pickPlace, type Pick } from './pin.ts'
import { styleOf } from './style.ts'

/** WGS 84 GeoJSON as `{% map_svg %}` writes it; `words` are the map's own labels, already translated. */
export interface Snippet {
  features: { type: 'FeatureCollection'; features: object[] }
  extent: [west: number, south: number, east: number, north: number]
  words: { zoomIn: string; zoomOut: string }
  pick: Pick | null
}

/** Put a live map of our own vectors (no tiles, no network) where the server has drawn a still one. */
export function mount(element: HTMLElement, data: unknown): void {
  const snippet = data as Snippet
  const drawn = element.querySelector('svg')
  if (!drawn) return
  const target = document.createElement('div')
  target.className = 'map-snippet-live'
  target.tabIndex = 0
  target.setAttribute('role', 'application')
  target.setAttribute('aria-label', drawn.getAttribute('aria-label') ?? '')
  target.style.aspectRatio = drawn.getAttribute('viewBox')?.split(' ').slice(2).join(' / ') ?? '4 / 3'
  drawn.replaceWith(target)

  const format = new GeoJSON({ featureProjection: 'EPSG:3857' })
  const source = new VectorSource({ features: format.readFeatures(snippet.features) })
  const corners = [snippet.extent.slice(0, 2), snippet.extent.slice(2)]
  const bounds = format.readGeometry({ type: 'MultiPoint', coordinates: corners })
  const map = new Map({
    target,
    layers: [new VectorLayer({ source, style: styleOf(element), declutter: true })],
    view: new View({ maxZoom: 21 }),
    controls: [
      new Zoom({ zoomInTipLabel: snippet.words.zoomIn, zoomOutTipLabel: snippet.words.zoomOut }),
      new ScaleLine(),
    ],
    // The page scrolls over the map; the wheel zooms only once the map has the focus.
    interactions: interactions({ onFocusOnly: true }),
  })
  if (snippet.pick) pickPlace(map, source, element, snippet.pick)
  if (bounds) map.getView().fit(bounds.getExtent(), { padding: [8, 8, 8, 8], size: map.getSize() })
}
