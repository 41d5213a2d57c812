import { reactive } from 'vue'
import { told } from './page.ts'

/** A newer version of the terminal that waits to be let in; null while there is none. */
export const shell = reactive({ waiting: null as ServiceWorker | null })

const LOOKED_FOR = 3_600_000 // milliseconds

/** Keep the page on this phone, and look for a newer one when the phone is taken out and every hour. */
export async function keepShell(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  const registration = await serviceWorker.register(told.urls.worker, { scope: told.urls.page }).catch(() => null)
  if (!registration) return
  const follow = (found: ServiceWorker | null) =>
    found?.addEventListener('statechange', () => {
      if (found.state === 'installed' && serviceWorker.controller) shell.waiting = found
    })
  shell.waiting = serviceWorker.controller && registration.waiting
  registration.addEventListener('updatefound', () => follow(registration.installing))
  const look = () => void registration.update().catch(() => {})
  document.addEventListener('visibilitychange', () => document.hidden || look())
  setInterval(look, LOOKED_FOR)
}

/** Let the newer version in. What waits in the outbox is on the disk, and what is sent meanwhile is sent again. */
export function takeUpdate(): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  shell.waiting?.postMessage('take over')
}

/** Show the page in another language: the server is told, then the kept page is fetched anew. */
export async function speak(language: string): Promise<void> {
  const body = new URLSearchParams({ language, next: told.urls.page })
  const csrf = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
  const answer = await fetch(told.urls.language, { method: 'POST', body, headers: { 'X-CSRFToken': csrf } }).catch(() => null)
  if (!answer?.ok) return
  const worker = navigator.serviceWorker?.controller
  if (worker) {
    const channel = new MessageChannel()
    const done = new Promise((resolve) => (channel.port1.onmessage = resolve))
    worker.postMessage('renew page', [channel.port2])
    await done
  }
  location.reload()
}
