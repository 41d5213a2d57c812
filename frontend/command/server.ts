/** What the wall is told of a stream (StreamOut of the API). */
export interface Live {
  id: string
  who: string
  place: string
  began_at: string
  heard_at: string
  note: string
  zone?: string // the forbidden zone in which it is
}

export interface Told {
  streams: string
  page: string
  words: Record<string, string>
}

const PATIENCE = 10_000 // milliseconds for an answer
const cookie = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''

/** An answer of ours as JSON. Throws an Error with the words of a refusal, or without any where no answer came. */
export async function ask<T>(path: string, body?: FormData): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': document.documentElement.lang }
  const options: RequestInit = { headers, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }
  if (body) Object.assign(options, { method: 'POST', body, headers: { ...headers, 'X-CSRFToken': cookie() } })
  const answer = await fetch(path, options)
  const told = (await answer.json()) as T & { title?: string }
  if (!answer.ok) throw new Error(told.title ?? String(answer.status))
  return told
}

/** Open a stream to watch it; the server puts that on record first. */
export async function open(told: Told, id: string): Promise<string> {
  return (await ask<{ playlist: string }>(`${told.streams}/${id}/views`, new FormData())).playlist
}

export const streams = (told: Told) => ask<Live[]>(told.streams)
