// The banner of a page: a sound while an important one is open, again every ten seconds until it is answered. Browsers allow a sound after the first click.
import { announce, find, findAll } from './dom.js';

const EVERY = 10_000;
const seen = new Set();
let audio = null;
let timer = 0;

function beep() {
  try {
    audio ??= new AudioContext();
    const begin = audio.currentTime;
    [880, 660, 880].forEach((pitch, number) => {
      const tone = audio.createOscillator();
      const loudness = audio.createGain();
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.25, begin + number * 0.22);
      loudness.gain.exponentialRampToValueAtTime(0.001, begin + number * 0.22 + 0.2);
      tone.connect(loudness).connect(audio.destination);
      tone.start(begin + number * 0.22);
      tone.stop(begin + number * 0.22 + 0.2);
    });
    document.body.dataset.pageSounds = String(Number(document.body.dataset.pageSounds ?? 0) + 1);
  } catch { /* without sound the banner still stands there */ }
}

function look() {
  const loud = findAll('#pages [data-page-sound]');
  loud.filter((page) => !seen.has(page.dataset.page)).forEach((page) => {
    seen.add(page.dataset.page);
    announce(find('b', page)?.textContent ?? '', { isUrgent: true });
    beep();
  });
  clearInterval(timer);
  timer = loud.length ? setInterval(beep, EVERY) : 0;
}

document.addEventListener('htmx:afterSwap', ({ detail }) => { if (detail.target.id === 'pages') look(); });
