/** Times are shown in the district's zone; a reader in another zone also gets theirs on hover. */
export function localTime(root: HTMLElement): void {
  const page = root.ownerDocument.documentElement
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!page.dataset.timeZone || page.dataset.timeZone === here) return
  const format = new Intl.DateTimeFormat(page.lang, { dateStyle: 'medium', timeStyle: 'medium', timeZone: here })
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[datetime][title]:not([data-local])')) {
    time.dataset.local = here
    time.title += ` · ${format.format(new Date(time.dateTime))} (${here})`
  }
}
