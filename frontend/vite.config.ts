import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { iconSprite } from './scripts/icon-sprite.ts'

export default defineConfig(({ command }) => ({
  // Relative when built, so that chunks find each other under any STATIC_URL; the dev server needs the real one.
  base: command === 'serve' ? '/static/dist/' : './',
  plugins: [vue(), iconSprite()],
  server: { port: 5173, strictPort: true },
  build: {
    target: 'chrome90',
    outDir: '../citygrid/ui/static/dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    // htmx holds an eval that main.ts switches off.
    rolldownOptions: {
      input: ['main.ts', 'command/map.ts', 'command/wall.ts', 'terminal/main.ts', 'terminal/worker.ts'],
      checks: { eval: false },
    },
  },
}))
