// Toasts: what was done (with undo for 8 s) or what went wrong (stays until it is closed).
import { announce, csrfToken, find, icon, word } from './dom.js';

const LIFE = 8000;

/** tone: ok, info or error. action: {label, run}. */
export function showToast({ message, tone = 'ok', action = null }) {
  const region = find('#toasts');
  if (!region) return;
  const toast = document.createElement('div');
  toast.className = `ek-toast${tone === 'error' ? ' ek-toast--error' : ''}`;
  const text = document.createElement('span');
  text.textContent = message;
  toast.append(icon(tone === 'error' ? 'alert-circle' : 'circle-check-f'), text);
  if (action) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = action.label;
    button.addEventListener('click', () => { toast.remove(); action.run(); });
    toast.append(button);
  }
  if (tone === 'error') {
    const close = document.createElement('button');
    close.type = 'button';
    close.className = 'ek-toast__close';
    close.setAttribute('aria-label', word('close'));
    close.append(icon('x', '14'));
    close.addEventListener('click', () => toast.remove());
    toast.append(close);
  } else keepFor(toast, LIFE);
  while (region.children.length >= 4) region.firstElementChild.remove();
  region.append(toast);
  announce(message);
}

/** Time stands still while the pointer or the focus is on the toast. */
function keepFor(toast, life) {
  let timer = setTimeout(() => toast.remove(), life);
  const hold = () => clearTimeout(timer);
  const release = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), life); };
  toast.addEventListener('mouseenter', hold);
  toast.addEventListener('focusin', hold);
  toast.addEventListener('mouseleave', release);
  toast.addEventListener('focusout', release);
}

async function undo(url) {
  const failed = () => showToast({ message: word('server error'), tone: 'error', action: { label: word('try again'), run: () => undo(url) } });
  try {
    const answer = await fetch(url, { method: 'POST', headers: { 'X-CSRFToken': csrfToken(), 'HX-Request': 'true' } });
    const told = JSON.parse(answer.headers.get('HX-Trigger') ?? '{}')['ek:toast'];
    if (told?.tone === 'error') { showToast(told); return; }
    if (!answer.ok) { failed(); return; }
    showToast({ message: told?.tone === 'info' ? told.message : word('undone') });
    document.dispatchEvent(new CustomEvent('ek:refresh'));
  } catch { failed(); }
}

document.addEventListener('ek:toast', ({ detail }) => {
  const { message, tone = 'ok', undo: url } = detail;
  showToast({ message, tone, action: url ? { label: word('undo'), run: () => undo(url) } : null });
});

/* Messages of the server that came with the page. */
for (const message of document.querySelectorAll('#ek-messages > li')) {
  showToast({ message: message.textContent.trim(), tone: message.dataset.tone });
}
