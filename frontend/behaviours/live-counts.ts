import { onNews } from './live.ts'

const APART = 2_000 // milliseconds between two questions, whatever happens

/** The numbers of the frame (what waits, reports, notices) are asked for anew when they may have changed. */
export function liveCounts(page: Document): void {
  let asked = 0
  let timer = 0
  const soon = () => {
    if (timer) return
    const wait = Math.max(0, asked + APART - Date.now())
    timer = window.setTimeout(async () => {
      asked = Date.now()
      await ask(page)
      timer = 0
    }, wait)
  }
  for (const kind of ['case', 'counts', 'refresh'] as const) onNews(page, kind, soon)
}

async function ask(page: Document): Promise<void> {
  const address = page.querySelector<HTMLElement>('[data-counts]')?.dataset.counts
  if (!address) return
  try {
    const answer = await fetch(address, { cache: 'no-store' })
    if (answer.ok && !answer.redirected) put(page, await answer.text())
  } catch {
    // the numbers stay as old as they are; the next change asks again
  }
}

/** Each part takes the place of what has its name; what stays the same is left alone. */
function put(page: Document, text: string): void {
  const fresh = new DOMParser().parseFromString(text, 'text/html')
  for (const part of fresh.querySelectorAll<HTMLElement>('[data-fresh]')) {
    for (const old of page.querySelectorAll<HTMLElement>(`[data-fresh="${part.dataset.fresh}"]`)) {
      if (old.outerHTML === part.outerHTML) continue
      old.innerHTML = part.innerHTML
      old.hidden = part.hidden
      if (part.ariaLabel) old.ariaLabel = part.ariaLabel
    }
  }
}
