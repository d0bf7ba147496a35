// Who else is here (INC-25). A page that shows a record says so every 15 s while it is visible, at once when writing begins or ends, and
// when it closes. The answer is a mark: when it is not the one on the page, the names are asked for again. The stream does that sooner.
import { csrfToken, find } from './dom.js';
import { htmx } from './requests.js';

const EVERY = 15_000;
const PAUSE = 3_000;
const QUIET = 10_000;

const place = find('[data-here]');
const page = Math.random().toString(36).slice(2, 12).padEnd(4, '0');
let state = 'viewing';
let sentAt = 0;
let timer = 0;
let quiet = 0;

function body(what) {
  const form = new FormData();
  form.set('page', page);
  form.set('state', what);
  form.set('csrfmiddlewaretoken', csrfToken());
  return form;
}

function plan(wait) {
  clearTimeout(timer);
  timer = setTimeout(beat, wait);
}

async function beat() {
  clearTimeout(timer);
  if (document.hidden) return;
  sentAt = Date.now();
  plan(EVERY);
  try {
    const answer = await fetch(place.dataset.here, { method: 'POST', body: body(state), redirect: 'error' });
    if (!answer.ok) return;
    const { mark } = await answer.json();
    if (mark !== (find('[data-mark]', place)?.dataset.mark ?? '')) htmx.trigger(place, 'ek:changed');
  } catch { /* it is only a hint: the next one tells */ }
}

function become(next) {
  if (next === state) return;
  state = next;
  plan(Math.max(0, sentAt + PAUSE - Date.now()));
}

/** The names of who is writing stand beside the composer, which another tab may have replaced. */
function tellWriting() {
  const line = find('#writing');
  const words = find('[data-writing]', place);
  if (line && words && line.innerHTML !== words.innerHTML) line.replaceChildren(words.content.cloneNode(true));
}

if (place) {
  beat();
  document.addEventListener('visibilitychange', () => { if (!document.hidden) beat(); });
  addEventListener('pagehide', () => navigator.sendBeacon(place.dataset.here, body('gone')));
  addEventListener('pageshow', (event) => { if (event.persisted) beat(); });
  document.addEventListener('input', (event) => {
    const composer = event.target.closest?.('.ek-composer');
    if (!composer || !event.target.matches('textarea')) return;
    clearTimeout(quiet);
    become(event.target.value.trim() ? (composer.dataset.now === 'public' ? 'reply' : 'note') : 'viewing');
    quiet = setTimeout(() => become('viewing'), QUIET);
  });
  document.addEventListener('htmx:afterSettle', ({ detail }) => {
    if (detail.requestConfig?.elt?.closest?.('.ek-composer')) become('viewing');
    tellWriting();
  });
}
