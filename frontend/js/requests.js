// htmx: configuration, errors, focus. Input is never lost: a request that fails changes nothing on the page.
import htmx from 'htmx.org/dist/htmx.esm.js';
import { announce, find, findAll, isVisible, word } from './dom.js';
import { showToast } from './toasts.js';
import { mergeRows } from './merge.js';

window.htmx = htmx;
Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  scrollIntoViewOnBoost: false,
  defaultSettleDelay: 0, // what arrives is wired at once: a quick Enter must never submit a form that htmx does not know yet
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '422', swap: true, error: false },
    { code: '409', swap: true, error: false },
    { code: '...', swap: false, error: true },
  ],
});

/* What a list is not asked for does not stand in its address: empty fields are left out. */
document.addEventListener('htmx:configRequest', ({ detail }) => {
  if (detail.verb !== 'get' || !detail.elt.closest('form[data-filters], #columns-menu')) return;
  for (const name of new Set(detail.formData.keys())) {
    const values = detail.formData.getAll(name).filter(Boolean);
    detail.formData.delete(name);
    values.forEach((value) => detail.formData.append(name, value));
  }
});

htmx.defineExtension('ek-rows', {
  isInlineSwap: (style) => style === 'rows',
  handleSwap: (style, target, fragment) => (style === 'rows' ? mergeRows(target, fragment) : false),
});

/* Errors: a toast with "Try again"; the page stays as it is. */
const isBackground = (detail) => Boolean(detail.elt?.closest?.('[data-live]') && detail.requestConfig?.triggeringEvent?.type === 'ek:changed');
function retry(detail) {
  const { verb, path, parameters } = detail.requestConfig;
  const source = detail.elt?.isConnected ? detail.elt : document.body;
  htmx.ajax(verb, path, { source, target: detail.target, values: verb === 'get' ? undefined : parameters }).catch(() => { /* said again by the handlers below */ });
}
function complain(detail, message) {
  showToast({ message, tone: 'error', action: { label: word('try again'), run: () => retry(detail) } });
}
document.addEventListener('htmx:responseError', ({ detail }) => {
  if (isBackground(detail)) return;
  const { status } = detail.xhr;
  const said = detail.xhr.getResponseHeader('X-Reason');
  if (status === 401) { location.reload(); return; }
  if (status === 403) complain(detail, said ? decodeURIComponent(said) : word('not allowed'));
  else if (status === 404) complain(detail, word('not found'));
  else complain(detail, word('server error'));
});
document.addEventListener('htmx:sendError', ({ detail }) => { if (!isBackground(detail)) complain(detail, word('offline')); });
document.addEventListener('htmx:timeout', ({ detail }) => { if (!isBackground(detail)) complain(detail, word('offline')); });

/* What the server tells the page (HX-Trigger) arrives also when what asked is gone by then, such as a row that was shown anew because it changed. */
document.addEventListener('htmx:beforeSend', ({ detail: { elt, xhr } }) => {
  xhr.addEventListener('readystatechange', () => {
    const told = xhr.readyState === XMLHttpRequest.DONE && !elt.isConnected && xhr.getResponseHeader('HX-Trigger');
    if (!told) return;
    for (const [name, value] of Object.entries(JSON.parse(told))) htmx.trigger(document.body, name, value === true ? {} : value);
  });
});

/* A session that ended answers with the login page: go there instead of swapping it into a corner of this one. */
document.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr } = event.detail;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname === document.body.dataset.login) { event.preventDefault(); location.reload(); }
});

/* Slow swaps (over 300 ms) show it; screen readers hear aria-busy. It ends with the request itself: htmx tells nobody of the end when what asked
   is gone from the page by then, such as a button in a timeline that was shown anew. */
document.addEventListener('htmx:beforeSend', ({ detail }) => {
  if (isBackground(detail)) return;
  const { target, xhr } = detail;
  const timer = setTimeout(() => { target.setAttribute('aria-busy', 'true'); target.classList.add('is-waiting'); }, 300);
  xhr.addEventListener('loadend', () => { clearTimeout(timer); target.removeAttribute('aria-busy'); target.classList.remove('is-waiting'); });
});

/* Focus: to the first invalid field, to what asks for it, else back to the element with the same id. */
let focused = null;
document.addEventListener('htmx:beforeSwap', () => { focused = document.activeElement; });
document.addEventListener('htmx:afterSettle', ({ detail }) => {
  const root = detail.elt;
  const invalid = findAll('[aria-invalid=true]', root).find(isVisible);
  if (invalid) { invalid.focus(); announce(word('check fields')); return; }
  const refusal = root.closest('dialog') && find('[role=alert]', root);
  if (refusal) { refusal.tabIndex = -1; refusal.focus(); return; } // the dialog may have been scrolled to its end
  const wanted = find('[data-focus]', root);
  if (wanted && !root.closest('[data-live]')) { wanted.focus(); wanted.select?.(); return; }
  const isGone = focused?.id && !focused.isConnected && document.activeElement === document.body;
  if (isGone) document.getElementById(focused.id)?.focus({ preventScroll: true });
});

export { htmx };
