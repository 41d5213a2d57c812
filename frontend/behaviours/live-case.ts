import { type ChangedCase, onNews, type Present } from './live.ts'

/** Below the case that is open: who else looks at it, and what somebody else has just done to it. */
export function liveCase(page: Document): void {
  const open = () => page.querySelector<HTMLElement>('[data-case]')
  onNews<Present>(page, 'present', (told) => {
    const box = open()
    if (!box || box.dataset.case !== told.case) return
    part(box, 'present-names').textContent = told.labels.join(' · ')
    part(box, 'present').hidden = !told.labels.length
  })
  onNews<ChangedCase>(page, 'case', ({ number, seq }) => {
    const box = open()
    if (box?.dataset.case === number && seq > Number(box.dataset.seq)) void ask(box)
  })
  onNews(page, 'refresh', () => {
    const box = open()
    if (box) void ask(box)
  })
}

/** In the words of the server; one's own steps are no news. */
async function ask(box: HTMLElement): Promise<void> {
  try {
    const answer = await fetch(`${box.dataset.news}?seq=${box.dataset.seq}`, { cache: 'no-store' })
    if (answer.status !== 200 || answer.redirected) return
    part(box, 'changed-words').textContent = await answer.text()
    part(box, 'changed').hidden = false
  } catch {
    // whoever acts on what is shown is told who was first
  }
}

const part = (box: HTMLElement, name: string) => box.querySelector<HTMLElement>(`[data-${name}]`)!
