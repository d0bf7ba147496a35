"""What the noise report says in sentences. No database."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import effects, noise


def does(policy: noise.Policy) -> str:
    """What a policy does: “waits 5 minutes”."""
    if policy.sort == noise.GROUP:
        return _("one page for all that come within {span}").format(span=effects.span(policy.does["minutes"]))
    if policy.sort == noise.NIGHT:
        return _("at night {what}").format(what=effects.words("notification", policy.does))
    return effects.words("notification", policy.does)


def rule_name(policy: noise.Policy, kind: str) -> str:
    """What the rule would be called."""
    return f"{kind[:70]}: {does(policy)}"[:120]


def why(suggestion: noise.Suggestion, counted: noise.Counted) -> str:
    """Why this is suggested."""
    effect, sort = suggestion.effect, suggestion.policy.sort
    share = noise.percent(effect.held, effect.alerts)
    if sort == noise.DELAY:
        span = effects.span(suggestion.policy.does["delay"]["minutes"])
        return _("{share} % are over within {span}").format(share=share, span=span)
    if sort == noise.GROUP:
        return _("they come in bursts: {share} % follow another one").format(share=share)
    if sort == noise.NIGHT:
        return _("{night} of {pages} pages came at night").format(night=counted.night_pages, pages=counted.pages)
    if sort == noise.DEDUP:
        return _("{share} % never come {n} times").format(share=share, n=suggestion.policy.does["dedup"]["count"])
    return _("nobody has to do with {share} % of them").format(share=noise.percent(counted.untouched, counted.alerts))


def effect(suggestion: noise.Suggestion, *, is_sample: bool = False) -> str:
    """“would have held 412 of 530 alerts and 38 of 41 pages; 3 alerts that people acknowledged would have been late by 5 minutes”."""
    found = suggestion.effect
    alerts = _("the newest {n}").format(n=found.alerts) if is_sample else str(found.alerts)
    first = _("would have held {held} of {alerts} alerts").format(held=found.held, alerts=alerts)
    if found.pages:
        first = _("{held} and {pages_held} of {pages} pages").format(held=first, pages_held=found.pages_held, pages=found.pages)
    parts = [first]
    if found.late:
        text = ngettext(
            "{n} alert that somebody acknowledged would have been late by {span}", "{n} alerts that people acknowledged would have been late by {span}", found.late
        )  # fmt: skip
        parts.append(text.format(n=found.late, span=effects.span(max(found.late_minutes, 1))))
    if found.missed:
        text = ngettext(
            "{n} alert that somebody acknowledged would have paged nobody",
            "{n} alerts that people acknowledged would have paged nobody",
            found.missed,
        )
        parts.append(text.format(n=found.missed))
    return "; ".join(parts)


def feedback(counted: noise.Counted, reasons: Mapping[str, Any]) -> str:
    """“It went away by itself (2), Known or planned work (1)”."""
    return ", ".join(f"{reasons[reason]} ({n})" for reason, n in sorted(counted.feedback.items(), key=lambda pair: -pair[1]))
