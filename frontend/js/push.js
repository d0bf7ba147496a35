// Web Push: this browser, or the installed Evenkeel, becomes a way to be paged.
import { csrfToken, find } from './dom.js';
import { htmx } from './requests.js';
import { showToast } from './toasts.js';

const canPush = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

function show() {
  const part = find('[data-push]');
  if (part && canPush) part.hidden = false;
}

async function subscribe(part) {
  if (await Notification.requestPermission() !== 'granted') throw new Error('denied');
  await navigator.serviceWorker.register('/worker.js');
  const worker = await navigator.serviceWorker.ready;
  const key = bytes(part.dataset.push);
  const known = await worker.pushManager.getSubscription();
  if (known && text(known.options.applicationServerKey) !== part.dataset.push) await known.unsubscribe();
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const body = new URLSearchParams({ endpoint: made.endpoint, p256dh: text(made.getKey('p256dh')), auth: text(made.getKey('auth')), name: navigator.userAgentData?.platform ?? '' });
  const answer = await fetch(part.dataset.pushUrl, { method: 'POST', body, headers: { 'X-CSRFToken': csrfToken(), 'HX-Request': 'true' } });
  if (!answer.ok) throw new Error(String(answer.status));
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-push-add]');
  if (!button) return;
  const part = button.closest('[data-push]');
  button.disabled = true;
  try {
    await subscribe(part);
    htmx.ajax('GET', location.pathname, { target: '#reach', swap: 'innerHTML' });
  } catch (error) {
    showToast({ message: error.message === 'denied' ? part.dataset.pushDenied : `${part.dataset.pushFailed} (${error.message})`, tone: 'error' });
    button.disabled = false;
  }
});
document.addEventListener('htmx:afterSwap', ({ detail }) => { if (detail.target.id === 'reach') show(); });
show();
