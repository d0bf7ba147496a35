// One dialog for forms that htmx loads (#dialog), and any other <dialog> that a button opens by id.
import { find } from './dom.js';
import { htmx } from './requests.js';
import { chosenKeys } from './selection.js';

const openers = new WeakMap();

/** Opens a <dialog> modally and remembers who gets the focus back. */
export function openDialog(dialog, opener = document.activeElement) {
  if (!dialog || dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
}

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog]');
  if (opener) openDialog(document.getElementById(opener.dataset.dialog), opener);
  const closer = event.target.closest('[data-close]');
  if (closer) closer.closest('dialog')?.close();
  if (event.target instanceof HTMLDialogElement && event.target.hasAttribute('data-light')) event.target.close();
});

/* A button of the bar of a list loads a form about the first of the selected rows; the others come along. */
document.addEventListener('click', (event) => {
  const from = event.target.closest('[data-dialog-rows]');
  const [first, ...also] = from ? chosenKeys() : [];
  if (first) htmx.ajax('get', from.dataset.dialogRows.replace('KEY', first), { source: from, target: find('#dialog-body'), values: { also } });
});

/* A button of the bar of a list does its verb to the selected rows, or to the row at the cursor. */
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-post-rows]');
  const key = button ? chosenKeys() : [];
  if (key.length) htmx.ajax('post', button.dataset.postRows, { source: button, swap: 'none', values: { key } }).catch(() => { /* requests.js has said what went wrong */ });
});

/* A form that arrives in the dialog opens it; the server's event ek:close closes it. */
document.addEventListener('htmx:afterSwap', ({ detail }) => {
  if (detail.target.id === 'dialog-body' && detail.target.childElementCount) openDialog(find('#dialog'), detail.requestConfig?.elt);
});
document.addEventListener('ek:close', () => { find('#dialog')?.close(); });

document.addEventListener('close', (event) => {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (dialog.id === 'dialog') find('#dialog-body').replaceChildren();
  const opener = openers.get(dialog);
  if (opener?.isConnected) opener.focus({ preventScroll: true });
}, true);
