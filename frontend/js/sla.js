// <ek-sla due="ISO" total="seconds">: counts down once a second; at risk from 80 %, breached at nought (said aloud, once).
import { announce, find, icon, word } from './dom.js';

const RISK = 0.8;

/** "3h 15m", "9m", "4m 20s" in the last five minutes, "−12m" when breached. */
export function countdown(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor((whole % 86_400) / 3_600), Math.floor((whole % 3_600) / 60)];
  const sign = seconds < 0 ? '−' : '';
  if (days) return `${sign}${days}d ${hours}h`;
  if (hours) return `${sign}${hours}h ${String(minutes).padStart(2, '0')}m`;
  if (minutes >= 5 || seconds < 0) return `${sign}${minutes}m`;
  return `${minutes}m ${String(whole % 60).padStart(2, '0')}s`;
}

customElements.define('ek-sla', class extends HTMLElement {
  connectedCallback() { this.tick(); this.timer = setInterval(() => this.tick(), 1000); }
  disconnectedCallback() { clearInterval(this.timer); }

  tick() {
    if (!this.hasAttribute('due') || document.hidden) return;
    const left = (Date.parse(this.getAttribute('due')) - Date.now()) / 1000;
    const used = Math.max(0, Math.min(1, 1 - left / (Number(this.getAttribute('total')) || 3600)));
    const state = left < 0 ? 'breach' : used >= RISK ? 'risk' : 'ok';
    const text = find('[data-left]', this);
    if (text && text.textContent !== countdown(left)) text.textContent = countdown(left);
    this.style.setProperty('--p', used.toFixed(3));
    if (state === this.state) return;
    const was = this.state;
    this.state = state;
    this.show(state);
    if (was && state === 'breach') announce(word('breached now', { name: this.dataset.name ?? '' }), { isUrgent: true });
  }

  show(state) {
    this.classList.remove('ek-sla--ok', 'ek-sla--risk', 'ek-sla--breach');
    this.classList.add(`ek-sla--${state}`);
    const spoken = find('.ek-sr', this);
    if (spoken) spoken.textContent = word(`sla ${state}`);
    this.title = word(`sla ${state} title`);
    const mark = find('.ek-sla__ring, .ek-icon', this);
    if (state === 'breach' && mark?.matches('.ek-sla__ring')) mark.replaceWith(icon('alert-triangle'));
  }
});
