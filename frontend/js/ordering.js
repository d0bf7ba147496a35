// Lists in an order that people choose (data-move-url on each line): a line is dropped on the place of another of its lane. Its buttons do the same by keyboard.
import { htmx } from './requests.js';

let carried = null;
const rowOf = (event) => event.target.closest?.('[data-move-url]');
const lane = (row) => [...row.parentElement.children].filter((other) => other.matches('[data-move-url]') && other.dataset.lane === row.dataset.lane);

/** The line under the pointer, when the one that is carried may take its place. */
function target(event) {
  const row = carried && rowOf(event);
  return row && row !== carried && lane(carried).includes(row) ? row : null;
}

function clear() { document.querySelectorAll('[data-move-url].is-over, [data-move-url].is-under').forEach((row) => row.classList.remove('is-over', 'is-under')); }

document.addEventListener('dragstart', (event) => {
  carried = rowOf(event) ?? null;
  if (!carried) return;
  event.dataTransfer.effectAllowed = 'move';
  event.dataTransfer.setData('text/plain', '');
});
document.addEventListener('dragover', (event) => {
  const row = target(event);
  if (!row) return;
  event.preventDefault();
  clear();
  const rows = lane(carried);
  row.classList.add(rows.indexOf(row) > rows.indexOf(carried) ? 'is-under' : 'is-over');
});
document.addEventListener('dragend', () => { carried = null; clear(); });
document.addEventListener('drop', (event) => {
  const row = target(event);
  if (!row) return;
  event.preventDefault();
  const rows = lane(carried);
  htmx.ajax('POST', carried.dataset.moveUrl, { values: { by: rows.indexOf(row) - rows.indexOf(carried) }, swap: 'none', source: carried })
    .catch(() => { /* requests.js has said what went wrong */ });
});
