"""Every write to saved searches."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from alerts import events, permissions
from alerts.models import SavedSearch
from alerts.models.search import DESCRIPTION_LENGTH, NAME_LENGTH, QUERY_LENGTH
from common import clock, errors
from journal import actions as journal

COLUMNS = ("name", "query", "description", "owner", "team", "visibility")
LENGTHS = {"name": NAME_LENGTH, "query": QUERY_LENGTH, "description": DESCRIPTION_LENGTH}


@transaction.atomic
def create(*, actor: User | None, values: Mapping[str, Any]) -> SavedSearch:
    """Keeps a search under a name. Raises Refused, Invalid for what is missing, Conflict for a name that is taken.

    values: name, query, description, owner, team, visibility.
    """
    at = clock.now()
    search = SavedSearch(created_at=at, updated_at=at, **{"owner": actor, **values})
    permissions.can_save_search(actor, search.visibility, search.team).require()
    _check(search)
    search.save(force_insert=True)
    journal.record(events.SEARCH_SAVED, search, actor=actor, at=at, name=search.name)
    return search


@transaction.atomic
def change(search: SavedSearch, *, actor: User | None, values: Mapping[str, Any]) -> SavedSearch:
    """Changes some columns of a saved search. Raises Refused, Invalid and Conflict as create does."""
    held = SavedSearch.objects.select_for_update().get(pk=search.pk)
    permissions.can_change_search(actor, held).require()
    if {"visibility", "team"} & values.keys():
        permissions.can_save_search(actor, values.get("visibility", held.visibility), values.get("team", held.team)).require()
    changed = [name for name, value in values.items() if name in COLUMNS and getattr(held, name) != value]
    for name in changed:
        setattr(held, name, values[name])
    _check(held)
    if changed:
        held.updated_at = clock.now()
        held.save(update_fields=[*changed, "updated_at"])
        journal.record(events.SEARCH_SAVED, held, actor=actor, at=held.updated_at, name=held.name)
    return held


@transaction.atomic
def delete(search: SavedSearch, *, actor: User | None) -> None:
    """Removes a saved search."""
    permissions.can_change_search(actor, search).require()
    journal.record(events.SEARCH_REMOVED, search, actor=actor, name=search.name)
    search.delete()


def _check(search: SavedSearch) -> None:
    if search.visibility == SavedSearch.TEAM and search.team is None:
        raise errors.Invalid("team", _("Choose the team that sees it."))
    for name in ("name", "query"):
        if not getattr(search, name):
            raise errors.Invalid(name, _("Write a text."))
    for name, most in LENGTHS.items():
        if len(getattr(search, name)) > most:
            raise errors.Invalid(name, _("Write at most %(most)d characters.") % {"most": most})
    if SavedSearch.objects.filter(name__iexact=search.name).exclude(pk=search.pk).exists():
        raise errors.Conflict(_("Another saved search has the name %(name)s.") % {"name": search.name})
