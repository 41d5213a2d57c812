import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Content, Media } from './record.ts'
import { rest } from './rest.ts'

const file = (id: string, role: Media['role'] = 'scene', type = 'image/jpeg'): Media =>
  ({ id, role, type, name: id, bytes: 1, sha256: '', upload: '', sent: '' })
const record = (files: string[], media: Media[], more: Partial<Content> = {}): Content => ({
  ...{ kind: 'report', key: 'k', title: 'Litter', case_id: '', number: '', place: null, outcome: null, media },
  ...{ body: { description: 'Litter' }, trouble: { kind: 'refused', code: '', title: '', hint: '', fields: [], files } },
  ...more,
})
const ids = (content: Content) => rest(content)?.media.map(({ id }) => id)

test('a report goes without the files that were refused, all of them where it has words', () => {
  assert.deepEqual(ids(record(['a', 'c'], [file('a'), file('b'), file('c')])), ['b'])
  assert.deepEqual(ids(record(['a'], [file('a')])), [])
  assert.equal(rest(record(['a'], [file('a')], { title: 'Report' })), null)
  assert.equal(rest(record([], [file('a')])), null)
})

test('what no photo shows as dealt with any more is a plain report', () => {
  const more = { body: { description: 'Litter', handled: { note: 'done' } } }
  const both = [file('a'), file('b', 'after')]
  assert.deepEqual(rest(record(['a'], both, more))?.body, more.body)
  assert.deepEqual(rest(record(['b'], both, more)), { body: { description: 'Litter' }, media: [file('a')] })
})

test('a step keeps a photo', () => {
  const sound = file('s', 'after', 'audio/webm')
  assert.deepEqual(ids(record(['a'], [file('a', 'after'), file('b', 'after'), sound], { kind: 'step' })), ['b', 's'])
  assert.equal(rest(record(['a'], [file('a', 'after'), sound], { kind: 'step' })), null)
})
