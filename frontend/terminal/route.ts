import { reactive } from 'vue'

/** Which screen is shown: the name and what it is about, as the address says after "#". */
export const route = reactive({ name: 'home', id: '' })

function follow(): void {
  const [name, id] = location.hash.replace(/^#\/?/, '').split('/')
  Object.assign(route, { name: name || 'home', id: id ?? '' })
  document.getElementById('main')?.focus()
}

addEventListener('hashchange', follow)
follow()

export function go(name: string, id = ''): void {
  location.hash = name === 'home' ? '#/' : `#/${name}${id && `/${id}`}`
}

/** To the home screen, in place of the one that is over: going back does not lead into it again. */
export function over(): void {
  history.replaceState(null, '', '#/')
  follow()
}
