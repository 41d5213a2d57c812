/** An island takes over the element that the server has drawn; `data` is the JSON inside it. */
export type Mount = (element: HTMLElement, data: unknown) => void

const islands: Record<string, () => Promise<{ mount: Mount }>> = {
  'hide-parts': () => import('../islands/hide-parts/index.ts'),
  'layer-editor': () => import('../islands/layer-editor/index.ts'),
  'map-desk': () => import('../islands/map-desk/index.ts'),
  'map-snippet': () => import('../islands/map-snippet/index.ts'),
}

async function start(element: HTMLElement): Promise<void> {
  const load = islands[element.dataset.island ?? '']
  if (!load) return
  const data = element.querySelector('script[type="application/json"]')?.textContent ?? 'null'
  const { mount } = await load()
  mount(element, JSON.parse(data))
}

/** Start each island below `root` once, when it comes into view. Without one the server's drawing stays. */
export function mountIslands(root: HTMLElement): void {
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue
      seen.unobserve(entry.target)
      void start(entry.target as HTMLElement)
    }
  })
  const found = [...root.querySelectorAll<HTMLElement>('[data-island]')]
  if (root.matches('[data-island]')) found.push(root)
  found.forEach((element) => seen.observe(element))
}
