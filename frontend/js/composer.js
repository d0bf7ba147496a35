// The composer: who will read it changes colour, hint and button together. Drafts are kept (drafts.js). Ctrl+Enter sends.
import { readDraft, writeDraft } from './drafts.js';
import { find, findAll } from './dom.js';
import { htmx } from './requests.js';

function setAudience(composer, audience) {
  const text = find('textarea', composer);
  const tab = find(`[data-audience="${audience}"]`, composer);
  if (!tab) return;
  const isInternal = audience === 'internal';
  findAll('[data-audience]', composer).forEach((other) => other.setAttribute('aria-selected', String(other === tab)));
  composer.classList.toggle('ek-composer--internal', isInternal);
  composer.dataset.now = audience;
  if (tab.dataset.placeholder) text.placeholder = tab.dataset.placeholder;
  findAll('[data-for]', composer).forEach((part) => { part.hidden = part.dataset.for !== audience; });
  const choice = find('input[name=audience]', composer);
  if (choice) choice.value = audience;
  const canned = find('[data-canned]', composer);
  if (canned) canned.dataset.menuUrl = `${canned.dataset.canned}?audience=${audience}`;
}

/** The text goes along to the other audience, unless a draft waits there: then each keeps its own. */
function switchAudience(composer, audience) {
  const text = find('textarea', composer);
  const before = composer.dataset.now ?? 'internal';
  const waiting = audience === before ? '' : readDraft(composer, audience);
  setAudience(composer, audience);
  if (audience === before) return;
  if (waiting) { text.value = waiting; grow(text); return; }
  writeDraft(composer, before, '');
  writeDraft(composer, audience, text.value);
}

/** Puts a text where the cursor is. */
export function insert(composer, words, { isAtEnd = false } = {}) {
  const text = find('textarea', composer);
  if (isAtEnd) text.setRangeText(words, text.value.length, text.value.length, 'end');
  else text.setRangeText(words, text.selectionStart, text.selectionEnd, 'end');
  text.dispatchEvent(new Event('input', { bubbles: true }));
  text.focus();
}

const grow = (text) => { text.style.height = 'auto'; text.style.height = `${Math.min(text.scrollHeight + 2, 360)}px`; };

document.addEventListener('click', (event) => {
  const tab = event.target.closest('[data-audience]');
  if (!tab) return;
  const composer = tab.closest('.ek-composer');
  const text = find('textarea', composer);
  switchAudience(composer, tab.dataset.audience);
  text.focus();
});

document.addEventListener('input', (event) => {
  const composer = event.target.closest?.('.ek-composer[data-draft]');
  if (!composer || !event.target.matches('textarea')) return;
  writeDraft(composer, composer.dataset.now ?? 'internal', event.target.value);
  grow(event.target);
});

function restore(root) {
  for (const composer of findAll('.ek-composer[data-draft]', root)) {
    const text = find('textarea', composer);
    if (text.value) continue;
    const kept = findAll('[data-audience]', composer).map((tab) => tab.dataset.audience).find((audience) => readDraft(composer, audience));
    if (kept) { setAudience(composer, kept); text.value = readDraft(composer, kept); grow(text); }
  }
}
restore(document);

/* The record was closed or reopened by whomever: the composer offers what is still possible. */
document.addEventListener('htmx:afterSettle', () => {
  const place = find('#composer-place');
  const record = find('[data-record]');
  if (!place || !record || place.hasAttribute('data-closed') === record.hasAttribute('data-closed')) return;
  place.toggleAttribute('data-closed', record.hasAttribute('data-closed'));
  htmx.trigger(place, 'ek:closed');
});
document.addEventListener('htmx:afterSettle', ({ detail }) => restore(detail.elt));

/* Sent: its draft goes, and what was written while it was on its way stays. Failed: all of it stays. */
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  // The swap has replaced the composer that sent: the request still knows it.
  const { elt, parameters, verb } = detail.requestConfig ?? {};
  const composer = elt?.closest?.('.ek-composer[data-draft]');
  const fresh = composer && document.getElementById(composer.id);
  if (!fresh || !detail.successful || verb === 'get') return;
  const written = find('textarea', composer).value;
  const isSent = detail.xhr.status < 300;
  const left = isSent && written.startsWith(parameters.body) ? written.slice(parameters.body.length) : written;
  if (isSent) for (const audience of [parameters.audience, composer.dataset.now]) writeDraft(composer, audience, '');
  setAudience(fresh, composer.dataset.now);
  find('textarea', fresh).value = '';
  if (left) insert(fresh, left);
});

/* Quote: what is marked in the comment, else all of it. What is internal stays internal. */
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-quote]');
  const composer = find('.ek-composer');
  if (!button || !composer) return;
  const note = find('.ek-note__text', button.closest('.ek-note'));
  const marked = getSelection();
  const words = marked && !marked.isCollapsed && note.contains(marked.anchorNode) && note.contains(marked.focusNode) ? marked.toString() : note.innerText;
  if (button.dataset.quote === 'internal') switchAudience(composer, 'internal');
  const text = find('textarea', composer);
  const before = text.value && !text.value.endsWith('\n') ? '\n' : '';
  insert(composer, `${before}${words.trim().split('\n').map((line) => `> ${line}`).join('\n')}\n\n`, { isAtEnd: true });
  text.scrollIntoView({ block: 'center' });
});

/* A canned reply: from its menu, which "/" in an empty composer opens. */
document.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-insert]');
  const composer = find('.ek-composer');
  if (chosen && composer) setTimeout(() => insert(composer, chosen.dataset.insert));
});
document.addEventListener('keydown', (event) => {
  const composer = event.target.closest?.('.ek-composer');
  if (event.key !== '/' || !composer || !event.target.matches('textarea') || event.target.value) return;
  const button = find('[data-canned]', composer);
  if (button) { event.preventDefault(); button.click(); }
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.('form');
  if (form && event.target.matches('textarea, input, select')) { event.preventDefault(); form.requestSubmit(); }
});
