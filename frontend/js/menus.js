// Menus. A button with data-menu="id" shows a menu that is on the page; with data-menu-url="/..." one that the server renders for
// the record, or for the selected rows (data-menu-rows). Arrow keys, digits, typing to filter, Escape; focus goes back.
import { find, findAll, isTyping, isVisible } from './dom.js';
import { htmx } from './requests.js';
import { chosenKeys, cursorRow } from './selection.js';

let opener = null;
let menu = null;
let ahead = null; // the keys typed while a menu is on its way: they are meant for it, not for the page

/** Where focus goes when it closes: to its button, or to the row when a key opened it while the bar was hidden. */
const home = () => (isVisible(opener) ? opener : cursorRow() ?? document.body);

/** Where the menu hangs: at its button, or at the cell of the row that it changes. */
const anchor = () => (isVisible(opener) || !cursorRow() || !opener.dataset.menuUrl ? home() : find(`[data-menu-url^="${CSS.escape(opener.dataset.menuUrl)}"]`, cursorRow()) ?? home());

const items = () => findAll('a, button, [role^=menuitem]', menu).filter((item) => !item.disabled && isVisible(item));

function place() {
  const box = anchor().getBoundingClientRect();
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
  const isBelow = !menu.dataset.isAbove && (box.bottom + 4 + height <= innerHeight || box.top < height);
  if (!isBelow) menu.dataset.isAbove = 'true';
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(8, isBelow ? Math.min(box.bottom + 4, innerHeight - height - 8) : box.top - height - 4)}px`;
}

export function closeMenu({ isFocusReturned = true } = {}) {
  if (!menu) return;
  const [was, from] = [menu, opener];
  const back = home();
  menu = null; opener = null;
  was.hidden = true;
  from.setAttribute('aria-expanded', 'false');
  if (isFocusReturned && back.isConnected) back.focus({ preventScroll: true });
}

function show(element, from) {
  closeMenu({ isFocusReturned: false });
  menu = element; opener = from;
  delete menu.dataset.isAbove;
  menu.hidden = false;
  opener.setAttribute('aria-expanded', 'true');
  place();
  focusFirst();
  htmx.trigger(menu, 'ek:open');
}
const focusFirst = () => (find('input:not([type=hidden])', menu) ?? items()[0])?.focus();

function load(from) {
  const shared = document.getElementById('menu');
  const values = from.hasAttribute('data-menu-rows') ? { key: chosenKeys() } : {};
  if (from.hasAttribute('data-menu-rows') && values.key.length === 0) return;
  ahead = [];
  htmx.ajax('get', from.dataset.menuUrl, { source: from, target: shared, swap: 'innerHTML', values })
    .catch(() => { /* requests.js has said what went wrong */ })
    .finally(() => { ahead = null; });
}

/** What was typed too early: letters look for an option, Enter takes the first, a digit its own. */
function catchUp(typed) {
  const box = find('[data-filter]', menu);
  for (const key of typed) {
    if (!menu) return;
    if (key === 'Enter') (box ? items()[0] : document.activeElement)?.click();
    else if (box) { box.value += key; filter(box.value); } else find(`[data-key="${CSS.escape(key.toLowerCase())}"]`, menu)?.click();
  }
}
document.addEventListener('keydown', (event) => {
  if (!ahead || menu || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || !(event.key.length === 1 || event.key === 'Enter')) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ahead.push(event.key);
}, true);
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  if (detail.target === menu) { place(); focusFirst(); return; }
  if (detail.target.id !== 'menu' || !detail.target.childElementCount) return;
  const typed = ahead ?? [];
  ahead = null;
  show(detail.target, detail.requestConfig.elt);
  catchUp(typed);
});

document.addEventListener('click', (event) => {
  const from = event.target.closest('[data-menu], [data-menu-url]');
  if (from) {
    event.preventDefault();
    if (from === opener) closeMenu();
    else if (from.dataset.menuUrl) load(from);
    else show(document.getElementById(from.dataset.menu), from);
    return;
  }
  if (!menu) return;
  if (!menu.contains(event.target)) closeMenu({ isFocusReturned: false });
  else if (event.target.closest('a, button[type=submit], [data-done]')) setTimeout(closeMenu);
});

/* A click anywhere on an editable field is a click on its own small button. */
document.addEventListener('click', (event) => {
  const field = event.target.closest('dd[data-edit]');
  if (field && !event.target.closest('a, button, input')) find('[data-menu-url], [data-menu], [hx-get]', field)?.click();
});

/** A heading, and the line above it, stay only while something below them is found. */
function hideEmptyGroups() {
  let isFound = false;
  for (const part of findAll('[data-option], [data-head], hr', menu).reverse()) {
    if (part.matches('[data-option]')) isFound ||= !part.hidden;
    else { part.hidden = !isFound; if (part.matches('hr')) isFound = false; }
  }
}

function filter(text) {
  const wanted = text.trim().toLowerCase();
  for (const item of findAll('[data-option]', menu)) item.hidden = !`${item.dataset.option} ${item.dataset.also ?? ''}`.toLowerCase().includes(wanted);
  hideEmptyGroups();
  const empty = find('[data-none]', menu);
  if (empty) empty.hidden = findAll('[data-option]', menu).some((item) => !item.hidden);
  if (menu.dataset.isAbove) place(); // it grew shorter: stay next to the button
}
document.addEventListener('input', (event) => { if (menu?.contains(event.target) && event.target.matches('[data-filter]')) filter(event.target.value); });

document.addEventListener('keydown', (event) => {
  if (!menu) return;
  const list = items();
  const at = list.indexOf(document.activeElement);
  const isFiltering = document.activeElement?.matches('input, textarea');
  const go = (to) => { event.preventDefault(); list[(to + list.length) % list.length]?.focus(); };
  if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); closeMenu(); }
  else if (event.key === 'ArrowDown') go(at + 1);
  else if (event.key === 'ArrowUp') go(at < 0 ? list.length - 1 : at - 1);
  else if (event.key === 'Home' && !isFiltering) go(0);
  else if (event.key === 'End' && !isFiltering) go(list.length - 1);
  else if (event.key === 'Tab') closeMenu({ isFocusReturned: true });
  else if (event.key === 'Enter' && isFiltering && find('[data-filter]', menu)) { event.preventDefault(); list[0]?.click(); }
  else if (!isFiltering && !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1) {
    const chosen = find(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`, menu);
    if (chosen) { event.preventDefault(); chosen.click(); }
    event.stopPropagation();
  }
}, true);

addEventListener('resize', () => closeMenu({ isFocusReturned: false }));
document.addEventListener('scroll', (event) => { if (menu && !menu.contains(event.target)) closeMenu({ isFocusReturned: false }); }, true);
