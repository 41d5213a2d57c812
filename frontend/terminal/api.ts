import { hear } from './clock.ts'
import { deviceId } from './device.ts'
import { told } from './page.ts'

export const ROOT = '/api/v1'
const PATIENCE = 30_000 // milliseconds for an answer

/** A call that was not answered with what was asked for; `status` 0: not at all. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code = '',
    readonly title = '',
    readonly hint = '',
    readonly fields: string[] = [],
  ) {
    super(title || code || String(status))
  }
}

const cookie = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''

/** A fetch to our own server; throws Refused (0) where no answer came. */
export async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const method = options.method ?? 'GET'
  try {
    if (!['GET', 'HEAD'].includes(method) && !cookie()) await fetch(told.urls.page, { cache: 'no-store' })
    const headers = new Headers(options.headers)
    headers.set('Accept', 'application/json')
    headers.set('Accept-Language', told.language)
    if (deviceId()) headers.set('Citygrid-Device', deviceId())
    if (!['GET', 'HEAD'].includes(method)) headers.set('X-CSRFToken', cookie())
    const answer = await fetch(path, { ...options, headers, cache: 'no-store', signal: options.signal ?? AbortSignal.timeout(PATIENCE) })
    hear(answer.headers.get('Date'))
    return answer
  } catch {
    throw new Refused(0)
  }
}

interface Problem {
  code?: string
  title?: string
  hint?: string
  fields?: { field: string; words: string }[]
}

/** The refusal an answer tells. */
export async function refusal(answer: Response): Promise<Refused> {
  const told = (await answer.json().catch(() => ({}))) as Problem
  const fields = (told.fields ?? []).map(({ field, words }) => `${field}: ${words}`)
  return new Refused(answer.status, told.code, told.title, told.hint, fields)
}

/** What an endpoint answers; throws Refused. */
export async function call<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const answer = await ask(ROOT + path, { ...sent, headers: { 'Content-Type': 'application/json', ...headers } })
  if (!answer.ok) throw await refusal(answer)
  try {
    return (await answer.json()) as T
  } catch {
    throw new Refused(0) // it was cut
  }
}
