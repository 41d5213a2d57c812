import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lookup } from './lookup.ts'

const named = (name: string, major: string, initials = '') => ({ name, major, initials })
const ALL = [
  named('Water-supply manhole cover', 'Municipal public utilities'),
  named('Relief-station sign', 'Traffic', 'jzzzp'),
  named('Exposed litter', 'City appearance'),
  named('Litter bin', 'Sanitation'),
]
const names = (letters: string) => lookup(ALL, letters, 30).map(({ name }) => name)

test('names that begin so come first, and the middle of a word of a major is nothing', () => {
  assert.deepEqual(names('lit'), ['Litter bin', 'Exposed litter'])
})

test('majors are found by the beginning of a word', () => {
  assert.deepEqual(names('util'), ['Water-supply manhole cover'])
})

test('initials that begin so go before those that hold the letters', () => {
  const all = [named('暴露垃圾', '市容环境', 'bllj'), named('路井', '公用设施', 'lj')]
  assert.deepEqual(lookup(all, 'lj', 30).map(({ name }) => name), ['路井', '暴露垃圾'])
})

test('Chinese words may begin anywhere', () => {
  const all = [named('上水井盖', '公用设施', 'ssjg'), named('暴露垃圾', '市容环境', 'bllj')]
  assert.deepEqual(lookup(all, '垃圾', 30).map(({ name }) => name), ['暴露垃圾'])
  assert.deepEqual(lookup(all, '设施', 30).map(({ name }) => name), ['上水井盖'])
})

test('nothing typed is the whole list, as far as it is shown', () => {
  assert.equal(lookup(ALL, ' ', 3).length, 3)
})
