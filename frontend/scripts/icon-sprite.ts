import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Plugin } from 'vite'

const require = createRequire(import.meta.url)
const names = new URL('../../citygrid/ui/icons.json', import.meta.url)

function symbol(name: string): string {
  const svg = readFileSync(require.resolve(`@tabler/icons/outline/${name}.svg`), 'utf8')
  const body = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
  return `<symbol id="${name}" viewBox="0 0 24 24">${body.replace(/\s+/g, ' ').trim()}</symbol>`
}

/** Writes icons.svg, one symbol for each name in citygrid/ui/icons.json; an unknown name stops the build. */
export function iconSprite(): Plugin {
  return {
    name: 'icon-sprite',
    buildStart() {
      this.addWatchFile(names.pathname)
    },
    generateBundle() {
      const list: string[] = JSON.parse(readFileSync(names, 'utf8'))
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${list.map(symbol).join('')}</svg>`
      this.emitFile({ type: 'asset', fileName: 'icons.svg', source })
    },
  }
}
