import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cut, moved, percent, resized } from './box.ts'

const BOX = { left: 0.25, top: 0.5, width: 0.5, height: 0.25 }

test('a stroke in any direction is the same box, cut at the edges', () => {
  assert.deepEqual(cut(0.75, 0.75, 0.25, 0.5), BOX)
  assert.deepEqual(cut(0.25, 0.5, 0.75, 0.75), BOX)
  assert.deepEqual(cut(-1, -1, 0.5, 2), { left: 0, top: 0, width: 0.5, height: 1 })
})

test('a box stays in the picture, however far it is moved', () => {
  assert.deepEqual(moved(BOX, 1, 1), { ...BOX, left: 0.5, top: 0.75 })
  assert.deepEqual(moved(BOX, -1, -1), { ...BOX, left: 0, top: 0 })
})

test('a box never turns inside out', () => {
  assert.deepEqual(resized(BOX, 1, 1), { ...BOX, width: 0.75, height: 0.5 })
  assert.equal(resized(BOX, -1, -1).width > 0, true)
})

test('hundredths have three places', () => {
  assert.equal(percent(0.123456), '12.346')
})
