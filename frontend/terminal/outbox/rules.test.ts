import assert from 'node:assert/strict'
import { test } from 'node:test'
import { migrated, SCHEMA } from './record.ts'
import { DAY, isOfFile, isOver, LOST, pause, room, sendable, verdict } from './rules.ts'

test('no answer and a server in trouble are tried again, a refusal is not', () => {
  for (const status of [0, 408, 423, 425, 429, 500, 502, 503]) assert.equal(verdict(status), 'later', String(status))
  for (const status of [400, 403, 404, 413, 415, 422]) assert.equal(verdict(status), 'refused', String(status))
  assert.equal(verdict(201), 'received')
  assert.equal(verdict(409), 'conflict')
})

test('a session that ended asks to sign in, a revoked device is told apart', () => {
  assert.equal(verdict(401, 'kernel.not_signed_in'), 'sign-in')
  assert.equal(verdict(401, 'terminal.revoked'), 'revoked')
  assert.equal(verdict(403, 'terminal.revoked'), 'revoked')
})

test('a refusal is of a file by its code, unless it passes', () => {
  for (const code of ['evidence.empty', 'evidence.truncated', LOST]) assert.equal(isOfFile(422, code), true, code)
  assert.equal(isOfFile(422, 'intake.text_unusable'), false)
  for (const status of [0, 401, 429, 503]) assert.equal(isOfFile(status, 'evidence.empty'), false, String(status))
})

test('tries grow apart up to five minutes', () => {
  assert.deepEqual([0, 1, 2, 3, 6, 7, 50].map(pause), [5_000, 5_000, 10_000, 20_000, 160_000, 300_000, 300_000])
})

test('receipts stay for thirty days', () => {
  assert.equal(isOver(0, 30 * DAY), false)
  assert.equal(isOver(0, 30 * DAY + 1), true)
})

test('room is told from eighty percent on, and there is none where three photos do not fit', () => {
  const mega = 2 ** 20
  assert.equal(room(79 * mega, 100 * mega), 'enough')
  assert.equal(room(80 * mega, 100 * mega), 'little')
  assert.equal(room(93 * mega, 100 * mega), 'none')
  assert.equal(room(0, 0), 'enough')
})

const one = (id: string, more: object = {}) => ({ id, born_at: Number(id), next_at: 0, case_id: '', needs_person: false, ...more })

test('the oldest is sent first, and what waits is left', () => {
  const found = sendable([one('3'), one('1'), one('2', { next_at: 10 }), one('4', { needs_person: true })], 5)
  assert.deepEqual(found.map(({ id }) => id), ['1', '3'])
})

test('no step of a case overtakes an earlier one that is not sent', () => {
  const found = sendable([one('1', { case_id: 'a', next_at: 10 }), one('2', { case_id: 'a' }), one('3', { case_id: 'b' })], 5)
  assert.deepEqual(found.map(({ id }) => id), ['3'])
})

test('a record goes through every step from its schema to ours', () => {
  const steps = { 1: (old: any) => ({ ...old, at: '1' }), 2: (old: any) => ({ ...old, at: `${old.at}2` }) }
  assert.deepEqual(migrated(1, { key: 'k' }, steps, 3), { key: 'k', at: '12' })
  assert.deepEqual(migrated(3, { key: 'k' }, steps, 3), { key: 'k' })
})

test('a record of a newer version is left alone', () => assert.equal(migrated(SCHEMA + 1, {}), null))

test('photos of the first schema become media', () => {
  const found = migrated(1, { kind: 'report', key: 'k', photos: [{ id: 'p', name: 'p.jpg', bytes: 1, sha256: 's' }] })
  assert.deepEqual(found?.media[0], { id: 'p', name: 'p.jpg', bytes: 1, sha256: 's', role: 'scene', type: 'image/jpeg', upload: '', sent: '' })
  assert.equal(found?.trouble, null)
})
