// Ctrl+K. The server answers with a list of options; this moves through it. The browser's dialog traps the focus.
import { find, findAll } from './dom.js';
import { htmx } from './requests.js';
import { openDialog } from './dialogs.js';

const dialog = () => document.getElementById('palette');
const input = () => find('input', dialog());
const options = () => findAll('[role=option]', dialog());
const chosen = () => options().findIndex((option) => option.getAttribute('aria-selected') === 'true');

function choose(index) {
  const all = options();
  all.forEach((option, position) => {
    option.id ||= `palette-option-${position}`;
    option.setAttribute('aria-selected', String(position === index));
  });
  const option = all[index];
  input().setAttribute('aria-expanded', String(all.length > 0));
  if (!option) { input().removeAttribute('aria-activedescendant'); return; }
  input().setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

export function openPalette() {
  const box = dialog();
  if (!box || box.open) return;
  openDialog(box);
  input().value = '';
  input().focus();
  htmx.trigger(input(), 'ek:palette');
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-palette]')) openPalette();
  if (event.target.closest('#palette [role=option]')) dialog().close();
});
// Whoever types fast and presses Enter means what he typed, not what the list showed before: Enter waits for that answer.
let awaited = null;
let isShownFor = '';
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  if (detail.target.id !== 'palette-list') return;
  isShownFor = detail.requestConfig?.parameters?.get?.('q') ?? detail.requestConfig?.parameters?.q ?? input().value;
  choose(0);
  if (awaited && isShownFor === input().value) { const press = awaited; awaited = null; press(); }
});

function take({ isNewTab }) {
  const option = options()[Math.max(0, chosen())];
  if (!option) return;
  if (isNewTab) { window.open(option.href, '_blank', 'noopener'); dialog().close(); } else option.click();
}

document.addEventListener('keydown', (event) => {
  const box = dialog();
  if (!box?.open) return;
  const all = options();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) { event.preventDefault(); choose((chosen() + step + all.length) % all.length); }
  if (event.key !== 'Enter') { awaited = null; return; }
  event.preventDefault();
  const press = () => take({ isNewTab: event.ctrlKey || event.metaKey });
  if (isShownFor === input().value) press(); else awaited = press;
});
