// The filter chips of a list: each chip tells what its menu has ticked, without asking the server.
import { find, findAll, word } from './dom.js';

function show(form) {
  for (const chip of findAll('[data-chip]', form)) {
    const ticked = findAll(`input[name="${CSS.escape(chip.dataset.chip)}"]:checked`, form).filter((input) => input.value);
    chip.classList.toggle('ek-chip--on', ticked.length > 0);
    const value = find('[data-chip-value]', chip);
    if (value) value.textContent = ticked.length > 2 ? word('several', { n: ticked.length }) : ticked.map((input) => input.dataset.label ?? input.value).join(', ');
  }
  const clear = find('[data-filters-clear]', form);
  if (clear) clear.hidden = !findAll('input:checked, input[type=search]', form).some((input) => input.value && (input.checked || input.type === 'search'));
}
document.addEventListener('input', (event) => { const form = event.target.closest('form[data-filters]'); if (form) show(form); });
document.addEventListener('click', (event) => {
  const clear = event.target.closest('[data-filters-clear]');
  if (!clear) return;
  const form = clear.closest('form');
  findAll('input:checked', form).forEach((input) => { input.checked = false; });
  findAll('input[type=search]', form).forEach((input) => { input.value = ''; });
  show(form);
  form.requestSubmit();
});
findAll('form[data-filters]').forEach(show);

/* A file holds what the list shows now: the filters that came after the page did are in its address. */
document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-export]');
  if (link) link.search = location.search;
});
