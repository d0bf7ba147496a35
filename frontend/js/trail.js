// The way from a list to its records and back. A list leaves what it shows in the session; a record of it then says "3 of 17", leads to its
// neighbours (j, k) and back to that list, where the cursor is found again, or its neighbour when the record has left the list.
import { find, findAll, word } from './dom.js';
import { moveTo, rows } from './selection.js';

const KEPT = 'ek-trail';

function read() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; }
}
function write(trail) {
  try { sessionStorage.setItem(KEPT, JSON.stringify(trail)); } catch { /* without storage there is no trail */ }
}

const here = () => location.pathname + location.search;
const list = find('[data-rows][data-trail]') ? document : null;

function leave() {
  const links = rows().map((row) => [row.dataset.key, find('[data-open-link]', row)?.getAttribute('href')]).filter(([key, href]) => key && href);
  if (links.length) write({ url: here(), title: find('[data-rows][data-trail]').dataset.trail, links, at: null });
}

function restore(trail) {
  if (trail?.url !== here() || trail.at === null) return;
  const place = rows().findIndex((row) => row.dataset.key === trail.links[trail.at]?.[0]);
  moveTo(place < 0 ? trail.at : place);
  write({ ...trail, at: null });
}

function show(trail, key) {
  const steps = find('[data-steps]');
  const at = trail ? trail.links.findIndex(([other]) => other === key) : -1;
  if (!steps || at < 0) return;
  write({ ...trail, at });
  find('[data-steps-n]', steps).textContent = word('step', { n: at + 1, total: trail.links.length });
  for (const [name, place] of [['previous', at - 1], ['next', at + 1]]) {
    const link = find(`[data-step="${name}"]`, steps);
    if (trail.links[place]) { link.href = trail.links[place][1]; link.removeAttribute('aria-disabled'); }
  }
  steps.hidden = false;
  findAll('[data-back]').forEach((link) => { link.href = trail.url; link.textContent = trail.title; });
}

/** j and k on a record. */
export function step(direction) {
  const link = find(`[data-steps]:not([hidden]) [data-step="${direction > 0 ? 'next' : 'previous'}"][href]`);
  link?.click();
  return Boolean(link);
}

if (list) {
  restore(read());
  addEventListener('pagehide', leave);
  document.addEventListener('click', (event) => { if (event.target.closest('[data-open-link]')) leave(); });
} else if (find('[data-steps]')) show(read(), find('[data-steps]').dataset.steps);
