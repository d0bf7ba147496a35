// Lists: the cursor (j/k), the selection (x, Shift+x for a range, Esc clears) and the bar for what is selected.
import { find, findAll, isVisible, word } from './dom.js';

export const rows = () => findAll('[data-rows] [data-row]').filter(isVisible);
export const cursorRow = () => find('[data-rows] [data-row].is-cursor');
/** The drawer beside the list, when it shows a record, and the row of that record. */
export const openDrawer = () => findAll('[data-drawer]').find((drawer) => drawer.childElementCount > 0);
export const rowOfDrawer = () => {
  const key = find('[data-key]', openDrawer() ?? document.createElement('i'))?.dataset.key;
  return key ? rows().find((row) => row.dataset.key === key) : undefined;
};
const boxOf = (row) => find('input[type=checkbox]', row);
let anchor = null;

/** Puts the cursor on the row at `index` of what is visible. */
export function moveTo(index) {
  const all = rows();
  if (!all.length) return;
  const row = all[Math.max(0, Math.min(all.length - 1, index))];
  setCursor(row);
  row.scrollIntoView({ block: 'nearest' });
  row.focus({ preventScroll: true });
}

function setCursor(row) {
  findAll('[data-rows] [data-row].is-cursor').filter((other) => other !== row).forEach((other) => { other.classList.remove('is-cursor'); other.tabIndex = -1; });
  row.classList.add('is-cursor');
  row.tabIndex = 0;
}

export const moveBy = (step) => {
  const at = rows().indexOf(cursorRow());
  moveTo(at < 0 ? 0 : at + step);
};

/** Selects or releases the row at the cursor; with `isRange` everything from the last selected row to it. */
export function toggleAtCursor({ isRange = false } = {}) {
  const row = cursorRow() ?? rows()[0];
  if (!row || !boxOf(row)) return;
  if (!cursorRow()) setCursor(row);
  const all = rows();
  if (isRange && anchor?.isConnected) {
    const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach((each) => { if (boxOf(each)) boxOf(each).checked = true; });
  } else {
    boxOf(row).checked = !boxOf(row).checked;
  }
  anchor = row;
  showSelection();
}

export const selectedRows = () => rows().filter((row) => boxOf(row)?.checked);

/** What a row stands for: itself, and the others that are folded under it. */
const keysOf = (row) => [row.dataset.key, ...(row.dataset.also ?? '').split(' ').filter(Boolean)];

/** The keys that a verb acts on: the selected rows, else the row at the cursor. */
export function chosenKeys() {
  const chosen = selectedRows();
  const acted = chosen.length ? chosen : [cursorRow()].filter(Boolean);
  return acted.flatMap(keysOf);
}

export function clearSelection() {
  const chosen = selectedRows();
  findAll('[data-rows] input[type=checkbox]:checked').forEach((box) => { box.checked = false; });
  showSelection();
  return chosen.length > 0;
}

/** Makes rows, the box in the head and the bar agree with the check boxes. */
export function showSelection() {
  const all = findAll('[data-rows] [data-row]');
  let [count, keys] = [0, 0];
  for (const row of all) {
    const isOn = Boolean(boxOf(row)?.checked);
    count += isOn ? 1 : 0;
    keys += isOn ? keysOf(row).length : 0;
    row.classList.toggle('is-selected', isOn);
    if (boxOf(row) && row.matches('tr')) row.setAttribute('aria-selected', String(isOn)); // only rows of a table may be selected, by ARIA
  }
  const head = find('[data-select-all]');
  if (head) { head.checked = count > 0 && count === all.length; head.indeterminate = count > 0 && count < all.length; }
  const bar = find('[data-bulk]');
  if (!bar) return;
  bar.hidden = count === 0;
  const figure = find('[data-bulk-n]', bar);
  if (figure) figure.textContent = word('selected', { n: keys });
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-select-all]')) rows().forEach((row) => { if (boxOf(row)) boxOf(row).checked = event.target.checked; });
  if (event.target.matches('input[type=checkbox]') && event.target.closest('[data-rows]')) showSelection();
});
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-clear]')) { clearSelection(); return; }
  const row = event.target.closest('[data-rows] [data-row]');
  if (!row) return;
  if (event.target.matches('input[type=checkbox]')) {
    if (event.shiftKey && anchor?.isConnected) {
      const all = rows();
      const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((each) => { if (boxOf(each)) boxOf(each).checked = event.target.checked; });
      showSelection();
    }
    anchor = row;
  }
  setCursor(row);
  if (!event.target.closest('a, button, input, label, [data-menu-url]') && row.hasAttribute('data-open')) open(row);
});
document.addEventListener('focusin', (event) => { if (event.target.matches('[data-rows] [data-row]')) setCursor(event.target); });
for (const name of ['ek:rows', 'htmx:afterSettle']) document.addEventListener(name, showSelection);

/* The address of a record marks its row. */
if (rowOfDrawer()) setCursor(rowOfDrawer());

/** Opens the row: the link that is marked for it, else its first link. */
export function open(row = cursorRow()) {
  if (row) (find('[data-open-link]', row) ?? find('a[href]', row))?.click();
}
