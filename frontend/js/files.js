// Files of the composer: chosen, pasted or dropped anywhere on the page, listed with a small picture and a way to take each back.
import { find, findAll, icon, word } from './dom.js';
import { showToast } from './toasts.js';

const held = new WeakMap(); // input → its files, because choosing again would replace them
let sent = [];

/** A small picture as data, drawn in the browser; nothing for what it cannot draw. */
async function picture(file) {
  if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return null;
  try {
    const drawn = await createImageBitmap(file, { resizeHeight: 64 });
    const canvas = document.createElement('canvas');
    canvas.width = drawn.width;
    canvas.height = drawn.height;
    canvas.getContext('2d').drawImage(drawn, 0, 0);
    return canvas.toDataURL('image/webp', 0.7);
  } catch { return null; }
}

function line(input, file) {
  const item = document.createElement('li');
  const name = document.createElement('span');
  name.textContent = file.name;
  const remove = document.createElement('button');
  remove.type = 'button';
  remove.className = 'btn btn-ghost btn-icon btn-sm';
  remove.setAttribute('aria-label', word('remove file', { name: file.name }));
  remove.append(icon('x', '14'));
  remove.addEventListener('click', () => { hold(input, held.get(input).filter((other) => other !== file)); find('textarea', input.form).focus(); });
  const mark = icon('file');
  item.append(mark, name, remove);
  picture(file).then((data) => {
    if (!data) return;
    const image = new Image();
    image.alt = '';
    image.src = data;
    mark.replaceWith(image);
  });
  return item;
}

function hold(input, files) {
  const carrier = new DataTransfer();
  files.forEach((file) => carrier.items.add(file));
  input.files = carrier.files;
  held.set(input, files);
  const list = find('[data-files]', input.form);
  list.replaceChildren(...files.map((file) => line(input, file)));
  list.hidden = files.length === 0;
}

function add(input, files) {
  const most = Number(input.dataset.most);
  const fit = files.filter((file) => file.size <= most);
  files.filter((file) => file.size > most).forEach((file) => showToast({ message: word('file too large', { name: file.name, most: Math.floor(most / 1e6) }), tone: 'error' }));
  hold(input, [...(held.get(input) ?? []), ...fit]);
}

const place = () => find('.ek-composer input[type=file]');

document.addEventListener('change', (event) => {
  if (!event.target.matches('.ek-composer input[type=file]')) return;
  const input = event.target;
  const chosen = [...input.files];
  if (chosen.length) add(input, chosen); else hold(input, []);
});

document.addEventListener('paste', (event) => {
  const composer = event.target.closest?.('.ek-composer');
  const files = [...(event.clipboardData?.files ?? [])];
  if (!composer || !files.length || event.clipboardData.getData('text/plain')) return;
  event.preventDefault();
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  add(find('input[type=file]', composer), files.map((file) => (/^image\.\w+$/.test(file.name) ? new File([file], `pasted-${stamp}.${file.name.split('.').pop()}`, { type: file.type }) : file)));
});

/* Files may be dropped anywhere while the page has a composer. */
const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files') && place() && !find('dialog[open]');
let leaving = 0;
document.addEventListener('dragover', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  document.body.classList.add('is-dropping');
  clearTimeout(leaving);
  leaving = setTimeout(() => document.body.classList.remove('is-dropping'), 300);
});
document.addEventListener('drop', (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  document.body.classList.remove('is-dropping');
  const input = place();
  add(input, [...event.dataTransfer.files]);
  input.form.scrollIntoView({ block: 'nearest' });
});

/* A refused note comes back without its files: they are put in again. */
document.addEventListener('htmx:beforeRequest', ({ detail }) => {
  const input = detail.elt.matches?.('.ek-composer') ? find('input[type=file]', detail.elt) : null;
  sent = input ? held.get(input) ?? [] : sent;
});
document.addEventListener('htmx:afterSettle', ({ detail }) => {
  if (detail.xhr?.status !== 422 || !sent.length) return;
  findAll('.ek-composer input[type=file]').filter((input) => !input.files.length).forEach((input) => hold(input, sent));
});

/* A picture that the server cannot draw is a file like others. */
document.addEventListener('error', (event) => {
  if (event.target.matches?.('img.ek-thumb')) event.target.replaceWith(icon('file'));
}, true);
