// One dialog for forms that htmx loads (#dialog), and any other <dialog> that a button opens by id.
import { find } from './dom.js';

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
