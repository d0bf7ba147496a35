"""Who is to hear of what happened to a ticket, why, and in which words. Reads only; notifications checks what each may see."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Lower, Replace, StrIndex, Substr
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from journal.models import Entry
from notifications import queries as notifications
from notifications import topics
from tickets import events, mentions
from tickets.models import Comment, Ticket

LATE = 75
BREACH = 100
QUIET_MOVES = {"publish", "undo"}
UNDOABLE = (events.ASSIGNED, events.TRANSITIONED)
UNDO_WITHIN = timedelta(minutes=2)

Hearers = dict[int, tuple[str, str]]


def mentioned(comment: Comment) -> list[User]:
    """The active people whom a comment names."""
    handles = mentions.handles_in(comment.body)
    if not handles:
        return []
    people = User.objects.filter(is_active=True).annotate(
        mailbox=Lower(Substr("email", 1, StrIndex("email", Value("@")) - 1)), dotted=Replace(Lower("name"), Value(" "), Value("."))
    )
    return list(people.filter(Q(mailbox__in=handles) | Q(dotted__in=handles)))


def hearers(entry: Entry, ticket: Ticket, named: Iterable[User] = ()) -> Hearers:
    """Person → topic and reason. The strongest reason stands: named, assigned, watching, of the team, reported."""
    data = entry.data
    if entry.event == events.COMMENT_ADDED:
        return _of_comment(entry, ticket, named)
    if entry.event == events.TRANSITIONED:
        return {} if data.get("verb") in QUIET_MOVES else _around(ticket, topics.STATUS, with_reporter=True)
    if entry.event == events.SLA_THRESHOLD:
        return _responsible(ticket, topics.SLA) if LATE <= data.get("percent", 0) < BREACH else {}
    if entry.event == events.SLA_BREACHED:
        return _watching(ticket, topics.BREACHED) | _responsible(ticket, topics.BREACHED)
    return _of_giving(entry, ticket)


def _of_giving(entry: Entry, ticket: Ticket) -> Hearers:
    """The new assignee; when nobody has it, the people of the new team. A ticket that is created is given by that."""
    data = entry.data
    assignee = data.get("assignee")
    if assignee and assignee != data.get("assignee_before"):
        return {assignee: (topics.ASSIGNED, "assignee")}
    team = data.get("team", ticket.team_id)
    if assignee or ticket.assignee_id or not team or team == data.get("team_before"):
        return {}
    return _of_team(team, topics.TEAM)


def _of_comment(entry: Entry, ticket: Ticket, named: Iterable[User]) -> Hearers:
    found: Hearers = {person.pk: (topics.MENTIONED, "mentioned") for person in named}
    others = _around(ticket, topics.COMMENTED, with_reporter=entry.data.get("is_internal") is False)
    if ticket.assignee_id is None and ticket.team_id and entry.actor_id is not None and entry.actor_id == ticket.reporter_id:
        others = _of_team(ticket.team_id, topics.COMMENTED) | others
    return others | found


def _around(ticket: Ticket, topic: str, *, with_reporter: bool) -> Hearers:
    found: Hearers = {ticket.reporter_id: (topic, "reporter")} if with_reporter and ticket.reporter_id else {}
    found |= _watching(ticket, topic)
    if ticket.assignee_id:
        found[ticket.assignee_id] = (topic, "assignee")
    return found


def _responsible(ticket: Ticket, topic: str) -> Hearers:
    if ticket.assignee_id:
        return {ticket.assignee_id: (topic, "assignee")}
    return _of_team(ticket.team_id, topic) if ticket.team_id else {}


def _watching(ticket: Ticket, topic: str) -> Hearers:
    return dict.fromkeys(ticket.watches.values_list("user_id", flat=True), (topic, "watcher"))


def _of_team(team_id: int, topic: str) -> Hearers:
    people = User.objects.filter(teams=team_id, is_active=True)
    return dict.fromkeys(people.values_list("pk", flat=True), (topic, "team"))


def words(entry: Entry, ticket: Ticket, topic: str, comment: Comment | None) -> str:
    """What happened, as its reader is told."""
    given: dict[str, Any] = {"actor": str(entry.actor) if entry.actor else "Evenkeel", "team": str(ticket.team or "")}
    if topic == topics.ASSIGNED:
        return _("%(actor)s assigned it to you") % given
    if topic == topics.TEAM:
        return _("%(actor)s gave it to %(team)s, and nobody has it yet") % given
    if comment is None:
        return entry.sentence
    if topic == topics.MENTIONED:
        return (_("%(actor)s mentioned you in an internal note") if comment.is_internal else _("%(actor)s mentioned you in a reply")) % given
    return (_("%(actor)s wrote an internal note") if comment.is_internal else _("%(actor)s replied")) % given


def address(user: User, ticket: Ticket) -> str:
    """The page where this person reads the ticket."""
    return ticket.get_absolute_url() if user.has_right("desk.access") else reverse("tickets:own")


def has_own_mail(entry: Entry, ticket: Ticket, user: User) -> bool:
    """Whether the reporter's mail with the signed link goes to this person about the same entry."""
    if user.pk != ticket.reporter_id or entry.actor_id == user.pk:
        return False
    if entry.event == events.TRANSITIONED:
        return bool(entry.data.get("verb") == "resolve")
    if entry.event != events.COMMENT_ADDED or entry.data.get("is_internal") is not False:
        return False
    return entry.data.get("verb") == "resolve" or wants_reply(user)


def wants_reply(user: User) -> bool:
    """Whether public replies are mailed to their reporter at once."""
    return notifications.gets_mail_at_once(user, topics.COMMENTED)


def is_internal(entry: Entry) -> bool:
    """Whether only who may read a ticket's internal side may hear of it: notes, SLA, who has it. Creation and moves are public."""
    if entry.event == events.COMMENT_ADDED:
        return entry.data.get("is_internal") is not False
    return entry.event != events.TRANSITIONED


def was_undone(entry: Entry) -> bool:
    """Whether the same person undid this change, or it is itself part of the undoing: then there is nothing to tell."""
    if entry.actor_id is None or entry.event not in UNDOABLE:
        return False
    later = Entry.objects.filter(subject_type=entry.subject_type, subject_id=entry.subject_id, event=events.CHANGE_UNDONE)
    return later.filter(actor=entry.actor_id, pk__gt=entry.pk, at__lte=entry.at + UNDO_WITHIN).exists()
