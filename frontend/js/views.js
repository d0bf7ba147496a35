// The split view previews what the cursor is on; the board moves a card that is dropped on another lane.
import { find } from './dom.js';
import { cursorRow, openDrawer, rowOfDrawer } from './selection.js';

let timer = 0;
document.addEventListener('focusin', (event) => {
  const row = event.target.closest?.('.ek-split__list [data-row]');
  if (!row || row.dataset.shown === 'true') return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    document.querySelectorAll('.ek-split__list [data-row]').forEach((other) => { other.dataset.shown = 'false'; other.removeAttribute('aria-current'); });
    row.dataset.shown = 'true';
    row.setAttribute('aria-current', 'true');
    find('[data-preview]', row)?.click();
  }, 120);
});
document.addEventListener('click', (event) => {
  const row = event.target.closest('.ek-split__list [data-row]');
  if (row && !event.target.closest('a, button, input, label')) row.focus();
});

/* An open drawer shows what j and k put the cursor on; the way back stays one step. */
const inDrawer = '[data-open-link][hx-target="#drawer"]';
document.addEventListener('focusin', ({ target }) => {
  if (!target.matches('[data-rows] [data-row]') || !openDrawer() || !find(inDrawer, target)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    const row = cursorRow(); // what is live may have been shown anew meanwhile
    if (!row || !openDrawer() || row === rowOfDrawer()) return;
    const { href } = find(inDrawer, row);
    history.replaceState(history.state, '', href);
    window.htmx.ajax('get', href, { target: '#drawer', swap: 'innerHTML' }).catch(() => { /* requests.js has said what went wrong */ });
  }, 120);
});

let carried = null;
document.addEventListener('dragstart', (event) => {
  carried = event.target.closest?.('.ek-board [data-row]') ?? null;
  if (carried) event.dataTransfer.setData('text/plain', carried.dataset.key);
});
document.addEventListener('dragover', (event) => {
  const lane = carried && event.target.closest('.ek-board__lane');
  if (!lane || lane.contains(carried)) return;
  event.preventDefault();
  lane.classList.add('is-over');
});
document.addEventListener('dragleave', (event) => event.target.closest?.('.ek-board__lane')?.classList.remove('is-over'));
document.addEventListener('dragend', () => { carried = null; document.querySelectorAll('.ek-board__lane.is-over').forEach((lane) => lane.classList.remove('is-over')); });
document.addEventListener('drop', (event) => {
  const lane = carried && event.target.closest('.ek-board__lane');
  if (!lane) return;
  event.preventDefault();
  window.htmx.ajax('POST', lane.dataset.moveUrl, { values: { key: carried.dataset.key, lane: lane.dataset.lane }, swap: 'none', source: lane });
});
