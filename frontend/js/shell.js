// The frame: rail, phone menu, copying, wide panels, opened records.
import { find, findAll, word } from './dom.js';
import { showToast } from './toasts.js';

const RAIL = 'ek-rail';
try { document.body.classList.toggle('is-rail', localStorage.getItem(RAIL) === 'on'); } catch { /* storage may be blocked */ }

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-rail]')) {
    const isRail = document.body.classList.toggle('is-rail');
    try { localStorage.setItem(RAIL, isRail ? 'on' : 'off'); } catch { /* storage may be blocked */ }
  }
  const more = event.target.closest('[data-more]');
  if (more) setSide(!document.body.classList.contains('is-side-open'), more);
  else if (document.body.classList.contains('is-side-open') && !event.target.closest('.ek-side')) setSide(false);
});
function setSide(isOpen, opener = find('.ek-tabbar [data-more]')) {
  document.body.classList.toggle('is-side-open', isOpen);
  opener?.setAttribute('aria-expanded', String(isOpen));
  if (isOpen) find('.ek-side a, .ek-side button')?.focus(); else opener?.focus();
}
document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && document.body.classList.contains('is-side-open')) setSide(false); });

/* data-copy="text" or data-copy-from="#id" */
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-copy-from]');
  if (!button) return;
  const text = button.dataset.copyFrom ? find(button.dataset.copyFrom).textContent : button.dataset.copy || location.href;
  try { await navigator.clipboard.writeText(text); showToast({ message: word('copied') }); }
  catch { showToast({ message: word('not copied'), tone: 'error' }); }
});

/* A drawer or preview that is closed empties its target and leaves the address. */
document.addEventListener('click', (event) => {
  const closer = event.target.closest('[data-close-drawer]');
  if (!closer) return;
  const drawer = closer.closest('[data-drawer]');
  drawer.replaceChildren();
  document.body.classList.remove('has-drawer');
  history.replaceState(history.state, '', location.pathname + location.search.replace(/([?&])selected=[^&]*&?/, '$1').replace(/[?&]$/, ''));
  find('[data-row].is-cursor')?.focus();
});
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  const drawer = detail.target.closest?.('[data-drawer]');
  if (drawer) document.body.classList.toggle('has-drawer', drawer.childElementCount > 0);
});

/* data-submit: a field that sends its form as soon as it changes. */
document.addEventListener('change', (event) => { if (event.target.matches('[data-submit]')) event.target.form?.requestSubmit(); });

/* Opening a record puts the focus on its title, so that a screen reader starts there and j/k scroll nothing. */
find('h1[tabindex="-1"][data-record]')?.focus({ preventScroll: true });

findAll('[data-scroll-start]').forEach((element) => { if (element.scrollWidth > element.clientWidth) element.scrollLeft = Number(element.dataset.scrollStart) - element.clientWidth / 2; });

/* A segment that shows one of several twins: data-show="list" shows data-shown="list" in the same section. */
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-show]');
  if (!button) return;
  findAll('[data-show]', button.parentElement).forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
  findAll('[data-shown]', button.closest('section')).forEach((part) => { part.hidden = part.dataset.shown !== button.dataset.show; });
});
/* The tab that was loaded is the current one. */
document.addEventListener('click', (event) => {
  const tab = event.target.closest('[data-tab]');
  if (tab) findAll('[data-tab]', tab.parentElement).forEach((other) => (other === tab ? other.setAttribute('aria-current', 'page') : other.removeAttribute('aria-current')));
});
