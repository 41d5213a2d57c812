import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { solve } from './proof.ts'

test('the first number with so many zero bits is found', async () => {
  const found = await solve('11.1767225600.0123456789abcdef.signature')
  const hash = createHash('sha256').update(found).digest()
  assert.equal(hash[0], 0)
  assert.ok(hash[1]! < 32)
  const number = Number(found.split('.').at(-1))
  for (let before = 0; before < number; before++) {
    const [one, two] = createHash('sha256').update(`${found.slice(0, found.lastIndexOf('.'))}.${before}`).digest()
    assert.ok(one! > 0 || two! >= 32)
  }
})
