// Live pages. The server says what changed ({"subject", "id", "event"}); elements that show it ask for themselves again.
// The id 0 stands for any record: many changed at once, or one that not everybody may know of.
// An element opts in by data-live="ticket" (any) or "ticket:7" (that one), several separated by spaces, and hx-trigger="ek:changed".
// When the stream is down for more than 5 s, everything live is asked for each 15 s. A hidden tab lets its stream go.
import { announce, findAll, word } from './dom.js';
import { htmx } from './requests.js';

const STREAM = document.body.dataset.stream;
const DEBOUNCE = 300;
const GRACE = 5_000;
const POLL = 15_000;
const HIDDEN = 60_000;

let source = null;
let state = 'starting';
let downSince = Date.now();
let isFirst = true; // the first stream begins with what has changed since the page was asked for
let backoff = 1_000;
let updatedAt = new Date();
let hiddenTimer = 0;
const asked = new Set();
let askTimer = 0;

const topics = (element) => element.dataset.live.split(/\s+/);
const listens = (element, subject, id) => topics(element).some((topic) => topic === subject || topic === `${subject}:${id}` || (id === 0 && topic.startsWith(`${subject}:`)));
const live = () => findAll('[data-live]');

function ask(elements) {
  elements.forEach((element) => asked.add(element));
  if (!askTimer) askTimer = setTimeout(refreshAsked, DEBOUNCE);
}
function refreshAsked() {
  askTimer = 0;
  for (const element of [...asked]) {
    if (element.isConnected && isBusy(element)) continue;
    asked.delete(element);
    if (element.isConnected) htmx.trigger(element, 'ek:changed');
  }
  if (asked.size) askTimer = setTimeout(refreshAsked, DEBOUNCE);
}

/** A field that is being edited, or a menu that is open inside, must not be swapped away. Lists merge row by row instead. */
function isBusy(element) {
  if (element.getAttribute('hx-swap')?.startsWith('rows')) return false;
  const active = document.activeElement;
  return (element.contains(active) && active.matches('input, textarea, select')) || element.querySelector('[aria-expanded=true]') !== null;
}

function show() {
  const time = updatedAt.toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone: document.body.dataset.zone || undefined });
  const text = word(state === 'open' ? 'live' : state === 'polling' ? 'polling' : 'connecting', { time });
  findAll('[data-live-state]').forEach((part) => { part.textContent = text; });
  document.body.dataset.liveNow = state;
}

function setState(next) {
  if (next === state) return;
  if (next === 'polling') announce(word('stream down'));
  if (next === 'open' && state === 'polling') announce(word('stream up'));
  state = next;
  show();
}

function onMessage(event) {
  let message;
  try { message = JSON.parse(event.data); } catch { return; }
  if (message.event === 'resync' || message.subject === 'resync') { ask(live()); return; }
  ask(live().filter((element) => listens(element, message.subject, message.id)));
  document.dispatchEvent(new CustomEvent('ek:live', { detail: message }));
}

function connect() {
  disconnect();
  source = new EventSource(isFirst ? `${STREAM}?age=${Math.round(performance.now())}` : STREAM);
  source.onopen = () => {
    const wasDown = downSince && !isFirst;
    downSince = 0; backoff = 1_000; isFirst = false;
    setState('open');
    if (wasDown) ask(live());
  };
  source.onmessage = onMessage;
  source.addEventListener('resync', () => ask(live()));
  source.onerror = () => {
    downSince ||= Date.now();
    isFirst = false;
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => { if (!document.hidden) connect(); }, backoff);
    backoff = Math.min(backoff * 2, 30_000);
  };
}
function disconnect() { source?.close(); source = null; }

setInterval(() => { if (downSince && Date.now() - downSince > GRACE) setState('polling'); }, 1_000);
setInterval(() => { if (state === 'polling' && !document.hidden) ask(live()); }, POLL);

document.addEventListener('htmx:afterRequest', ({ detail }) => {
  if (!detail.elt.closest?.('[data-live]') || !detail.successful) return;
  updatedAt = new Date();
  show();
});
document.addEventListener('ek:rows', ({ detail }) => { if (detail.added) announce(word('new rows', { n: detail.added })); });
document.addEventListener('ek:refresh', () => { live().forEach((element) => asked.add(element)); clearTimeout(askTimer); refreshAsked(); });

if (STREAM) {
  connect();
  show();
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiddenTimer);
    if (document.hidden) hiddenTimer = setTimeout(() => { disconnect(); downSince = Date.now(); }, HIDDEN);
    else if (!source) { connect(); ask(live()); }
  });
  addEventListener('pagehide', disconnect);
  addEventListener('pageshow', (event) => { if (event.persisted) { connect(); ask(live()); } });
  addEventListener('online', () => { if (state !== 'open') connect(); });
}
