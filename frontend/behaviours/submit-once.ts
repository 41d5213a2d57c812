/** A form under way is not sent twice by an impatient finger; the page that comes back ends the wait. */
export function submitOnce(page: Document): void {
  page.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement
    if (form.method !== 'post') return
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = '1'
    form.setAttribute('aria-busy', 'true')
  })
  const release = () => {
    for (const form of page.querySelectorAll<HTMLFormElement>('form[data-sent]')) {
      delete form.dataset.sent
      form.removeAttribute('aria-busy')
    }
  }
  // Coming back with the browser's arrow shows the old page with its marks still on.
  window.addEventListener('pageshow', release)
  page.addEventListener('htmx:afterRequest', release)
}
