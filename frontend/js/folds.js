// What a person opened in place (<details id>) stays open when the server sends the same again.
import { findAll } from './dom.js';

let opened = new Set();
document.addEventListener('htmx:beforeSwap', ({ detail }) => { opened = new Set(findAll('details[id][open]', detail.target).map((fold) => fold.id)); });
document.addEventListener('htmx:afterSwap', () => {
  opened.forEach((id) => { const fold = document.getElementById(id); if (fold instanceof HTMLDetailsElement) fold.open = true; });
  opened.clear();
});
