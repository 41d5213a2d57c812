import { told } from './page.ts'
import { wipeOf } from './store/gone.ts'

/** Sign an account out: nothing of it stays on the phone, not even what could not be sent; what others made stays. */
export async function leave(account: string): Promise<void> {
  await wipeOf(account)
  const form = Object.assign(document.createElement('form'), { method: 'post', action: told.urls.signOut })
  const csrf = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
  form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: 'csrfmiddlewaretoken', value: csrf }))
  document.body.append(form)
  form.submit()
}
