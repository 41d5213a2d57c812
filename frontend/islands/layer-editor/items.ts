import type { Nested } from './exact.ts'

export interface Shape {
  type: string
  coordinates: Nested
}

/** A geometry of many parts that has only one, as a single one. */
export function single({ type, coordinates }: Shape): Shape {
  const isOne = type.startsWith('Multi') && coordinates.length === 1
  return isOne ? { type: type.replace('Multi', ''), coordinates: coordinates[0] as Nested } : { type, coordinates }
}

/** A feature as it shall be, in degrees; never changed, only replaced. */
export interface Item {
  code: string
  name_zh: string
  name_en: string
  responsible_unit_id: string | null
  valid_to_date: string | null
  /** What else the feature says; only a layer of zones has it changed here. */
  attributes?: Record<string, unknown>
  geometry: Shape
}

export type Items = ReadonlyMap<string, Item>

/** The name in the language of the page, or the other one. */
export function nameOf({ name_zh, name_en }: Item): string {
  return document.documentElement.lang.startsWith('zh') ? name_zh || name_en : name_en || name_zh
}

/** All states since the page was opened; undo and redo go through them. */
export class History {
  private states: Items[] = [new Map()]
  private at = 0
  /** As the server has it. */
  saved: Items = new Map()

  constructor(private readonly changed: () => void) {}

  get now(): Items {
    return this.states[this.at]!
  }

  get isSaved(): boolean {
    return this.now === this.saved
  }

  /** Begin anew with what the server has. */
  start(items: Items): void {
    this.states = [items]
    this.at = 0
    this.saved = items
    this.changed()
  }

  /** One step: these are put, those are gone. */
  step(put: Item[], gone: string[] = []): void {
    const next = new Map(this.now)
    for (const code of gone) next.delete(code)
    for (const item of put) next.set(item.code, item)
    this.states = [...this.states.slice(0, this.at + 1), next]
    this.at++
    this.changed()
  }

  go(by: -1 | 1): void {
    if (!this.states[this.at + by]) return
    this.at += by
    this.changed()
  }

  can(by: -1 | 1): boolean {
    return Boolean(this.states[this.at + by])
  }

  /** What the server is told: what differs from what it has. */
  differences(): { put: Item[]; removed: string[] } {
    const put = [...this.now.values()].filter((item) => this.saved.get(item.code) !== item)
    return { put, removed: [...this.saved.keys()].filter((code) => !this.now.has(code)) }
  }

  /** A code nobody has: the first free number behind a stem. */
  free(stem: string): string {
    for (let n = 2; ; n++) {
      const code = `${stem.slice(0, 45)}-${n}`
      if (!this.now.has(code) && !this.saved.has(code)) return code
    }
  }
}
