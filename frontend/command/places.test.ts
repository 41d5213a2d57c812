import assert from 'node:assert/strict'
import test from 'node:test'
import { placed } from './places.ts'

test('what is live comes into free places, and stays where it is', () => {
  assert.deepEqual(placed([], ['a', 'b'], 4), ['a', 'b', undefined, undefined])
  assert.deepEqual(placed(['a', 'b'], ['c', 'b', 'a'], 4), ['a', 'b', 'c', undefined])
})

test('what has ended keeps its place until another one wants it', () => {
  assert.deepEqual(placed(['a', 'b'], ['b'], 2), ['a', 'b'])
  assert.deepEqual(placed(['a', 'b'], ['b', 'c'], 2), ['c', 'b'])
})

test('a smaller wall keeps its first places, a larger one takes in who waited', () => {
  assert.deepEqual(placed(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd'], 1), ['a'])
  assert.deepEqual(placed(['a'], ['b', 'a'], 4), ['a', 'b', undefined, undefined])
})
