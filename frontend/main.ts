import '@tabler/core/dist/css/tabler.min.css'
import './tokens.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/desk.css'
import './styles/charts.css'
import './styles/map.css'
import './styles/editor.css'
import './styles/portal.css'
import './styles/print.css'
import htmx from 'htmx.org'
import { choosing } from './behaviours/choose.ts'
import { dataAge } from './behaviours/data-age.ts'
import { draft } from './behaviours/draft.ts'
import { errorSummary } from './behaviours/error-summary.ts'
import { findChoice } from './behaviours/find-choice.ts'
import { live } from './behaviours/live.ts'
import { liveCase } from './behaviours/live-case.ts'
import { liveCounts } from './behaviours/live-counts.ts'
import { liveQueue } from './behaviours/live-queue.ts'
import { localTime } from './behaviours/local-time.ts'
import { menus } from './behaviours/menu.ts'
import { printButton } from './behaviours/print.ts'
import { promiseSlider } from './behaviours/promise-slider.ts'
import { proof } from './behaviours/proof.ts'
import { qr } from './behaviours/qr.ts'
import { rememberFolds } from './behaviours/remember.ts'
import { scrolling } from './behaviours/scrolling.ts'
import { searchKey } from './behaviours/search-key.ts'
import { submitOnce } from './behaviours/submit-once.ts'
import { undoable } from './behaviours/undo.ts'
import { workKeys } from './behaviours/work-keys.ts'
import { mountIslands } from './kit/islands.ts'

// Nothing from a page is ever evaluated, and only our own host is asked.
htmx.config.allowEval = false
htmx.config.selfRequestsOnly = true
htmx.config.includeIndicatorStyles = false
// A refused form (422) or a lost race (409) comes back as a page part that says so: show it.
htmx.config.responseHandling = [
  { code: '204', swap: false },
  { code: '[23]..', swap: true },
  { code: '4(09|22)', swap: true },
  { code: '[45]..', swap: false, error: true },
]

menus(document)
searchKey(document)
undoable(document) // before what marks a form as sent
submitOnce(document)
workKeys(document)
printButton(document)
choosing(document)
scrolling(document)
dataAge(document)
liveCounts(document)
liveQueue(document)
liveCase(document)
live(document) // after those it tells

// htmx announces the page itself and every part it puts in.
htmx.onLoad((element) => {
  const root = element as HTMLElement
  localTime(root)
  errorSummary(root)
  findChoice(root)
  rememberFolds(root)
  promiseSlider(root)
  draft(root)
  proof(root)
  void qr(root)
  mountIslands(root)
})
