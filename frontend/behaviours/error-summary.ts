/** A refused form comes back with the reader at the list of what is wrong. */
export function errorSummary(root: HTMLElement): void {
  root.querySelector<HTMLElement>('[data-error-summary]')?.focus()
}
