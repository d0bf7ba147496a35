// What was typed and not sent, kept in the browser for 14 days: one text for each person, record and audience.
const DAYS = 14 * 86_400_000;
const PREFIX = 'ek-draft:';

const keyOf = (composer, audience) => `${PREFIX}${composer.dataset.draft}:${audience}`;

function entry(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null');
    return kept && Date.now() - kept.at < DAYS ? kept : null;
  } catch { return null; }
}

export const readDraft = (composer, audience) => entry(keyOf(composer, audience))?.text ?? '';

export function writeDraft(composer, audience, text) {
  try {
    if (text) localStorage.setItem(keyOf(composer, audience), JSON.stringify({ text, at: Date.now() }));
    else localStorage.removeItem(keyOf(composer, audience));
  } catch { /* storage may be blocked or full */ }
}

/* Old ones go when a page opens. */
try {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && !entry(key)) localStorage.removeItem(key);
} catch { /* storage may be blocked */ }
