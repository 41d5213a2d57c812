/** What is wider than its place can be scrolled by the keyboard too; what fits is no stop on the way through the page. */
export function scrolling(page: Document): void {
  const look = () => {
    for (const box of page.querySelectorAll<HTMLElement>('.list-scroll')) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
      else box.removeAttribute('tabindex')
    }
  }
  look()
  page.addEventListener('htmx:afterSwap', look)
  window.addEventListener('resize', look)
}
