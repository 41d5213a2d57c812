import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatOf } from './whole.ts'

const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((one) => one.charCodeAt(0)) : part)))

const PREVIEW = [0xff, 0xe1, 0, 6, 0xff, 0xd8, 0xff, 0xd9] // an own picture, with an end, inside a segment
const SCAN = [0xff, 0xda, 0, 2, 1, 2, 0xff, 0, 3]
const START = [0xff, 0xd8]
const END = [0xff, 0xd9]

test('a JPEG that is cut short is told from a whole one, whatever its preview or what follows it', () => {
  assert.deepEqual(formatOf(bytes(START, PREVIEW, SCAN, END)), { type: 'image/jpeg', isWhole: true })
  assert.deepEqual(formatOf(bytes(START, PREVIEW, SCAN, END, 'ftypmp42')), { type: 'image/jpeg', isWhole: true })
  assert.deepEqual(formatOf(bytes(START, PREVIEW, SCAN)), { type: 'image/jpeg', isWhole: false })
  assert.deepEqual(formatOf(bytes(START, PREVIEW.slice(0, 4))), { type: 'image/jpeg', isWhole: false })
})

test('PNG ends in IEND, WebP is as long as it says', () => {
  const png = bytes([0x89], 'PNG\r\n\x1a\n', 'some', [0, 0, 0, 0], 'IEND', [1, 2, 3, 4])
  assert.deepEqual(formatOf(png), { type: 'image/png', isWhole: true })
  assert.equal(formatOf(png.subarray(0, -5))?.isWhole, false)
  const webp = bytes('RIFF', [8, 0, 0, 0], 'WEBP', 'VP8 ')
  assert.deepEqual(formatOf(webp), { type: 'image/webp', isWhole: true })
  assert.equal(formatOf(webp.subarray(0, -1))?.isWhole, false)
})

test('nothing, zeros and a film are no photo', () => {
  for (const none of [bytes(), new Uint8Array(5000), bytes([0, 0, 0, 24], 'ftypmp42')]) assert.equal(formatOf(none), null)
})
