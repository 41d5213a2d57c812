import { reactive } from 'vue'
import { ask, call, Refused, refusal, ROOT } from './api.ts'
import { deviceId, keepDevice, useDevice } from './device.ts'
import { openLives } from './live/stream.ts'
import { box, openBox } from './outbox/box.ts'
import { revoke } from './outbox/sender.ts'
import { verdict } from './outbox/rules.ts'
import { openPatrol } from './patrol/shift.ts'
import { database } from './store/database.ts'
import { open, openJson, seal, sealJson } from './store/vault.ts'

export interface Action {
  code: string
  name: string
  needs: string[]
  takes: string[]
  findings: { code: string; name: string }[]
  reasons: string[]
}

export interface Task {
  case_id: string
  number: string
  category: string
  summary: string
  address: string
  lon: number | null
  lat: number | null
  due_at: string | null
  task_due_at: string | null
  stage: string
  asked: string
  lamp: string
  head_seq: number
  actions: Action[]
  before_photos: string[]
}

export interface Focus {
  id: string
  category_key: string
  category: string
  area_code: string
  area: string
  note: string
}

export interface Category {
  key: string
  name: string
  major: string
  initials: string
  can_fix: boolean
}

export interface Home {
  account_id: string
  epoch: string
  post: { id: string; name: string; unit: string }
  tasks: Task[]
  focus: Focus[]
  notices: { unread: number; newest: { id: string; name: string; text: string; created_at: string }[] }
}

/** What waits for this post, as the server told last; shown at once from what is kept, then renewed. */
export const home = reactive({ data: null as Home | null, categories: [] as Category[], kept_at: 0, isRead: false, isClosed: false })

const NAME = 'home'
const MOST_PHOTOS = 60
let etags = { home: '', categories: '' }

interface Kept {
  data: Home
  categories: Category[]
  etags: typeof etags
}

/** Take up what an account has not sent yet. */
const openAll = (account: string) => Promise.all([openBox(account), openPatrol(account), openLives(account)])

/** Show what is kept of the account that used this phone last. */
export async function readKept(): Promise<void> {
  const row = await database.kept.get(NAME)
  if (row) {
    const kept = await openJson<Kept>(row.sealed).catch(() => null) // damaged: asked for anew
    if (kept) Object.assign(home, { data: kept.data, categories: kept.categories, kept_at: row.kept_at })
    etags = kept?.etags ?? etags
    useDevice(row.account)
    await openAll(row.account)
  }
  home.isRead = true
}

/** Ask the server what waits now; where it does not answer, what is kept stays. */
export async function renew(): Promise<void> {
  const known = { ...etags }
  try {
    const data = await fresh<Home>('home')
    if (data) await enroll(data.account_id)
    const categories = await fresh<Category[]>('categories')
    await take(data ?? home.data!, categories ?? home.categories)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    etags = known // nothing was taken
    const found = verdict(error.status, error.code)
    if (found === 'revoked') await revoke()
    if (found === 'sign-in') box.needsSignIn = true
    if (error.status === 403 && found === 'refused') home.isClosed = true
  }
}

/** Tell the server of this phone, so that it can be shut out from afar. */
async function enroll(account: string): Promise<void> {
  useDevice(account)
  if (deviceId()) return
  const id = crypto.randomUUID()
  try {
    await call('/terminal/devices', { id })
    keepDevice(id)
  } catch (error) {
    if ((error as Refused).status !== 409) throw error // 409: the account has as many as it may
  }
}

/** What the server says now; null where it is what is kept. */
async function fresh<T>(name: keyof typeof etags): Promise<T | null> {
  const known = etags[name]
  const answer = await ask(`${ROOT}/terminal/${name}`, { headers: known ? { 'If-None-Match': known } : {} })
  if (answer.status === 304) return null
  if (!answer.ok) throw await refusal(answer)
  etags[name] = answer.headers.get('ETag') ?? ''
  return (await answer.json()) as T
}

async function take(data: Home, categories: Category[]): Promise<void> {
  const isOther = data.account_id !== home.data?.account_id
  const kept_at = Date.now()
  Object.assign(home, { data, categories, kept_at, isClosed: false })
  Object.assign(box, { needsSignIn: false, isRevoked: false })
  const sealed = await sealJson({ data, categories, etags })
  await database.kept.put({ name: NAME, account: data.account_id, kept_at, sealed })
  if (isOther) await openAll(data.account_id)
  await keepPhotos(data)
}

/** The first earlier photo of each task, so that it stands beside the camera where there is no network. */
async function keepPhotos({ tasks, account_id }: Home): Promise<void> {
  const wanted = tasks.flatMap(({ before_photos }) => before_photos.slice(0, 1)).slice(0, MOST_PHOTOS)
  const names = new Set(wanted.map((id) => `photo ${id}`))
  const known = new Set(await database.kept.where('name').startsWith('photo ').primaryKeys())
  await database.kept.bulkDelete([...known].filter((name) => !names.has(name)))
  for (const id of wanted) {
    if (known.has(`photo ${id}`)) continue
    try {
      const answer = await ask(`${ROOT}/media/${id}/public`)
      if (!answer.ok) continue // it is not prepared yet
      const sealed = await seal(await answer.arrayBuffer())
      await database.kept.put({ name: `photo ${id}`, account: account_id, kept_at: Date.now(), sealed })
    } catch {
      return
    }
  }
}

/** A photo that is kept, as something an <img> shows; "" where it is not. */
export async function keptPhoto(id: string): Promise<string> {
  const row = await database.kept.get(`photo ${id}`)
  return row ? URL.createObjectURL(new Blob([await open(row.sealed)], { type: 'image/jpeg' })) : ''
}

const RECENT = 'recent categories'
const MOST_RECENT = 12

/** The keys of the categories chosen last on this phone, newest first. */
export async function recent(): Promise<string[]> {
  const row = await database.kept.get(RECENT)
  return row ? openJson<string[]>(row.sealed) : []
}

export async function remember(key: string): Promise<void> {
  const keys = [key, ...(await recent()).filter((one) => one !== key)].slice(0, MOST_RECENT)
  const account = home.data?.account_id ?? ''
  await database.kept.put({ name: RECENT, account, kept_at: Date.now(), sealed: await sealJson(keys) })
}
