const open = (page: Document) => page.querySelectorAll<HTMLDetailsElement>('details.menu[open]')

/** Menus are <details> and work alone; here they also close by Escape, a click elsewhere, or a second menu. */
export function menus(page: Document): void {
  page.addEventListener('click', (event) => {
    for (const menu of open(page)) if (!menu.contains(event.target as Node)) menu.open = false
  })
  page.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const menu of open(page)) {
      menu.open = false
      menu.querySelector('summary')?.focus()
    }
  })
}
