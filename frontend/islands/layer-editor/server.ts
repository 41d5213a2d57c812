import { single, type Item, type Items, type Shape } from './items.ts'

const ROOT = '/api/v1/geography'
const MOST = 2000 // features in one call

export interface Fault {
  code: string
  what: string
  detail: string
  do: string
  box: number[]
  region: Shape
}

export interface Draft {
  revision: number
  from_date: string
  features: (Item & { effect: 'new' | 'changed' | 'removed' })[]
  faults: Fault[]
}

/** A refusal in the words of the server. */
export class RefusalError extends Error {}

/** The API of one layer, called as the post that is signed in. */
export class Server {
  constructor(
    private readonly layer: string,
    private readonly token: string,
  ) {}

  /** What is valid on a day, with the draft over it where there is one. */
  async read(day: string, hasDraft: boolean): Promise<{ items: Items; draft: Draft | null }> {
    const [standing, draft] = await Promise.all([
      this.call<Item[]>('GET', `/layers/${this.layer}/features?on=${day}`),
      hasDraft ? this.call<Draft>('GET', `/layers/${this.layer}/draft`) : null,
    ])
    const items = new Map(standing.map((item) => [item.code, { ...item, geometry: single(item.geometry) }]))
    for (const { effect, ...item } of draft?.features ?? []) {
      if (effect === 'removed') items.delete(item.code)
      else items.set(item.code, { ...item, geometry: single(item.geometry) })
    }
    return { items, draft }
  }

  async save(revision: number, day: string, put: Item[], removed: string[]): Promise<Draft> {
    let draft: Draft | null = null
    for (let start = 0; start === 0 || start < Math.max(put.length, removed.length); start += MOST) {
      const [sent, gone] = [put.map(asSent).slice(start, start + MOST), removed.slice(start, start + MOST)]
      const seen: number = draft?.revision ?? revision
      draft = await this.call<Draft>('PUT', `/layers/${this.layer}/draft`, {
        revision: seen,
        from_date: day,
        put: sent,
        removed: gone,
      })
    }
    return draft!
  }

  split(geometry: Shape, line: Shape, neighbours: Shape[]) {
    const body = { geometry, line, neighbours }
    return this.call<{ parts: Shape[]; neighbours: (Shape | null)[] }>('POST', '/outlines/split', body)
  }

  merge(geometries: Shape[]) {
    return this.call<{ geometry: Shape }>('POST', '/outlines/merge', { geometries })
  }

  private async call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json', 'X-CSRFToken': this.token }
    const answer = await fetch(ROOT + path, { method, headers, body: body && JSON.stringify(body) })
    const told = (await answer.json()) as Answer & { title?: string; hint?: string }
    if (!answer.ok) throw new RefusalError(`${told.title} ${told.hint}`)
    return told
  }
}

/** What the server keeps by itself, attributes above all, is not sent; those of a zone are changed here. */
function asSent({ code, name_zh, name_en, responsible_unit_id, valid_to_date, attributes, geometry }: Item): Item {
  const told = { code, name_zh, name_en, responsible_unit_id, valid_to_date, geometry }
  return attributes && 'rule' in attributes ? { ...told, attributes } : told
}
