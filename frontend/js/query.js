// <ek-query>: the bar above a list, in two modes: words, or a query (JQL) that is painted, completed by keyboard and underlined where it is wrong.
// A list whose query is of another language (data-param) has one mode: what has no sign of a query is looked for while it is typed.
// The text lives in the input; the paint below it shows the same letters in colour. Without scripts it stays a plain search field.
import { announce, find, findAll, word } from './dom.js';

const PIECES = /(\s+)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(!=|!~|<=|>=|&&|\|\||[()=!~<>&|,])|((?:[^\s()"'=!~<>&|,\\]|\\.)+|\\)/gs;
const OTHER_PIECES = /(\s+)|("(?:[^"\\]|\\.)*"?)|(!=|<=|>=|[()=!<>:])|([^\s"():<>=!]+)/gs;
const SIGNS = /[:<>=!()"*]|\b(?:AND|OR|NOT)\b/;
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'is', 'was', 'empty', 'null', 'order', 'by', 'asc', 'desc']);
const OPERATORS = new Set(['in', 'is', 'was', 'not']);
const CHIPS = { priority: 'priority', status: 'status', service: 'service', team: 'team', assignee: 'assignee' };
const WAIT = 120;
const PAUSE = 250;

/** Offsets of the server count characters, those of the browser halves of some of them. */
const toUnits = (text, count) => Array.from(text).slice(0, count).join('').length;
const toCharacters = (text, units) => Array.from(text.slice(0, units)).length;

/** The pieces of a query with what each is: keyword, field, text or plain. A name is a field where a comparison or a sort begins. */
function pieces(text, pattern) {
  const found = [...text.matchAll(pattern)].map(([whole, space, quoted, symbol]) => {
    if (space) return { text: whole, kind: 'space' };
    if (symbol) return { text: whole, kind: 'symbol' };
    return { text: whole, kind: !quoted && KEYWORDS.has(whole.toLowerCase()) ? 'keyword' : 'name', isQuoted: Boolean(quoted) };
  });
  let isSorting = false;
  found.forEach((piece, index) => {
    const next = found.slice(index + 1).find((other) => other.kind !== 'space');
    if (piece.text.toLowerCase() === 'order' && piece.kind === 'keyword') isSorting = true;
    if (piece.kind !== 'name') return;
    const before = found.slice(0, index).findLast((other) => other.kind !== 'space');
    const isCompared = !(before && /^[=!~<>:]/.test(before.text)) && next && (/^[=!~<>:]/.test(next.text) || (next.kind === 'keyword' && OPERATORS.has(next.text.toLowerCase())));
    piece.kind = isSorting || isCompared ? 'field' : piece.isQuoted ? 'text' : 'plain';
  });
  return found;
}

class Query extends HTMLElement {
  connectedCallback() {
    this.input = find('input', this);
    this.paint = find('.ek-query__paint', this);
    this.form = this.closest('form');
    if (!this.input || this.list) return;
    this.list = document.createElement('ul');
    Object.assign(this.list, { id: 'query-list', className: 'ek-menu ek-query__list', hidden: true });
    this.list.setAttribute('role', 'listbox');
    this.list.setAttribute('aria-label', this.dataset.jql ?? this.input.placeholder);
    this.append(this.list);
    this.param = this.dataset.param ?? 'jql';
    this.button = find('[data-query-mode]', this);
    this.said = this.input.value;
    this.asked = this.input.value;
    this.input.addEventListener('input', () => this.onInput());
    this.input.addEventListener('change', () => { this.asked = this.input.value; });
    this.input.addEventListener('keydown', (event) => this.onKey(event));
    this.input.addEventListener('scroll', () => { this.paint.scrollLeft = this.input.scrollLeft; });
    this.input.addEventListener('click', () => this.ask());
    this.input.addEventListener('blur', () => this.close());
    this.list.addEventListener('mousedown', (event) => { event.preventDefault(); const option = event.target.closest('[role=option]'); if (option) this.take(option); });
    this.button?.addEventListener('click', () => this.toggle());
    this.form.addEventListener('click', (event) => { const button = event.target.closest('[data-replace]'); if (button) this.mend(button.dataset.replace); });
    document.addEventListener('htmx:afterSettle', () => this.draw());
    this.setMode(this.dataset.mode);
  }

  get isQuery() { return this.dataset.mode === 'jql'; }

  setMode(mode) {
    this.dataset.mode = mode;
    if (this.button) {
      this.form.dataset.queryMode = mode;
      this.input.name = this.isQuery ? 'jql' : 'q';
      this.input.placeholder = this.isQuery ? this.dataset.jql : this.dataset.words;
      this.button.setAttribute('aria-pressed', String(this.isQuery));
    }
    const combobox = { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': 'query-list', 'aria-haspopup': 'listbox' };
    for (const [name, value] of Object.entries(combobox)) if (this.isQuery) this.input.setAttribute(name, value); else this.input.removeAttribute(name);
    this.close();
    this.draw();
  }

  /** To a query with what the filters say now, or back to an empty search for words. */
  toggle() {
    const query = this.isQuery ? '' : this.fromFilters();
    findAll('input[type=checkbox]:checked', this.form).forEach((input) => { input.checked = false; });
    this.input.value = query;
    this.setMode(this.isQuery ? 'words' : 'jql');
    this.form.dispatchEvent(new Event('input', { bubbles: true }));
    this.form.requestSubmit();
    this.input.focus();
  }

  fromFilters() {
    const quote = (value) => `"${value.replace(/[\\"]/g, '\\$&')}"`;
    const special = { me: 'currentUser()', none: 'EMPTY' };
    const parts = Object.entries(CHIPS).flatMap(([name, field]) => {
      const values = findAll(`input[name="${name}"]:checked`, this.form).map((input) => (name === 'assignee' && special[input.value]) || quote(input.value));
      return values.length ? [`${field} in (${values.join(', ')})`] : [];
    });
    if (this.input.value.trim()) parts.unshift(`text ~ ${quote(this.input.value.trim())}`);
    return parts.join(' AND ');
  }

  onInput() {
    clearTimeout(this.words);
    if (!this.isQuery) { this.look(); return; }
    find('#query-error', this.form)?.replaceChildren();
    this.draw();
    this.ask();
    if (!this.button && !SIGNS.test(this.input.value)) this.words = setTimeout(() => this.look(), PAUSE);
  }

  /** Looks for words while they are typed. */
  look() {
    if (this.input.value !== this.said) this.form.dispatchEvent(new CustomEvent('ek:words'));
    this.said = this.input.value;
  }

  /** Paints the text, with the place of a mistake underlined. */
  draw() {
    if (!this.isConnected) return;
    this.paint.replaceChildren();
    this.input.removeAttribute('aria-invalid');
    if (!this.isQuery) return;
    const text = this.input.value;
    const why = find('#query-error [data-position]', this.form);
    const from = why ? toUnits(text, Number(why.dataset.position) - 1) : -1;
    const to = why ? toUnits(text, Number(why.dataset.position) - 1 + Number(why.dataset.length)) : -1;
    if (why) this.input.setAttribute('aria-invalid', 'true');
    let at = 0;
    for (const piece of pieces(why && from >= text.length ? `${text} ` : text, this.button ? PIECES : OTHER_PIECES)) {
      const tag = { keyword: 'i', field: 'b', text: 's' }[piece.kind] ?? 'span';
      const part = document.createElement(tag);
      part.textContent = piece.text;
      if (why && at < Math.max(to, from + 1) && at + piece.text.length > from) part.className = 'ek-query__wrong';
      this.paint.append(part);
      at += piece.text.length;
    }
    this.paint.scrollLeft = this.input.scrollLeft;
  }

  /** Puts a suggestion of the error in the place of what is wrong. */
  mend(text) {
    const why = find('#query-error [data-position]', this.form);
    const value = this.input.value;
    const start = toUnits(value, Number(why.dataset.position) - 1);
    const end = toUnits(value, Number(why.dataset.position) - 1 + Number(why.dataset.length));
    this.input.value = value.slice(0, start) + text + value.slice(end);
    find('#query-error', this.form).replaceChildren();
    this.draw();
    this.input.focus();
    this.form.requestSubmit();
  }

  ask() {
    clearTimeout(this.timer);
    this.request?.abort();
    if (this.isQuery) this.timer = setTimeout(() => this.fetch(), WAIT);
  }

  async fetch() {
    const text = this.input.value;
    const cursor = toCharacters(text, this.input.selectionStart ?? text.length);
    this.request = new AbortController();
    try {
      const answer = await fetch(`${this.dataset.suggest}?${new URLSearchParams({ [this.param]: text, cursor })}`, { signal: this.request.signal });
      if (answer.ok && document.activeElement === this.input && this.input.value === text) this.show(await answer.json());
    } catch { /* a newer question, or no connection: the query can be typed all the same */ }
  }

  show({ start, end, suggestions }) {
    const text = this.input.value;
    this.span = [toUnits(text, start), toUnits(text, end)];
    this.list.replaceChildren(...suggestions.map((one, index) => {
      const option = document.createElement('li');
      Object.assign(option, { id: `query-option-${index}`, className: 'ek-query__option' });
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', 'false');
      option.dataset.text = one.text;
      const name = document.createElement('span');
      name.textContent = one.text;
      const label = document.createElement('span');
      label.className = 'ek-3 ek-right';
      label.textContent = one.label;
      option.append(name, label);
      return option;
    }));
    this.list.hidden = suggestions.length === 0;
    this.input.setAttribute('aria-expanded', String(suggestions.length > 0));
    this.input.removeAttribute('aria-activedescendant');
    if (suggestions.length) announce(word('several suggestions', { n: suggestions.length }));
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    if (this.isQuery) this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }

  onKey(event) {
    if (!this.isQuery) return;
    const options = findAll('[role=option]', this.list);
    const isOpen = !this.list.hidden && options.length > 0;
    const current = options.findIndex((option) => option.getAttribute('aria-selected') === 'true');
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && isOpen) { event.preventDefault(); this.choose(options, (current + step + options.length + (current < 0 && step < 0 ? 1 : 0)) % options.length); return; }
    if (event.key === 'ArrowDown' || (event.key === ' ' && event.ctrlKey)) { event.preventDefault(); this.ask(); return; }
    if (event.key === 'Escape') { // a search field would empty itself
      event.preventDefault();
      if (isOpen) event.stopPropagation();
      this.close();
      return;
    }
    if ((event.key === 'Enter' || event.key === 'Tab') && isOpen && current >= 0) { event.preventDefault(); this.take(options[current]); return; }
    if (event.key !== 'Enter') return;
    this.close();
    if (this.input.value === this.asked) { event.preventDefault(); this.form.requestSubmit(); } // a text that did not change tells nobody: ask it again
  }

  choose(options, index) {
    options.forEach((option, position) => option.setAttribute('aria-selected', String(position === index)));
    this.input.setAttribute('aria-activedescendant', options[index].id);
    options[index].scrollIntoView({ block: 'nearest' });
  }

  /** Writes a suggestion into the text and goes on asking behind it. */
  take(option) {
    const [start, end] = this.span;
    const value = this.input.value;
    const text = option.dataset.text;
    const tail = value.slice(end);
    const space = tail.startsWith(' ') || text === '(' ? '' : ' ';
    this.input.value = value.slice(0, start) + text + space + tail;
    const at = start + text.length + (space || tail.startsWith(' ') ? 1 : 0);
    this.input.setSelectionRange(at, at);
    this.input.focus();
    this.draw();
    this.close();
    this.ask();
  }
}
customElements.define('ek-query', Query);
