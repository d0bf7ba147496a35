"""The design guide's components as template tags.

Those that a list repeats are plain functions instead of templates, because a list has 50 rows.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import markdown as markdown_text
from common import markup, wording

register = template.Library()
register.simple_tag(markup.highlight)
register.filter("pretty_json", markup.coloured_json)

RISK_FROM = 0.8
EMPTY = mark_safe("")
KEPT = 2000


def _now(context: template.Context) -> datetime:
    """The page's instant when the view gave one, so that all times of a page agree."""
    now = context.get("now")
    return now if isinstance(now, datetime) else datetime.now(UTC)


@register.simple_tag
@cache
def icon(name: str, size: int | str = "", css: str = "") -> SafeString:
    """An icon of the sprite: {% icon "flame" size=14 %}. Sizes 14, 18, 20, 24; the default is 16."""
    classes = " ".join(filter(None, ("ek-icon", f"ek-icon--{size}" if size else "", css)))
    return markup.fill('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, static("icons.svg"), name)


@register.simple_tag
def script_words() -> SafeString:
    """The translated words of the page's scripts, as data that no script policy forbids."""
    return json_script(wording.script_words(), "ek-words")


@register.simple_tag
def sprite_url() -> str:
    """Where the scripts find the icons."""
    return static("icons.svg")


# ---------- small parts ----------


@register.simple_tag
def status(value: Any, icon_name: str = "") -> SafeString:
    """A status lozenge of a Status, of anything with `name` and `tone`, or of a pair (label, tone)."""
    label, tone = value if isinstance(value, tuple) else (value, getattr(value, "tone", ""))
    if not label:
        return EMPTY
    return _lozenge(str(label), tone, icon_name)


@lru_cache(maxsize=KEPT)
def _lozenge(label: str, tone: str, icon_name: str) -> SafeString:
    css = f" ek-loz--{tone}" if tone else ""
    return markup.fill('<span class="ek-loz{}">{}{}</span>', css, icon(icon_name) if icon_name else EMPTY, label)


@register.simple_tag
def priority(number: int | None) -> SafeString:
    """P1 to P5; nothing without a priority."""
    return _priority(number, get_language()) if number else EMPTY


@cache
def _priority(number: int, language: str) -> SafeString:
    return markup.fill('<span class="ek-prio ek-prio--{0}" title="{1}">P{0}</span>', number, _("Priority {n}").format(n=number))


@register.simple_tag
def tier(level: int | None, short: bool = False) -> SafeString:
    """Tier 1, or T1 in tables."""
    return _tier(level, short, get_language()) if level else EMPTY


@cache
def _tier(level: int, short: bool, language: str) -> SafeString:
    name = _("Tier {n}").format(n=level)
    css = " ek-tier--1" if level == 1 else ""
    if short:
        return markup.fill('<span class="ek-tier{}" title="{}">T{}</span>', css, name, level)
    return markup.fill('<span class="ek-tier{}">{}</span>', css, name)


@register.simple_tag
def service(value: Any, short: bool = False, link: bool = True) -> SafeString:
    """A service with its tier; as a link unless it stands inside another link or button."""
    if value is None:
        return markup.fill('<span class="ek-3">{}</span>', _("No service"))
    return _service(value.name, value.tier_id, short, value.get_absolute_url() if link else "", get_language())


@lru_cache(maxsize=KEPT)
def _service(name: str, level: int, short: bool, url: str, language: str) -> SafeString:
    inner = markup.fill("<span>{}</span>{}", name, tier(level, short))
    return markup.fill('<a class="ek-svc" href="{}">{}</a>', url, inner) if url else markup.fill('<span class="ek-svc">{}</span>', inner)


@register.simple_tag
def key(ticket: Any, with_icon: bool = True, link: bool = True) -> SafeString:
    """The key of a ticket as a link: with its kind's icon in mixed lists, without in lists of one kind."""
    mark = icon(ticket.kind_of.icon) if with_icon else EMPTY
    if not link:
        return markup.fill('<span class="ek-key">{}{}</span>', mark, ticket.key)
    return markup.fill('<a class="ek-key" href="{}">{}{}</a>', ticket.get_absolute_url(), mark, ticket.key)


@register.simple_tag
@cache
def kbd(keys: str) -> SafeString:
    """A key hint."""
    return markup.fill('<kbd class="ek-kbd">{}</kbd>', keys)


# ---------- people ----------


@register.simple_tag
def avatar(user: Any, size: str = "", is_on: bool = False) -> SafeString:
    """Initials in the person's colour (size sm, lg, xl); an outline when there is nobody."""
    css = f" ek-av--{size}" if size else ""
    if user is None:
        return markup.fill('<span class="ek-av ek-av--none{}" aria-hidden="true">{}</span>', css, icon("user", 14))
    return _initials(user.avatar_hue, css, user.initials, is_on)


@lru_cache(maxsize=KEPT)
def _initials(hue: int, css: str, letters: str, is_on: bool) -> SafeString:
    dot = mark_safe('<i class="ek-av__on"></i>') if is_on else EMPTY
    return markup.fill('<span class="ek-av ek-av--{}{}" aria-hidden="true">{}{}</span>', hue, css, letters, dot)


@register.simple_tag
def person(user: Any, size: str = "", label: str = "") -> SafeString:
    """Avatar and name; "Unassigned", or the label, when there is nobody."""
    name = user.name if user is not None else label or _("Unassigned")
    quiet = mark_safe(' class="ek-3"') if user is None else EMPTY
    return markup.fill('<span class="ek-person">{}<span{}>{}</span></span>', avatar(user, size), quiet, name)


@register.simple_tag
def avatars(users: Iterable[Any], size: str = "", most: int = 6) -> SafeString:
    """A group of avatars, read aloud as names."""
    people = list(users)
    if not people:
        return EMPTY
    names = ", ".join(user.name for user in people)
    drawn = format_html_join("", "{}", ((avatar(user, size),) for user in people[:most]))
    rest = markup.fill('<span class="ek-12 ek-3">+{}</span>', len(people) - most) if len(people) > most else EMPTY
    return markup.fill('<span class="ek-avs" role="img" aria-label="{}" title="{}">{}</span>{}', names, names, drawn, rest)


@register.simple_tag
def team(value: Any, size: str = "") -> SafeString:
    """A team with its square avatar."""
    if value is None:
        return markup.fill('<span class="ek-3">{}</span>', _("No team"))
    css = f" ek-av--{size}" if size else ""
    hue = (value.pk or 0) % 8 + 1
    mark = markup.fill('<span class="ek-av ek-av--team ek-av--{}{}" aria-hidden="true">{}</span>', hue, css, value.initials)
    return markup.fill('<span class="ek-person">{}<span>{}</span></span>', mark, value.name)


# ---------- time ----------


@register.simple_tag(takes_context=True)
def ago(context: template.Context, at: datetime | None, css: str = "") -> SafeString:
    """An instant in a list; the page keeps it true."""
    if at is None:
        return EMPTY
    text = wording.ago(at, _now(context))
    return markup.fill('<time data-rel datetime="{}" title="{}"{}>{}</time>', at.isoformat(), wording.exact(at), _class(css), text)


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None, css: str = "") -> SafeString:
    """An instant on a record or in a plan, absolute with its zone."""
    if at is None:
        return EMPTY
    text = wording.moment(at, _now(context))
    return markup.fill('<time datetime="{}" title="{}"{}>{}</time>', at.isoformat(), wording.exact(at), _class(css), text)


def _class(css: str) -> SafeString:
    return markup.fill(' class="{}"', css) if css else EMPTY


@register.simple_tag(takes_context=True)
def since(context: template.Context, at: datetime | None) -> SafeString:
    """How long something has lasted, ticking: 47m."""
    if at is None:
        return EMPTY
    return markup.fill('<span data-since="{}">{}</span>', at.isoformat(), wording.span((_now(context) - at).total_seconds()))


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Seconds or a timedelta as 3h 15m."""
    if value is None:
        return ""
    return wording.span(value.total_seconds() if isinstance(value, timedelta) else value)


@register.filter
def exactly(seconds: int) -> str:
    """Seconds to the second, in hours as contracts count them: 26h 03m 09s, 4m 20s."""
    whole = abs(int(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    text = f"{hours}h {minutes:02d}m {rest:02d}s" if hours else f"{minutes}m {rest:02d}s" if minutes else f"{rest}s"
    return f"−{text}" if seconds < 0 else text


@register.filter
def clock_change(begin: datetime, end: datetime) -> str:
    """What the clocks of the reader's zone did between two instants: empty, or that they went forward or back, so that the hours add up."""
    begins, ends = (timezone.localtime(instant).utcoffset() or timedelta() for instant in (begin, end))
    if begins == ends:
        return ""
    hours = wording.span(abs((ends - begins).total_seconds()))
    return (_("the clocks went back %(hours)s") if ends < begins else _("the clocks went forward %(hours)s")) % {"hours": hours}


@register.filter
def grouped(value: float | None) -> str:
    """1 280 instead of 1280."""
    return "" if value is None else wording.grouped(value)


@register.filter
def counted(value: int | None) -> str:
    """A figure of a list: exact, or 1 000+ when nobody counted further."""
    return "" if value is None else wording.counted(value)


@register.filter
def markdown(text: str | None) -> SafeString:
    """Text that a person wrote, as harmless HTML."""
    return markdown_text.render(text or "")


@register.simple_tag
def sentence(entry: Any) -> SafeString:
    """What a journal entry says, with the one who did it in bold."""
    text = entry.sentence
    actor = entry.actor.name if entry.actor_id else "Evenkeel"
    if text.startswith(actor):
        return markup.fill("<b>{}</b>{}", actor, text[len(actor) :])
    return markup.fill("{}", text)


@register.filter
def graph_json(value: Any) -> SafeString:
    """The data of an <ek-graph>, inside a script element that never runs."""
    return json_script(value)


@register.simple_tag(takes_context=True)
def custom(context: template.Context, kind: str, value: Any) -> Any:
    """The value of a custom field by its type; an empty one as a dash."""
    if value in (None, "", []):
        return mark_safe('<span class="ek-3">–</span>')
    shown: dict[str, Callable[[], Any]] = {
        "paragraph": lambda: markup.fill('<div class="ek-prose">{}</div>', markdown(value)),
        "date": lambda: wording.day(date.fromisoformat(value)),
        "datetime": lambda: moment(context, datetime.fromisoformat(value)),
        "checkbox": lambda: _("Yes") if value else _("No"),
        "choices": lambda: markup.fill(
            '<span class="ek-tags">{}</span>', format_html_join("", '<span class="ek-tag">{}</span>', ((one,) for one in value))
        ),
        "url": lambda: markup.fill('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>', value),
        "person": lambda: person(value),
    }
    return shown.get(kind, lambda: value)()


# ---------- SLA ----------


@register.simple_tag(takes_context=True)
def sla(context: template.Context, clock: Any, now: datetime | None = None, chip: bool = False, name: bool = False) -> SafeString:
    """A service-level clock: counts down while it runs, keeps its value when paused, says how it ended when stopped.

    clock: `state` (running, paused, stopped), `due_at`, `target_seconds`, `used_seconds`, `metric_label`,
    `is_breached`.
    """
    if clock is None:
        return EMPTY
    at = now or _now(context)
    shape = " ek-sla--chip" if chip else ""
    label = markup.fill('<span class="ek-sla__name">{}</span>', clock.metric_label) if name or chip else EMPTY
    if clock.state == "running" and clock.due_at is not None:
        return _running(clock, at, shape, label)
    used = clock.used_seconds or 0
    if clock.state == "paused":
        return _still("paused", "player-pause", _("Paused"), _("paused"), wording.span(clock.target_seconds - used), shape, label)
    text = _("{used} of {target}").format(used=wording.span(used), target=_goal(clock.target_seconds)) if label else wording.span(used)
    if not clock.is_breached:
        return _still("met", "circle-check", _("Met"), _("met"), text, shape, label)
    return _still("breach", "alert-triangle", _("Missed"), _("missed"), text, shape, label)


@cache
def _states(language: str) -> dict[str, tuple[str, str]]:
    """What a running clock is called and how it is read aloud, in a language."""
    return {
        "ok": (_("On track"), _("on track")),
        "risk": (_("At risk"), _("at risk")),
        "breach": (_("Breached"), _("breached")),
    }


def _running(clock: Any, at: datetime, shape: str, label: SafeString) -> SafeString:
    left = (clock.due_at - at).total_seconds()
    used = max(0.0, min(1.0, 1 - left / (clock.target_seconds or 1)))
    state = "breach" if left < 0 else "risk" if used >= RISK_FROM else "ok"
    title, spoken = _states(get_language())[state]
    mark = icon("alert-triangle") if state == "breach" else mark_safe('<i class="ek-sla__ring"></i>')
    return markup.fill(
        '<ek-sla class="ek-sla ek-sla--{}{}" due="{}" total="{}" data-name="{}" style="--p:{}" title="{}">{}{}'
        '<span data-left>{}</span><span class="ek-sr">{}</span></ek-sla>',
        state, shape, clock.due_at.isoformat(), int(clock.target_seconds), clock.metric_label, f"{used:.3f}", title,
        mark, label, wording.countdown(left), spoken,
    )  # fmt: skip


def _still(state: str, mark: str, title: str, spoken: str, text: str, shape: str, label: SafeString) -> SafeString:
    return markup.fill(
        '<span class="ek-sla ek-sla--{}{}" title="{}">{}{}<span>{}</span><span class="ek-sr">{}</span></span>',
        state, shape, title, icon(mark), label, text, spoken,
    )  # fmt: skip


def _goal(seconds: float) -> str:
    """A goal reads 15m, 4h or 2d, not 4h 00m."""
    return wording.span(seconds).removesuffix(" 00m").removesuffix(" 0h")


# ---------- forms and page parts ----------


@register.inclusion_tag("components/form_field.html")
def form_field(field: BoundField, wide: bool = False) -> dict[str, Any]:
    """A field with label, hint and message, wired for screen readers."""
    widget = field.field.widget
    is_check = isinstance(widget, CheckboxInput) and not isinstance(widget, Select)
    is_group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    shape = "form-check-input" if is_check or is_group else "form-select" if isinstance(widget, Select) else "form-control"
    css = " ".join(filter(None, (shape, "is-invalid" if field.errors else "", widget.attrs.get("class", ""))))
    attributes: dict[str, str | bool] = {"class": css, **({"data-focus": ""} if widget.attrs.get("autofocus") else {})}
    return {
        "field": field,
        "control": field.as_widget(attrs=attributes) + (field.as_hidden(only_initial=True) if field.field.show_hidden_initial else EMPTY),
        "is_check": is_check,
        "is_group": is_group,
        "is_wide": wide,
    }


@register.inclusion_tag("components/field_error.html")
def field_error(field: BoundField) -> dict[str, Any]:
    """The messages of one field, under it."""
    return {"errors": field.errors, "id": f"{field.auto_id}_error"}


@register.inclusion_tag("components/empty.html")
def empty(icon_name: str, title: str, text: str = "", url: str = "", label: str = "") -> dict[str, Any]:
    """What a list shows when nothing is in it: what is true, then the next step."""
    return {"icon_name": icon_name, "title": title, "text": text, "url": url, "label": label}


@register.simple_tag
def tab(url: str, label: str, is_current: bool = False, count: int | None = None) -> SafeString:
    """A tab of a record."""
    figure = markup.fill('<span class="ek-count--pill">{}</span>', count) if count else EMPTY
    current = mark_safe(' aria-current="page"') if is_current else EMPTY
    return markup.fill('<a href="{}"{}>{}{}</a>', url, current, label, figure)


@register.simple_block_tag
def field(content: str, label: str, name: str = "", url: str = "", hotkey: str = "", dialog: str = "") -> SafeString:
    """A line of a record's field panel. With `url` it can be changed: the server renders the menu of values there, with `dialog` a form."""
    if dialog:
        button = markup.fill(
            '<button type="button" class="ek-edit" id="edit-{}" hx-get="{}" hx-target="#dialog-body" aria-label="{}">{}</button>',
            name, dialog, _("Change {field}").format(field=label), icon("pencil", 14),
        )  # fmt: skip
        return markup.fill('<div class="ek-field"><dt>{}</dt><dd data-edit>{}{}</dd></div>', label, mark_safe(content), button)
    if not url:
        return markup.fill('<div class="ek-field"><dt>{}</dt><dd>{}</dd></div>', label, mark_safe(content))
    hint = markup.fill(' data-hotkey="{0}" title="{1}  {0}"', hotkey, label) if hotkey else EMPTY
    button = markup.fill(
        '<button type="button" class="ek-edit" id="edit-{}" data-menu-url="{}" aria-haspopup="menu"'
        ' aria-expanded="false" aria-label="{}"{}>{}</button>',
        name, url, _("Change {field}").format(field=label), hint, icon("pencil", 14),
    )  # fmt: skip
    return markup.fill('<div class="ek-field"><dt>{}</dt><dd data-edit>{}{}</dd></div>', label, mark_safe(content), button)


@register.inclusion_tag("components/logo.html")
def logo(size: int = 22) -> dict[str, Any]:
    """The product's mark."""
    return {"size": size}


@register.filter
def marked(text: str) -> SafeString:
    """A text with the words that a search found, which stand between two control characters, as <mark>."""
    escaped = str(escape(text))
    return mark_safe(escaped.replace("\x02", "<mark>").replace("\x03", "</mark>"))
