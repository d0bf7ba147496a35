// <time data-rel datetime="ISO">: "12 min ago" keeps telling the truth. After a day the server's text stays as it is.
import { findAll, word } from './dom.js';

const DAY = 86_400;
function relative(seconds) {
  if (seconds < 10) return word('just now');
  if (seconds < 60) return word('seconds ago', { n: Math.floor(seconds) });
  if (seconds < 3_600) return word('minutes ago', { n: Math.floor(seconds / 60) });
  return word('hours ago', { n: Math.floor(seconds / 3_600) });
}
function tick() {
  for (const element of findAll('time[data-rel]')) {
    const seconds = (Date.now() - Date.parse(element.dateTime)) / 1000;
    if (seconds < 0 || seconds >= DAY) continue;
    const text = relative(seconds);
    if (element.textContent !== text) element.textContent = text;
  }
}
setInterval(() => { if (!document.hidden) tick(); }, 10_000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) tick(); });

/* data-since="ISO": how long something has lasted, "47m" (the live major incident). */
export function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
  return `${Math.floor(minutes / 1_440)}d ${Math.floor((minutes % 1_440) / 60)}h`;
}
setInterval(() => findAll('[data-since]').forEach((element) => { element.textContent = span((Date.now() - Date.parse(element.dataset.since)) / 1000); }), 10_000);
