"""Alerts as label sets, and matchers over them, as Prometheus and Alertmanager have them. Pure: no database, no Django."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
MATCHER = re.compile(r"""\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"{}]*?))\s*""", re.DOTALL)
ANNOTATION = "annotation."
LONGEST_PATTERN, LONGEST_VALUE = 500, 1_000
LARGEST_PROGRAM = 1_000_000  # bytes


class BadMatcher(Exception):
    """A matcher that cannot be understood."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """name = value, or != , or a regular expression that has to fit the whole value. A label that is not there is an empty text."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Whether a label set fits."""
        given = labels.get(self.name, "")[:LONGEST_VALUE]
        found = pattern(self.value).fullmatch(given) is not None if self.is_regex else given == self.value
        return found == self.is_equal

    def __str__(self) -> str:
        operator = {(False, True): "=", (False, False): "!=", (True, True): "=~", (True, False): "!~"}[self.is_regex, self.is_equal]
        return f'{self.name}{operator}"{self.value}"'


def matcher(name: str, value: str, *, is_regex: bool = False, is_equal: bool = True) -> Matcher:
    """A checked matcher. Raises BadMatcher for a name that is none, and for an expression that is wrong."""
    if not NAME.fullmatch(name):
        raise BadMatcher(f'invalid label name "{name[:100]}"')
    if is_regex:
        pattern(value)
    return Matcher(name, value, is_regex, is_equal)


def parse(text: str) -> Matcher:
    """alertname="x", alertname=x, !=, =~, !~. Raises BadMatcher."""
    found = MATCHER.fullmatch(text)
    if found is None:
        raise BadMatcher(f"bad matcher format: {text[:200]}")
    name, operator, quoted, bare = found.groups()
    value = re.sub(r"\\(.)", lambda one: {"n": "\n"}.get(one[1], one[1]), quoted) if quoted is not None else bare
    return matcher(name, value, is_regex="~" in operator, is_equal=operator[0] == "=")


@lru_cache(maxsize=512)
def pattern(text: str) -> Any:
    """A checked expression of RE2, as Prometheus has them: its time grows with the text, whatever the expression. Raises BadMatcher for one that is wrong."""
    if len(text) > LONGEST_PATTERN:
        raise BadMatcher(f"a regular expression has at most {LONGEST_PATTERN} characters")
    options = re2.Options()
    options.dot_nl, options.log_errors, options.max_mem = True, False, LARGEST_PROGRAM
    try:
        return re2.compile(text, options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise BadMatcher(f"error parsing regexp: {said.decode() if isinstance(said, bytes) else said}") from error


def labels_of(alert: Any) -> dict[str, str]:
    """The labels of an alert: its details that can be labels, with alertname, severity, service and instance where they are not there."""
    found = {name: text for name, text in alert.details.items() if NAME.fullmatch(name)}
    usual = {"alertname": alert.message, "severity": f"P{alert.priority}", "service": alert.service_name, "instance": alert.entity}
    return {**{name: text for name, text in usual.items() if text}, **found}


def annotations_of(alert: Any) -> dict[str, str]:
    """What it says to people."""
    found = {name.removeprefix(ANNOTATION): text for name, text in alert.details.items() if name.startswith(ANNOTATION)}
    return {"summary": alert.message, **({"description": alert.description} if alert.description else {}), **found}


def fits_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether all matchers fit."""
    return all(one.fits(labels) for one in matchers)


def stored(rows: Iterable[Mapping[str, Any]]) -> list[Matcher]:
    """Matchers as silences keep them."""
    return [Matcher(row["name"], row["value"], bool(row.get("isRegex")), bool(row.get("isEqual", True))) for row in rows]


def to_data(one: Matcher) -> dict[str, Any]:
    """A matcher as Alertmanager writes it."""
    return {"isEqual": one.is_equal, "isRegex": one.is_regex, "name": one.name, "value": one.value}
