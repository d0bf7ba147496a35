"""Searching tickets as people do: a key, or words in summary, description and comments; near misses by likeness. Only what the asker may see.

Public and internal text are searched apart, so that a note never leads somebody to a ticket who may not read notes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, SearchVectorField, TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Left

from accounts.models import User
from tickets import kinds, permissions, queries
from tickets.models import Comment, Ticket

LENGTH = 200
CANDIDATES, NEWEST = 400, 5_000
ALIKE = 0.45
SHORTEST = 4
START, STOP = "\x02", "\x03"  # no text of a ticket holds them; the screen turns them into <mark>
WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Found:
    """A ticket that was found: what it says with the words marked by START and STOP, and where they stand: key, text, comment, or alike."""

    ticket: Ticket
    summary: str
    excerpt: str
    where: str


def find(user: User, text: str, limit: int = 20) -> list[Found]:
    """The best tickets for a text: the one of that key, else ranked by how well and where the words match, open ones before done ones.

    When none matches, tickets whose summary is spelled alike are shown.
    """
    words = " ".join(text.replace("\0", " ").split())[:LENGTH]
    if not words:
        return []
    exact = by_key(user, words)
    if exact is not None:
        return [Found(exact, exact.summary, "", "key")]
    query = _query(words)
    ids = _ranked(user, query, limit) if query is not None else []
    found = _told(user, ids, query) if query is not None and ids else []
    if found or _has_operators(words):
        return found
    return [Found(ticket, ticket.summary, "", "alike") for ticket in _alike(user, words, limit)]


def by_key(user: User, text: str) -> Ticket | None:
    """The ticket of a key such as INC-1042, letter case ignored."""
    prefix, dash, number = text.partition("-")
    kind = kinds.by_prefix(prefix)
    if not dash or kind is None or not number.isdigit() or len(number) > 17:
        return None
    return queries.tickets_for(user).filter(kind=kind.name, number=int(number)).select_related("status").first()


def _query(text: str) -> SearchQuery | None:
    """Each word must occur, the last one as a beginning, because it may still be typed; quotes, OR and minus are the search engine's own."""
    if _has_operators(text):
        return SearchQuery(text, config="english", search_type="websearch")
    words = WORD.findall(text)
    if not words:
        return None
    return SearchQuery(" & ".join([*words[:-1], f"{words[-1]}:*"]), config="english", search_type="raw")


def _has_operators(text: str) -> bool:
    """Whether somebody asks precisely: a phrase in quotes, OR, or a word that must not occur."""
    return '"' in text or " OR " in text or " -" in f" {text}"


def _ranked(user: User, query: SearchQuery, limit: int) -> list[int]:
    """Ids, the best first. At most 400 newest candidates of each place are ranked, so that a common word stays fast."""
    seen = queries.tickets_for(user)
    texts = _newest(seen, "search_public", query, limit)
    comments = _newest(_comments(user), "search", query, limit)
    said = dict(Comment.objects.filter(pk__in=comments).values_list("ticket").annotate(best=Max(SearchRank(F("search"), query))))
    ranks = dict(Ticket.objects.filter(pk__in=texts).annotate(rank=SearchRank(F("search_public"), query)).values_list("pk", "rank"))
    allowed = dict(seen.filter(pk__in={*ranks, *said}).values_list("pk", "is_open"))
    return sorted(allowed, key=lambda pk: (-(ranks.get(pk, 0) * 2 + said.get(pk, 0) + (0.2 if allowed[pk] else 0)), -pk))[:limit]


def _newest(rows: QuerySet[Any], column: str, query: SearchQuery, limit: int) -> list[int]:
    """Ids of the newest rows whose text matches, at most 400.

    A common word is found among the newest rows, read one by one; what is too rare to be found there is asked of the index, whose answer is short
    then. Left to itself PostgreSQL guesses how common a word is, and reads a million rows when it guesses wrong.
    """
    edge = next(iter(rows.model._default_manager.order_by("-pk").values_list("pk", flat=True)[NEWEST : NEWEST + 1]), None)
    read_one_by_one = Coalesce(F(column), Value("", output_field=SearchVectorField()))
    newest = rows.filter(pk__gt=edge or 0).annotate(text=read_one_by_one).filter(text=query).order_by("-pk")
    ids = list(newest.values_list("pk", flat=True)[:CANDIDATES])
    if edge is None or len(ids) >= limit:
        return ids
    by_index = rows.filter(**{column: query}).order_by((F("pk") + 0).desc())  # “+ 0”: no walk along the key
    return list(by_index.values_list("pk", flat=True)[:CANDIDATES])


def _comments(user: User) -> QuerySet[Comment]:
    """Replies, and the notes of kinds of which this person may read them."""
    where, shown = permissions.internal_side(user, "ticket__"), Comment.objects.filter(hidden_at__isnull=True)
    return shown if where is None else shown.filter(Q(is_internal=False) | where)


def _told(user: User, ids: Sequence[int], query: SearchQuery) -> list[Found]:
    options: dict[str, Any] = {"start_sel": START, "stop_sel": STOP, "config": "english"}
    rows = {
        row.pk: row
        for row in Ticket.objects.filter(pk__in=ids)
        .select_related("status", "service")
        .defer("search_public", "custom")
        .annotate(
            marked=SearchHeadline("summary", query, highlight_all=True, **options),
            part=SearchHeadline(Left("description", 20_000), query, min_words=12, max_words=30, **options),
        )
    }
    parts = dict(
        _comments(user)
        .filter(ticket__in=ids, search=query)
        .order_by("ticket", "-id")
        .distinct("ticket")
        .annotate(part=SearchHeadline(Left("body", 20_000), query, min_words=12, max_words=30, **options))
        .values_list("ticket", "part")
    )
    return [_one(rows[pk], parts.get(pk, "")) for pk in ids if pk in rows]


def _one(row: Ticket, comment: str) -> Found:
    marked, part = row.marked, row.part  # type: ignore[attr-defined]  # annotated above
    if START in part or START in marked:
        return Found(row, marked, part if START in part else "", "text")
    return Found(row, marked, comment, "comment")


def _alike(user: User, text: str, limit: int) -> list[Ticket]:
    """Tickets whose summary holds words spelled like these: a typing mistake still finds."""
    words = [word for word in WORD.findall(text) if len(word) >= SHORTEST][:6] or [text]
    condition = Q()
    for word in words:
        condition &= Q(summary__trigram_word_similar=word)
    likeness = sum((TrigramWordSimilarity(word, "summary") for word in words), start=Value(0.0))
    rows = queries.tickets_for(user).filter(condition).annotate(likeness=likeness)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(ALIKE)])
        best = list(rows.filter(likeness__gte=ALIKE * len(words)).order_by("-likeness", "-id").values_list("pk", flat=True)[:limit])
    found = Ticket.objects.select_related("status", "service").defer("search_public", "custom").in_bulk(best)
    return [found[pk] for pk in best if pk in found]
