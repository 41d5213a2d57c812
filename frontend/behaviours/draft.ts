/**
 * What is typed into a form that names a draft stays on this device until the form was received: it is put back where a
 * field is empty, also after the page was closed. Without a network nothing is sent, and words say so.
 */
export function draft(root: HTMLElement): void {
  const sent = root.querySelector<HTMLElement>('[data-draft-received]')
  if (sent) localStorage.removeItem(sent.dataset.draftReceived!)
  const form = root.querySelector<HTMLFormElement>('form[data-draft]')
  if (!form) return
  const name = form.dataset.draft!
  const fields = form.dataset.draftFields!.split(' ').map((one) => form.elements.namedItem(one) as HTMLInputElement)
  const kept = JSON.parse(localStorage.getItem(name) ?? '{}') as Record<string, string>
  for (const field of fields) if (!field.value && kept[field.name]) field.value = kept[field.name]!
  form.addEventListener('input', () => {
    localStorage.setItem(name, JSON.stringify(Object.fromEntries(fields.map((field) => [field.name, field.value]))))
  })
  const offline = form.querySelector<HTMLElement>('[data-offline]')!
  window.addEventListener('online', () => (offline.hidden = true))
  form.addEventListener('submit', (event) => {
    if (navigator.onLine) return
    event.preventDefault()
    event.stopPropagation() // it is not on its way
    offline.hidden = false
    offline.scrollIntoView({ block: 'nearest' })
  })
}
