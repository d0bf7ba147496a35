// The moon in the sidebar: light or dark at once; signed in, the choice is kept in the profile.
import { csrfToken } from './dom.js';

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-theme-toggle]');
  if (!button) return;
  const root = document.documentElement;
  const next = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
  root.dataset.bsTheme = next;
  root.dataset.themeChoice = next;
  try { localStorage.setItem('ek-theme', next); } catch { /* storage may be blocked */ }
  document.dispatchEvent(new CustomEvent('ek:theme'));
  if (button.dataset.themeToggle) {
    fetch(button.dataset.themeToggle, { method: 'POST', headers: { 'X-CSRFToken': csrfToken() }, body: new URLSearchParams({ theme: next }) })
      .catch(() => { /* the choice still holds on this device */ });
  }
});
