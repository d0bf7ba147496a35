// Swaps a fresh list into an old one row by row: what the person points at, has focused or has opened stays still and is
// marked as changed; it takes its new content when it is let go. Selection and cursor survive.
import { find, findAll } from './dom.js';

const pending = new WeakMap();
const OWN = 3000; // so long a fresh list is taken for the answer to what the person did

/** A line of a timeline is nothing that moves away under the pointer: only an open menu or a text that is being written holds it. */
function isHeld(row) {
  if (!row.matches('[data-row]')) return row.querySelector('[aria-expanded=true]:not([data-folds]), textarea:focus, input:focus') !== null;
  if (row.matches(':hover') || row.contains(document.activeElement) || row.querySelector('[aria-expanded=true]') !== null) return true;
  return row.classList.contains('is-cursor') && find('#menu:not([hidden]), dialog[open]') !== null; // a key opened it for this row
}

/** What the person did himself is shown at once, unless he is inside of the row with a menu, a field or a button. */
let ownAt = 0;
document.addEventListener('ek:refresh', () => { ownAt = Date.now(); });
const isInside = (row) => (row !== document.activeElement && row.contains(document.activeElement)) || row.querySelector('[aria-expanded=true]') !== null
  || (row.classList.contains('is-cursor') && find('#menu:not([hidden])') !== null);
const keepsContent = (row) => isHeld(row) && (Date.now() - ownAt > OWN || !row.matches('[data-row]') || isInside(row));

/** Takes a row away; the cursor goes on to its neighbour, so that j and k do not begin at the top again. */
function drop(row) {
  if (row.classList.contains('is-cursor')) {
    const stays = (other) => other?.matches('[data-row]:not(.is-gone)');
    let [after, before] = [row.nextElementSibling, row.previousElementSibling];
    while (after && !stays(after)) after = after.nextElementSibling;
    while (before && !stays(before)) before = before.previousElementSibling;
    const heir = after ?? before;
    if (heir) { heir.classList.add('is-cursor'); heir.tabIndex = 0; }
    if (heir && row.contains(document.activeElement)) heir.focus({ preventScroll: true });
  }
  row.remove();
}

/** The markup without what only this page knows: cursor, selection, ticking countdowns and relative times. */
function print(row) {
  const copy = row.cloneNode(true);
  copy.removeAttribute('class'); copy.removeAttribute('tabindex'); copy.removeAttribute('aria-selected');
  findAll('[data-left], time, .ek-sla__ring', copy).forEach((part) => { part.textContent = ''; part.removeAttribute('style'); });
  findAll('ek-sla', copy).forEach((part) => { part.removeAttribute('style'); part.removeAttribute('class'); });
  findAll('.ek-sr', copy).forEach((part) => part.remove());
  return copy.innerHTML.replace(/\s+/g, ' ');
}

function adopt(old, fresh) {
  if (old.classList.contains('is-cursor')) { fresh.classList.add('is-cursor'); fresh.tabIndex = 0; }
  const was = old.querySelector('input[type=checkbox]');
  const is = fresh.querySelector('input[type=checkbox]');
  if (was?.checked && is) { is.checked = true; fresh.classList.add('is-selected'); fresh.setAttribute('aria-selected', 'true'); }
}

function replace(old, fresh) {
  const hadFocus = old === document.activeElement;
  const button = findAll('button, a', old).indexOf(document.activeElement);
  adopt(old, fresh);
  old.replaceWith(fresh);
  if (hadFocus) fresh.focus({ preventScroll: true });
  else if (button >= 0) findAll('button, a', fresh)[button]?.focus({ preventScroll: true });
  return fresh;
}

/** The ids of what stands above a row, the nearest first. */
function before(row) {
  const ids = [];
  for (let other = row.previousElementSibling; other; other = other.previousElementSibling) ids.push(other.id);
  return ids;
}

/** A row that is held stays where it was: below the nearest of its old neighbours. It moves when it is let go. */
function keepPlace(order, id, ids) {
  const at = order.findIndex((row) => row.id === id);
  if (at < 0) return;
  const [row] = order.splice(at, 1);
  const neighbour = ids.map((other) => order.findIndex((each) => each.id === other)).find((place) => place >= 0) ?? -1;
  order.splice(neighbour + 1, 0, row);
  row.classList.toggle('is-moved', neighbour + 1 !== at && !row.classList.contains('is-gone'));
}

/** htmx's swap "rows": returns the elements that are new to the page, so that htmx can wire them. */
export function mergeRows(target, fragment) {
  const old = new Map([...target.children].filter((child) => child.id).map((child) => [child.id, child]));
  const source = fragment.querySelector(`#${CSS.escape(target.id)}`) ?? fragment;
  const fresh = [...source.children];
  const isFirst = old.size === 0;
  const added = [];
  const [focus, places] = [document.activeElement, new Map()];
  for (const row of old.values()) if (row.matches('[data-row]') && isHeld(row)) places.set(row.id, before(row));
  const order = fresh.map((row) => {
    const known = row.id ? old.get(row.id) : null;
    if (!known) { if (!isFirst && row.matches('[data-row]')) row.classList.add('is-new'); added.push(row); return row; }
    old.delete(row.id);
    if (print(known) === print(row)) return known;
    if (keepsContent(known)) { pending.set(known, row); known.classList.add('is-changed'); return known; }
    added.push(replace(known, row));
    return row;
  });
  for (const row of old.values()) {
    if (!isHeld(row) || !row.matches('[data-row]')) { drop(row); continue; }
    row.classList.add('is-gone');
    order.push(row);
  }
  for (const [id, ids] of places) keepPlace(order, id, ids);
  [...target.children].filter((child) => !child.id && !order.includes(child)).forEach((child) => child.remove());
  order.forEach((row, position) => { if (target.children[position] !== row) target.insertBefore(row, target.children[position] ?? null); });
  if (focus !== document.activeElement && target.contains(focus)) focus.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent('ek:rows', { detail: { added: added.filter((row) => row.classList.contains('is-new')).length } }));
  return added;
}

/** Rows that were held while they changed take their new content once nobody holds them. */
function letGo() {
  for (const row of findAll('.is-changed')) {
    const fresh = pending.get(row);
    if (!fresh || isHeld(row)) continue;
    pending.delete(row);
    window.htmx.process(replace(row, fresh));
  }
  findAll('.is-gone').filter((row) => !isHeld(row)).forEach(drop);
  const moved = findAll('.is-moved').filter((row) => !isHeld(row));
  moved.forEach((row) => row.classList.remove('is-moved'));
  for (const list of new Set(moved.map((row) => row.closest('[data-live]')).filter(Boolean))) window.htmx.trigger(list, 'ek:changed');
}
setInterval(letGo, 1000);
