// The timeline of schedules: dragging over a row's empty time or its shifts opens the dialog of an override for that time, to the half hour.
import { htmx } from './requests.js';

const STEP = 30 * 60_000;
let drag = null;

const at = (track, x) => {
  const box = track.getBoundingClientRect();
  const share = Math.max(0, Math.min(1, (x - box.left) / box.width));
  const [begin, end] = [Date.parse(track.dataset.begin), Date.parse(track.dataset.end)];
  return Math.round((begin + share * (end - begin)) / STEP) * STEP;
};

function draw(event) {
  const { track, ghost, start } = drag;
  const [begin, end] = [Date.parse(track.dataset.begin), Date.parse(track.dataset.end)];
  const [first, last] = [start, at(track, event.clientX)].sort((one, other) => one - other);
  Object.assign(drag, { first, last });
  ghost.style.left = `${((first - begin) / (end - begin)) * 100}%`;
  ghost.style.width = `${((last - first) / (end - begin)) * 100}%`;
}

function stop() {
  drag?.ghost.remove();
  drag = null;
}

document.addEventListener('pointerdown', (event) => {
  const track = event.target.closest('[data-drag]');
  if (!track || event.button !== 0 || event.pointerType === 'touch') return;
  event.preventDefault();
  const ghost = document.createElement('span');
  ghost.className = 'ek-shift ek-shift--ghost';
  track.append(ghost);
  drag = { track, ghost, start: at(track, event.clientX) };
  draw(event);
});
document.addEventListener('pointermove', (event) => { if (drag) draw(event); });
document.addEventListener('pointercancel', stop);
document.addEventListener('keydown', (event) => { if (event.key === 'Escape') stop(); });
document.addEventListener('pointerup', () => {
  if (!drag) return;
  const { track, first, last } = drag;
  stop();
  if (last - first < STEP) return;
  const query = new URLSearchParams({ schedule: track.dataset.drag, begin: new Date(first).toISOString(), end: new Date(last).toISOString() });
  htmx.ajax('GET', `${track.dataset.url}?${query}`, { target: '#dialog-body', swap: 'innerHTML' });
});
