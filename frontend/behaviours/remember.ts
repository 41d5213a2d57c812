/** A fold with data-remember="name" stands as it was left in this browser; one that the page opens is open anyhow. */
export function rememberFolds(root: HTMLElement): void {
  for (const fold of root.querySelectorAll<HTMLDetailsElement>('details[data-remember]')) {
    const name = `citygrid.fold ${fold.dataset.remember}`
    if (localStorage.getItem(name)) fold.open = true
    fold.querySelector('summary')?.addEventListener('click', () => {
      if (fold.open) localStorage.removeItem(name)
      else localStorage.setItem(name, 'open')
    })
  }
}
