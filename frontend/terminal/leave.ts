import { told } from './page.ts'
import { wipeAll } from './store/gone.ts'

/** Sign out: nothing of this account stays on the phone, not even what could not be sent. */
export async function leave(): Promise<void> {
  await wipeAll()
  const form = Object.assign(document.createElement('form'), { method: 'post', action: told.urls.signOut })
  const csrf = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'csrfmiddlewaretoken', value: csrf }))
  document.body.append(form)
  form.submit()
}
