/** A button that prints the page. */
export function printButton(page: Document): void {
  page.addEventListener('click', (event) => {
    if ((event.target as Element).closest('[data-print]')) window.print()
  })
}
