"""People, teams and organisations as values of the query language, for the fields of every app that points at them."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Team, User
from common.query import columns, tree
from common.query.asking import Asker
from common.query.errors import QueryError, did_you_mean, nearest
from common.query.tokens import quoted

Ids = dict[str, list[int]]


def is_of_the_desk(asker: Asker) -> bool:
    """Whether this person may learn who and what exists; a requester's unknown name simply finds nothing."""
    return bool(asker.user.has_right("desk.access"))


def named(rows: Iterable[tuple[int, Sequence[str]]]) -> Ids:
    """Which ids bear a name, in lower case, from (id, names) pairs."""
    found: Ids = {}
    for pk, names in rows:
        for name in {name.lower() for name in names if name}:
            found.setdefault(name, []).append(pk)
    return found


def _people(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    rows = User.objects.annotate(lower_name=Lower("name"), lower_email=Lower("email"))
    found = rows.filter(Q(lower_name__in=names) | Q(lower_email__in=names)).values_list("pk", "email", "name")
    return named((pk, (email, name)) for pk, email, name in found)


def _offer_people(prefix: str, asker: Asker) -> list[tuple[str, str]]:
    rows = User.objects.filter(is_active=True)
    if prefix:
        rows = rows.filter(Q(name__icontains=prefix) | Q(email__icontains=prefix))
    return list(rows.order_by("name").values_list("email", "name")[: columns.MOST_OFFERED if prefix else 200])


def _team_rows(asker: Asker) -> list[tuple[int, str, str]]:
    return asker.once("teams", lambda: list(Team.objects.order_by("name").values_list("pk", "slug", "name")))


def _teams(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    return named((pk, (slug, name)) for pk, slug, name in _team_rows(asker))


def _organisation_rows(asker: Asker) -> list[tuple[int, str]]:
    return asker.once("organisations", lambda: list(Organisation.objects.order_by("name").values_list("pk", "name")))


def _organisations(names: set[str], asker: Asker) -> Mapping[str, Sequence[int]]:
    return named((pk, (name,)) for pk, name in _organisation_rows(asker))


PEOPLE = columns.Register(_people, _offer_people, is_of_the_desk)
TEAMS = columns.Register(_teams, lambda _prefix, asker: [(name, slug) for _pk, slug, name in _team_rows(asker)], is_of_the_desk)
ORGANISATIONS = columns.Register(_organisations, lambda _prefix, asker: [(name, name) for _pk, name in _organisation_rows(asker)], is_of_the_desk)


def members_of(asker: Asker, call: tree.Call) -> list[int]:
    """The people of a team, by its name or short name."""
    wanted = call.arguments[0]
    known = _teams(set(), asker)
    teams = known.get(wanted.text.strip().lower())
    if teams is None:
        if not is_of_the_desk(asker):
            return []
        alike = [quoted(name) for name in nearest(wanted.text, [name for _pk, _slug, name in _team_rows(asker)])]
        message = _("There is no team “%(name)s”.") % {"name": wanted.text[:60]} + did_you_mean(alike)
        raise QueryError(wanted.position, message, alike, length=wanted.length)
    if not is_of_the_desk(asker):
        return [pk for pk in (asker.user.pk,) if asker.user.team_ids & set(teams)]
    return list(Membership.objects.filter(team__in=teams).values_list("user", flat=True))
