// The composer: who will read it changes colour, hint and button together. Drafts survive a reload (session storage). Ctrl+Enter sends.
import { find, findAll } from './dom.js';

const keyOf = (composer, audience) => `ek-draft:${composer.dataset.draft}:${audience}`;
const read = (key) => { try { return sessionStorage.getItem(key) ?? ''; } catch { return ''; } };
function write(key, text) {
  try { if (text) sessionStorage.setItem(key, text); else sessionStorage.removeItem(key); } catch { /* storage may be blocked */ }
}

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
}

const grow = (text) => { text.style.height = 'auto'; text.style.height = `${Math.min(text.scrollHeight + 2, 360)}px`; };

document.addEventListener('click', (event) => {
  const tab = event.target.closest('[data-audience]');
  if (!tab) return;
  const composer = tab.closest('.ek-composer');
  const text = find('textarea', composer);
  setAudience(composer, tab.dataset.audience);
  text.focus();
});

document.addEventListener('input', (event) => {
  const composer = event.target.closest?.('.ek-composer[data-draft]');
  if (!composer || !event.target.matches('textarea')) return;
  write(keyOf(composer, composer.dataset.now ?? 'internal'), event.target.value);
  grow(event.target);
});

function restore(root) {
  for (const composer of findAll('.ek-composer[data-draft]', root)) {
    const text = find('textarea', composer);
    if (text.value) continue;
    const kept = findAll('[data-audience]', composer).map((tab) => tab.dataset.audience).find((audience) => read(keyOf(composer, audience)));
    if (kept) { setAudience(composer, kept); text.value = read(keyOf(composer, kept)); grow(text); }
  }
}
restore(document);
document.addEventListener('htmx:afterSettle', ({ detail }) => restore(detail.elt));

/* Sent: the draft goes. Failed: it stays. */
document.addEventListener('htmx:afterRequest', ({ detail }) => {
  // The swap has replaced the composer that sent: the request still knows it.
  const composer = detail.requestConfig?.elt?.closest?.('.ek-composer[data-draft]');
  if (!composer || !detail.successful || detail.requestConfig.verb === 'get') return;
  findAll('[data-audience]', composer).forEach((tab) => write(keyOf(composer, tab.dataset.audience), ''));
  const text = find('textarea', composer);
  if (text) { text.value = ''; grow(text); }
  findAll('input[type=file]', composer).forEach((file) => { file.value = ''; file.dispatchEvent(new Event('change', { bubbles: true })); });
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.('form');
  if (form && event.target.matches('textarea, input, select')) { event.preventDefault(); form.requestSubmit(); }
});

/* The names of the files that will be sent. */
document.addEventListener('change', (event) => {
  if (!event.target.matches('.ek-composer input[type=file]')) return;
  const list = find('[data-files]', event.target.closest('.ek-composer'));
  if (list) list.textContent = [...event.target.files].map((file) => file.name).join(', ');
});
