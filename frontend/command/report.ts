import { ask, type Live, type Told } from './server.ts'

const LAST = 'citygrid.wall.category'

interface Made {
  number: string
  page: string
}

/**
 * The form in which a picture is made a case: the picture as it stands, the place of the phone, the category that was
 * used last. Undefined where this post makes none.
 */
export function reporting(root: HTMLElement, told: Told): ((tile: HTMLElement, live: Live) => void) | undefined {
  const dialog = root.querySelector<HTMLDialogElement>('[data-wall-report]')
  const form = dialog?.querySelector('form')
  if (!dialog || !form) return undefined
  const part = <E extends HTMLElement>(selector: string) => dialog.querySelector<E>(selector) as E
  const category = part<HTMLSelectElement>('select')
  const note = part<HTMLInputElement>('input[name=note]')
  let picture: Blob | null = null
  let sending: { live: Live; key: string } | undefined

  const say = (selector: string, content: string | Node) => {
    part(selector).hidden = !content
    part(selector).replaceChildren(content)
  }

  const show = async (tile: HTMLElement, live: Live) => {
    picture = await snapshot(tile.querySelector('video') as HTMLVideoElement)
    sending = { live, key: crypto.randomUUID() } // born with the picture: sent again it is the same report
    if (picture) part<HTMLImageElement>('img').src = URL.createObjectURL(picture)
    say('[data-where]', `${live.who} · ${live.place}`)
    say('[data-refused]', '')
    say('[data-made]', '')
    note.value = ''
    category.value = localStorage.getItem(LAST) || (category.dataset.first ?? '')
    if (category.selectedIndex < 0) category.value = ''
    part<HTMLButtonElement>('[data-send]').hidden = false
    dialog.showModal()
    part<HTMLElement>(category.value ? '[data-send]' : 'select').focus()
  }

  const send = async () => {
    if (!picture || !sending) return
    const body = new FormData(form)
    body.set('picture', picture, 'live.jpg')
    body.set('key', sending.key)
    const button = part<HTMLButtonElement>('[data-send]')
    button.disabled = true
    try {
      const made = await ask<Made>(`${told.page.replace('{id}', sending.live.id)}report/`, body)
      localStorage.setItem(LAST, category.value)
      const link = document.createElement('a')
      Object.assign(link, { href: made.page, target: '_blank', textContent: told.words.made?.replace('{number}', made.number) })
      say('[data-refused]', '')
      say('[data-made]', link)
      button.hidden = true
    } catch (error) {
      say('[data-refused]', (error as Error).message || (told.words.none ?? ''))
    } finally {
      button.disabled = false
    }
  }

  form.addEventListener('submit', (event) => (event.preventDefault(), void send()))
  part('[data-close]').addEventListener('click', () => dialog.close())
  dialog.addEventListener('close', () => URL.revokeObjectURL(part<HTMLImageElement>('img').src))
  return (tile, live) => void show(tile, live)
}

/** The picture as it stands now, as a JPEG; null where there is none yet. */
function snapshot(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  if (!canvas.width) return Promise.resolve(null)
  canvas.getContext('2d')?.drawImage(video, 0, 0)
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.9))
}
