// What a person opened in place (<details id>) stays open when the server sends the same again.
import { find, findAll } from './dom.js';

let opened = new Set();
document.addEventListener('htmx:beforeSwap', ({ detail }) => { opened = new Set(findAll('details[id][open]', detail.target).map((fold) => fold.id)); });
document.addEventListener('htmx:afterSwap', () => {
  opened.forEach((id) => { const fold = document.getElementById(id); if (fold instanceof HTMLDetailsElement) fold.open = true; });
  opened.clear();
});

/* The head of a section (data-folds) hides the rows up to the next head, also those that come later. */
const hidden = new Set();
function applyHeads() {
  let isHidden = false;
  for (const line of findAll('[data-rows] > *')) {
    const button = find('[data-folds]', line);
    if (button) { isHidden = hidden.has(line.id); button.setAttribute('aria-expanded', String(!isHidden)); } else line.hidden = isHidden && line.matches('[data-row]');
  }
}
document.addEventListener('click', (event) => {
  const head = event.target.closest('[data-folds]')?.parentElement;
  if (!head) return;
  if (!hidden.delete(head.id)) hidden.add(head.id);
  applyHeads();
});
for (const name of ['ek:rows', 'htmx:afterSettle']) document.addEventListener(name, () => { if (hidden.size) applyHeads(); });
