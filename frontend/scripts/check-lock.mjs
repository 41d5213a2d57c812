// The lock file must install from whatever registry the machine is set to, so it may name none:
// no `resolved` fields and no addresses at all. `--clean` drops them (and npm's funding links).
import { readFileSync, writeFileSync } from 'node:fs'

const path = new URL('../package-lock.json', import.meta.url)

function cleaned(lock) {
  for (const entry of Object.values(lock.packages)) {
    delete entry.resolved
    delete entry.funding
  }
  return lock
}

if (process.argv.includes('--clean')) {
  writeFileSync(path, JSON.stringify(cleaned(JSON.parse(readFileSync(path, 'utf8'))), null, 2) + '\n')
}
const bad = readFileSync(path, 'utf8')
  .split('\n')
  .map((line, index) => `package-lock.json:${index + 1}: ${line.trim()}`)
  .filter((line) => /"resolved":|[a-z+]+:\/\//.test(line))
if (bad.length > 0) {
  console.error(bad.join('\n'))
  console.error('The lock file names addresses. Run: npm run lock')
  process.exit(1)
}
