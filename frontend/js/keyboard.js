// Single keys (GUIDE, section 5). Off while typing, while a dialog or menu is open, and when the profile switches them off.
import { find, findAll, isTyping, isVisible } from './dom.js';
import { openDialog } from './dialogs.js';
import { openPalette } from './palette.js';
import { htmx } from './requests.js';
import { clearSelection, cursorRow, moveBy, open, openDrawer, rowOfDrawer, rows, selectedRows, toggleAtCursor } from './selection.js';
import { step } from './trail.js';

const areSingleKeysOn = () => document.body.dataset.shortcuts !== 'off';
let isGoing = false;
let goTimer = 0;

function go(key) {
  isGoing = false;
  clearTimeout(goTimer);
  const link = find(`[data-go="${CSS.escape(key)}"]`);
  if (link) location.href = link.href;
}

/** Presses the visible element that carries the key, the one in an open drawer first: unless rows are selected, or the cursor is on another row. */
function press(key) {
  const drawer = openDrawer();
  const isAsked = drawer && !selectedRows().length && (!cursorRow() || cursorRow() === rowOfDrawer());
  const targets = findAll(`[data-hotkey="${CSS.escape(key)}"]`).filter((element) => !element.disabled && (isAsked || !drawer?.contains(element)));
  const inDrawer = targets.filter((element) => drawer?.contains(element));
  const target = inDrawer.find(isVisible) ?? targets.find(isVisible) ?? inDrawer[0] ?? targets.find((element) => element.closest('[data-bulk]'));
  if (!target) return false;
  if (target.matches('input, textarea, [contenteditable]')) { target.focus(); target.select?.(); } else target.click();
  return true;
}

/** What a row of tickets has no button for: link it here, or open it to write a reply. On a record its own buttons carry the keys. */
function onRow(key) {
  const row = cursorRow();
  if (!row?.dataset.key || !find('[data-bulk]') || /^\d+$/.test(row.dataset.key)) return false; // a number alone is an alert, no ticket
  if (key === 'r') { location.href = `${find('[data-open-link]', row).href}#reply`; return true; }
  htmx.ajax('get', `/tickets/${encodeURIComponent(row.dataset.key)}/link/`, { source: row, target: '#dialog-body', swap: 'innerHTML' })
    .catch(() => { /* requests.js has said what went wrong */ });
  return true;
}

/* A record that was opened to reply: its composer is ready. */
if (location.hash === '#reply') addEventListener('load', () => find('[data-audience=public]')?.click());

const PLAIN = {
  j: () => (rows().length ? moveBy(1) : step(1)),
  k: () => (rows().length ? moveBy(-1) : step(-1)),
  ArrowDown: (event) => event.target.matches('[data-row]') && moveBy(1),
  ArrowUp: (event) => event.target.matches('[data-row]') && moveBy(-1),
  x: () => toggleAtCursor(),
  X: () => toggleAtCursor({ isRange: true }),
  g: () => { isGoing = true; goTimer = setTimeout(() => { isGoing = false; }, 1200); return true; },
  '?': () => openDialog(document.getElementById('shortcuts')),
  '/': () => { const box = findAll('[data-query]').find(isVisible); box?.focus(); box?.select?.(); return Boolean(box); },
  c: () => find('[data-create]')?.click(),
  ' ': (event) => event.target.matches('[data-row]') && (find('[data-preview]', event.target) ?? find('[data-open-link]', event.target))?.click(),
  Enter: (event) => event.target.matches('[data-row]') && event.target === cursorRow() && open(event.target),
};

document.addEventListener('keydown', (event) => {
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === 'k') { event.preventDefault(); openPalette(); return; }
  if (find('dialog[open]')) return;
  if (event.key === 'Escape') {
    if (isTyping(event)) { event.target.blur(); return; }
    if (!clearSelection()) findAll('[data-escape]').find(isVisible)?.click();
    return;
  }
  if (isTyping(event) || isCommand || event.altKey || !areSingleKeysOn()) return;
  if (isGoing) { event.preventDefault(); go(event.key.toLowerCase()); return; }
  const plain = PLAIN[event.key];
  if (plain) {
    if (plain(event) !== false) event.preventDefault();
    return;
  }
  if (event.key.length === 1 && (press(event.key) || ('lr'.includes(event.key) && onRow(event.key)))) event.preventDefault();
});
