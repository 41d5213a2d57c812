import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from './codes.ts'

test('of an address its last part is the code, anything else is one itself', () => {
  const code = '9000010101000001'
  for (const text of [code, ` ${code}\n`, `https://city.example/c/${code}`, `http://a.example/${code}/?from=sign`]) assert.equal(codeOf(text), code)
  assert.equal(codeOf('900001-20261128-0001'), '900001-20261128-0001')
})
