import { never, singleClick } from 'ol/events/condition.js'
import type Feature from 'ol/Feature.js'
import type Geometry from 'ol/geom/Geometry.js'
import { Draw, Modify, Snap } from 'ol/interaction.js'
import type Map from 'ol/Map.js'
import type { Type } from 'ol/geom/Geometry.js'
import { Pen } from '../../kit/pen.ts'
import type { Canvas } from './canvas.ts'
import type { Looks } from './style.ts'

const SNAP = 10 // pixels

export type Tool = 'modify' | 'split' | 'Point' | 'LineString' | 'Polygon'

interface Done {
  drawn: (geometry: Geometry) => void
  cut: (line: Geometry) => void
  modified: (features: Feature[]) => void
}

/** One tool at a time; all of them snap to corners and edges. */
export class Tools extends Pen {
  tool: Tool = 'modify'
  private readonly modify: Modify
  private readonly snap: Snap

  constructor(
    private readonly map: Map,
    canvas: Canvas,
    private readonly look: Looks,
    private readonly done: Done,
  ) {
    super()
    // Neighbours that share a corner move together.
    this.modify = new Modify({
      source: canvas.source,
      pixelTolerance: SNAP,
      style: look.sketch,
      deleteCondition: (event) => event.originalEvent.altKey && singleClick(event),
    })
    this.modify.on('modifyend', (event) => done.modified(event.features.getArray() as Feature[]))
    this.snap = new Snap({ source: canvas.source, pixelTolerance: SNAP })
    map.addInteraction(this.modify)
    map.addInteraction(this.snap)
  }

  get isDrawing(): boolean {
    return this.draw !== null
  }

  use(tool: Tool): void {
    if (this.draw) this.map.removeInteraction(this.draw)
    this.hold(null)
    this.tool = tool
    this.modify.setActive(tool === 'modify')
    if (tool === 'modify') return
    const type: Type = tool === 'split' ? 'LineString' : tool
    const draw = new Draw({ type, style: this.look.sketch, freehandCondition: never, stopClick: true })
    draw.on('drawend', (event) => {
      const geometry = event.feature.getGeometry()!
      this.count = 0
      // The tool is put away first: whoever is told may choose another one.
      window.setTimeout(() => (tool === 'split' ? this.done.cut(geometry) : this.done.drawn(geometry)))
    })
    this.hold(draw, tool === 'Point')
    this.map.removeInteraction(this.snap) // it goes last, so that it moves what the others see
    this.map.addInteraction(draw)
    this.map.addInteraction(this.snap)
  }

  stop(): boolean {
    if (!this.draw) return false
    this.draw.abortDrawing()
    this.count = 0
    return true
  }
}
