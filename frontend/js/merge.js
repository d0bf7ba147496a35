// Swaps a fresh list into an old one row by row: what the person points at, has focused or has opened stays still and is
// marked as changed; it takes its new content when it is let go. Selection and cursor survive.
import { find, findAll } from './dom.js';

const pending = new WeakMap();

/** A line of a timeline is nothing that moves away under the pointer: only an open menu or a text that is being written holds it. */
function isHeld(row) {
  if (!row.matches('[data-row]')) return row.querySelector('[aria-expanded=true], textarea:focus, input:focus') !== null;
  if (row.matches(':hover') || row.contains(document.activeElement) || row.querySelector('[aria-expanded=true]') !== null) return true;
  return row.classList.contains('is-cursor') && find('#menu:not([hidden]), dialog[open]') !== null; // a key opened it for this row
}

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

/** htmx's swap "rows": returns the elements that are new to the page, so that htmx can wire them. */
export function mergeRows(target, fragment) {
  const old = new Map([...target.children].filter((child) => child.id).map((child) => [child.id, child]));
  const source = fragment.querySelector(`#${CSS.escape(target.id)}`) ?? fragment;
  const fresh = [...source.children];
  const isFirst = old.size === 0;
  const added = [];
  const order = fresh.map((row) => {
    const known = row.id ? old.get(row.id) : null;
    if (!known) { if (!isFirst && row.matches('[data-row]')) row.classList.add('is-new'); added.push(row); return row; }
    old.delete(row.id);
    if (print(known) === print(row)) return known;
    if (isHeld(known)) { pending.set(known, row); known.classList.add('is-changed'); return known; }
    added.push(replace(known, row));
    return row;
  });
  for (const row of old.values()) {
    if (!isHeld(row) || !row.matches('[data-row]')) { drop(row); continue; }
    row.classList.add('is-gone');
    let before = row.previousElementSibling; // it stays where it was until it is let go
    while (before && !order.includes(before)) before = before.previousElementSibling;
    order.splice(before ? order.indexOf(before) + 1 : 0, 0, row);
  }
  [...target.children].filter((child) => !child.id && !order.includes(child)).forEach((child) => child.remove());
  order.forEach((row, position) => { if (target.children[position] !== row) target.insertBefore(row, target.children[position] ?? null); });
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
}
setInterval(letGo, 1000);
