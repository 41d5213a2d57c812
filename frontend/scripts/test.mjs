// Runs every *.test.ts with Node's own test runner: types are taken off by the bundler that Vite brings.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'

const root = new URL('..', import.meta.url).pathname

function tests(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (name === 'node_modules') return []
    return statSync(path).isDirectory() ? tests(path) : name.endsWith('.test.ts') ? [path] : []
  })
}

const out = mkdtempSync(join(tmpdir(), 'frontend-tests-'))
try {
  for (const input of tests(root)) {
    const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent' })
    await bundle.write({ file: join(out, `${basename(input, '.ts')}.mjs`) })
  }
  const files = readdirSync(out).map((name) => join(out, name))
  const reporter = process.argv.includes('--told') ? [] : ['--test-reporter=dot']
  process.exitCode = spawnSync(process.execPath, ['--test', ...reporter, ...files], { stdio: 'inherit' }).status ?? 1
} finally {
  rmSync(out, { recursive: true })
}
