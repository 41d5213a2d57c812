/** A button that is pressed chooses its value in the field of its form that it names. */
export function choosing(page: Document): void {
  page.addEventListener('click', (event) => {
    const button = event.target instanceof Element && event.target.closest<HTMLButtonElement>('button[data-choose]')
    const field = button && button.form?.elements.namedItem(button.dataset.choose ?? '')
    if (!button || !(field instanceof HTMLSelectElement)) return
    field.value = button.value
    field.dispatchEvent(new Event('change', { bubbles: true }))
    field.focus()
  })
}
