import '../tokens.css'
import './styles/frame.css'
import './styles/screens.css'
import { createApp } from 'vue'
import App from './App.vue'
import { readKept, renew } from './home.ts'
import { startLives } from './live/sender.ts'
import { tidy } from './outbox/box.ts'
import { startSending } from './outbox/sender.ts'
import { startPatrols } from './patrol/sender.ts'
import { followPatrol } from './patrol/shift.ts'
import { followPlace } from './place.ts'
import { keepShell } from './shell.ts'

const RENEWED = 60_000 // milliseconds

async function start(): Promise<void> {
  await readKept() // shown at once; everything after it may wait for a network
  createApp(App).mount('#terminal')
  followPlace()
  followPatrol()
  void navigator.storage?.persist?.()
  void keepShell()
  await tidy(Date.now())
  await renew()
  startSending(() => void renew())
  startPatrols()
  startLives()
  addEventListener('online', () => void renew())
  document.addEventListener('visibilitychange', () => document.hidden || void renew())
  setInterval(() => document.hidden || void renew(), RENEWED)
}

void start()
