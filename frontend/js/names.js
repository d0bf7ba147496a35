// "@" in the composer offers the people who may read what is written: arrow keys, Enter or Tab take one, Escape closes.
import { find, findAll, word } from './dom.js';

const TYPED = /(?:^|[\s(>])@([\p{L}\p{N}._-]{0,40})$/u;
let list = null;
let text = null;
let asked = 0;

function close() {
  list?.remove();
  list = null;
  text?.removeAttribute('aria-activedescendant');
  text?.removeAttribute('aria-controls');
}

const typed = () => text.value.slice(0, text.selectionStart).match(TYPED)?.[1];
const current = () => find('[aria-selected=true]', list);

function select(option) {
  findAll('[role=option]', list).forEach((other) => other.setAttribute('aria-selected', String(other === option)));
  text.setAttribute('aria-activedescendant', option.id);
}

function take(option) {
  const word = typed();
  if (word === undefined) { close(); return; }
  const at = text.selectionStart;
  text.setRangeText(`@${option.dataset.handle} `, at - word.length - 1, at, 'end');
  close();
  text.dispatchEvent(new Event('input', { bubbles: true }));
  text.focus();
}

function show(people) {
  close();
  if (!people.length) return;
  list = document.createElement('ul');
  list.className = 'ek-names';
  list.id = 'ek-names';
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', word('readers'));
  people.forEach((person, number) => {
    const option = document.createElement('li');
    option.id = `ek-name-${number}`;
    option.setAttribute('role', 'option');
    option.dataset.handle = person.handle;
    const name = document.createElement('span');
    name.textContent = person.name;
    const handle = document.createElement('span');
    handle.className = 'ek-12 ek-3';
    handle.textContent = `@${person.handle}`;
    option.append(name, handle);
    option.addEventListener('mousedown', (event) => { event.preventDefault(); take(option); });
    list.append(option);
  });
  text.after(list);
  text.setAttribute('aria-controls', 'ek-names');
  select(list.firstChild);
}

document.addEventListener('input', async (event) => {
  const composer = event.target.closest?.('.ek-composer[data-people]');
  if (!composer || !event.target.matches('textarea')) return;
  text = event.target;
  asked += 1;
  const mine = asked;
  const word = typed();
  if (word === undefined) { close(); return; }
  await new Promise((resolve) => { setTimeout(resolve, 120); });
  if (mine !== asked) return;
  try {
    const answer = await fetch(`${composer.dataset.people}?audience=${composer.dataset.now}&q=${encodeURIComponent(word)}`, { redirect: 'error' });
    if (answer.ok && mine === asked) show((await answer.json()).people);
  } catch { close(); }
});

document.addEventListener('keydown', (event) => {
  if (!list || event.target !== text) return;
  const options = findAll('[role=option]', list);
  const at = options.indexOf(current());
  if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); close(); }
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    select(options[(at + (event.key === 'ArrowDown' ? 1 : -1) + options.length) % options.length]);
  } else if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') {
    event.preventDefault();
    event.stopPropagation();
    take(current());
  }
}, true);
document.addEventListener('focusout', (event) => { if (list && event.target === text) setTimeout(close, 100); });
