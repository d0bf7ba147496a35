// Small helpers that every module shares.
export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

const TEXT_INPUTS = 'input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable=""], [contenteditable=true]';

/** True while the person types, so that single keys must do nothing. */
export const isTyping = (event) => event.target instanceof Element && event.target.matches(TEXT_INPUTS);

export const isVisible = (element) => element.getClientRects().length > 0;

/** The translated words that scripts show, from the JSON block in base.html; `{name}` is replaced from `values`. */
const words = JSON.parse(document.getElementById('ek-words')?.textContent ?? '{}');
export function word(name, values = {}) {
  const pattern = words[name] ?? name;
  return pattern.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/** Says something to screen readers: politely, or at once when `isUrgent` (only "breached" and "you are paged"). */
export function announce(text, { isUrgent = false } = {}) {
  const region = document.getElementById(isUrgent ? 'ek-urgent' : 'ek-polite');
  if (!region) return;
  region.textContent = '';
  requestAnimationFrame(() => { region.textContent = text; });
}

/** An icon of the sprite as an element. */
export function icon(name, modifier = '') {
  const holder = document.createElement('template');
  const href = `${document.body.dataset.icons}#i-${name}`;
  holder.innerHTML = `<svg class="ek-icon${modifier ? ` ek-icon--${modifier}` : ''}" aria-hidden="true"><use href="${href}"></use></svg>`;
  return holder.content.firstChild;
}

export const csrfToken = () => JSON.parse(document.body.getAttribute('hx-headers') ?? '{}')['X-CSRFToken'] ?? '';
