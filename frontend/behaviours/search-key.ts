const TYPING = 'input, textarea, select, [contenteditable]'

/** "/" goes to the search field, unless somebody is typing. */
export function searchKey(page: Document): void {
  page.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
    if ((event.target as Element).closest(TYPING)) return
    const field = page.querySelector<HTMLInputElement>('[data-search]')
    if (!field) return
    event.preventDefault()
    field.focus()
    field.select()
  })
}
