"""What may stand where somebody is writing a query for alerts: fields, values and words that combine (ALR-24). Pure but for the values it is given."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from alerts.opsgenie import language
from alerts.opsgenie.language import BadQuery, Token
from common.query.fields import Suggestion
from common.query.suggesting import MOST, Completion

FIELD, AFTER, VALUE, LISTED = "field", "after", "value", "listed"
JOINING = ("AND", "OR", "NOT")
FIXED: dict[str, list[tuple[str, Any]]] = {
    language.STATE: [(language.STATES[0], _("also acknowledged and snoozed ones")), (language.STATES[1], "")],
    language.FLAG: [(text, "") for text in language.FLAGS],
    language.LEVEL: [("P1", _("critical")), ("P2", _("high")), ("P3", _("moderate")), ("P4", _("low")), ("P5", _("for information"))],
}
LABELS: dict[str, Any] = {
    "status": _("open or closed"), "priority": _("P1 to P5"), "acknowledged": _("somebody has it"), "snoozed": _("quiet for a while"),
    "owner": _("whose it is, by e-mail address"), "teams": _("responders and teams of services"), "tag": _("a tag"), "message": _("words of the message"),
    "source": _("words of the source"), "entity": _("words of the entity"), "alias": _("the dedup key"), "count": _("how many events"),
    "integration.name": _("where it came from"), "integration.type": _("which kind of tool"), "createdAt": _("day it began"),
    "lastOccurredAt": _("day of its newest event"), "details.key": _("name of a detail"), "details.value": _("words of a detail"),
    "detailsPair": _("one detail and its value"), "description": _("words of the description"), "acknowledgedBy": _("who acknowledged it"),
    "closedBy": _("who closed it"), "recipients": _("who was paged"), "tinyId": _("its number"), "isSeen": _("somebody looked at it"),
}  # fmt: skip
ORDER = [*LABELS, *(name for name in language.FIELDS if name not in LABELS and name != "text")]
Values = Callable[[str, str], Iterable[tuple[str, str]]]


@dataclass(slots=True)
class _Place:
    """What is expected behind some pieces. field: whose value. open: the brackets that are open, each with its field, empty for one of terms."""

    expects: str
    field: str
    open: list[str]


def suggest(text: str, cursor: int, values: Values) -> Completion:
    """The completion at an offset of a query, which may be unfinished. values: texts and labels for a field and the letters typed. Never raises for a text."""
    cursor = max(0, min(cursor, len(text)))
    try:
        words, begun, start = _split(text[:cursor])
    except BadQuery:
        return Completion(cursor, cursor, [])
    end = cursor
    while begun is not None and end < len(text) and not text[end].isspace() and text[end] not in '"():':
        end += 1
    return Completion(start, end, _offered(_after(words), begun, values)[:MOST])


def _split(before: str) -> tuple[list[Token], str | None, int]:
    """The finished pieces in front of the cursor, the one that is being typed, and where that begins; an open quotation mark begins one."""
    try:
        words = language.tokens(before)
    except BadQuery as error:
        if before[error.position : error.position + 1] != '"':
            raise
        return language.tokens(before[: error.position]), before[error.position + 1 :], error.position
    if words and words[-1].kind == "word" and words[-1].end == len(before):
        return words[:-1], words[-1].text, words[-1].at
    return words, None, len(before)


def _after(words: Sequence[Token]) -> _Place:
    here = _Place(FIELD, "", [])
    for place, token in enumerate(words):
        _step(here, token, words[place + 1] if place + 1 < len(words) else None)
    return here


def _step(here: _Place, token: Token, following: Token | None) -> None:
    is_joining = token.kind == "word" and token.text.upper() in JOINING
    if token.kind == "op":
        here.expects = VALUE
    elif token.kind == "open":
        here.open.append(here.field if here.expects in (VALUE, LISTED) else "")
        here.expects = VALUE if here.open[-1] else FIELD
    elif token.kind == "close":
        here.field = here.open.pop() if here.open else ""
        here.expects, here.field = AFTER, next(iter(here.open[-1:]), "")
    elif here.expects in (VALUE, LISTED):
        is_list = bool(here.open and here.open[-1])
        here.expects = VALUE if is_joining else LISTED if is_list else AFTER
    elif is_joining:
        here.expects = FIELD
    else:
        here.field = (language.field_named(token.text) or "") if following is None or following.kind == "op" else ""
        here.expects = AFTER


def _offered(here: _Place, begun: str | None, values: Values) -> list[Suggestion]:
    typed = begun or ""
    if here.expects == VALUE:
        return _values(here.field, typed, values)
    closing = [")"] if here.open and not typed else []
    if here.expects == LISTED:
        return _keywords(["OR", "AND", *closing], typed)
    joining = _keywords(["AND", "OR", *closing], typed) if here.expects == AFTER else []
    if here.expects == AFTER and not typed:
        return joining
    return [*joining, *_fields(typed), *(_keywords(["NOT"], typed) if typed else [])]


def _fields(typed: str) -> list[Suggestion]:
    wanted = typed.lower()
    ranked = sorted((not name.lower().startswith(wanted), place, name) for place, name in enumerate(ORDER) if wanted in name.lower())
    return [
        Suggestion("field", f"{name}:" if name != "detailsPair" else 'detailsPair("', str(LABELS.get(name, ""))) for _rank, _place, name in ranked
    ]


def _values(field: str, typed: str, values: Values) -> list[Suggestion]:
    fixed = FIXED.get(language.FIELDS.get(field, ""))
    found = values(field, typed) if fixed is None else [(text, label) for text, label in fixed if text.lower().startswith(typed.lower())]
    return [Suggestion("value", quoted(text), str(label)) for text, label in found]


def quoted(text: str) -> str:
    """A value as a query writes it: in quotation marks where it would not be one word."""
    plain = language.VALUE.fullmatch(text) and text.upper() not in JOINING
    return text if plain else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _keywords(words: Iterable[str], typed: str) -> list[Suggestion]:
    return [Suggestion("keyword", word) for word in words if word.lower().startswith(typed.lower())]
