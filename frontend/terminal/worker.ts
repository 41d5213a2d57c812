// The service worker: keeps the files of one version of the terminal, and answers its page from them. It imports
// nothing, so that it is one script that every browser runs. What is sent and asked goes past it.

interface Shell {
  version: string
  page: string
  files: string[]
}

interface Worker extends EventTarget {
  SHELL: Shell
  registration: { active: unknown }
  skipWaiting: () => Promise<void>
  clients: { claim: () => Promise<void> }
}

interface Waits extends Event {
  waitUntil: (work: Promise<unknown>) => void
}

interface Fetched extends Waits {
  request: Request
  respondWith: (answer: Promise<Response>) => void
}

const worker = self as unknown as Worker
const { version, page, files } = worker.SHELL
const OURS = 'terminal '
const name = OURS + version
const kept = new Set(files)

async function install(): Promise<void> {
  const cache = await caches.open(name)
  await Promise.all([cache.add(new Request(page, { cache: 'reload' })), cache.addAll(files)])
  if (!worker.registration.active) await worker.skipWaiting() // the first one; a later one waits to be asked for
}

async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((one) => one.startsWith(OURS) && one !== name)
  await Promise.all(old.map((one) => caches.delete(one)))
  await worker.clients.claim()
}

async function answer(key: string, request: Request): Promise<Response> {
  const cache = await caches.open(name)
  return (await cache.match(key)) ?? fetch(request)
}

worker.addEventListener('install', (event) => (event as Waits).waitUntil(install()))
worker.addEventListener('activate', (event) => (event as Waits).waitUntil(activate()))
worker.addEventListener('fetch', (event) => {
  const { request, respondWith } = event as Fetched
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  const key = request.mode === 'navigate' ? page : pathname
  if (request.mode === 'navigate' ? pathname === page : kept.has(pathname)) respondWith.call(event, answer(key, request))
})
worker.addEventListener('message', (event) => {
  if ((event as MessageEvent).data === 'take over') void worker.skipWaiting()
  if ((event as MessageEvent).data === 'renew page') {
    const { ports } = event as MessageEvent
    const renewed = caches.open(name).then((cache) => cache.add(new Request(page, { cache: 'reload' })))
    ;(event as unknown as Waits).waitUntil(renewed.finally(() => ports[0]?.postMessage('done')))
  }
})

export {}
