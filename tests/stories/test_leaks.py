"""What the desk writes for itself never leaves it: a marker in every internal place is looked for in every answer the product gives to others.

The addresses are those of the authorisation table, so a new screen or API operation is looked at from its first day. Channels: pages, API, exports,
search, query language, palette, live stream, mails, the reporter's signed page, the former texts of edited comments, hidden lines.
Readers: strangers, and a requester of his own tickets, of those that his organisation shares, and of restricted ones on whose list he stands.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client

from accounts import actions as accounts
from accounts.models import Organisation, Team
from common import doorbell
from journal import actions as journal
from journal.models import Delivery, Entry
from notifications.actions import outbox
from notifications.models import Message, Notice
from tests.house.authorisation import cases, cast, places, routes
from tests.house.authorisation.calling import Caller, undone
from tests.house.authorisation.cast import ANONYMOUS, SECRET, Thing, World
from tickets.actions import admitting, conversation, curating, escalation, lifecycle, merging, prioritising, rewording
from tickets.models import Ticket, Watch

MARKER = SECRET.partition("-")[0]
OPERATIONS = [operation for operation in routes.operations() if not operation.route.startswith("/admin/")]
READERS = (ANONYMOUS, "requester")

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("leaks")]


@pytest.fixture(scope="module")
def caller(django_db_setup: None, django_db_blocker: Any) -> Iterator[Caller]:
    """The cast of the authorisation table; everything internal that can be written is written on the requester's own ticket."""
    with django_db_blocker.unblock(), transaction.atomic():
        connection.cursor().execute("SET LOCAL join_collapse_limit = 1; SET LOCAL jit = off")
        world = cast.build()
        _write_everything(world)
        yield Caller(world)
        transaction.set_rollback(True)
    connection.close()


def own(world: World, state: str = "open") -> Thing:
    return world.thing("requester", "own", state)


def _write_everything(world: World) -> None:
    agent, other = world.people["stranger"], world.thing("requester", "foreign", "working").ticket
    for ticket in _read_by_requester(world):
        escalation.escalate(ticket, actor=agent, to_team=world.teams["payments"], level=2, symptom=SECRET, tried=SECRET, evidence=SECRET)
        prioritising.override(ticket, actor=agent, priority=1, reason=SECRET)
    note = conversation.comment(own(world).ticket, actor=agent, body=f"Once said: {SECRET}", is_internal=True)
    rewording.edit_comment(own(world).ticket, actor=agent, comment=note, body="No more")
    reply = conversation.comment(own(world).ticket, actor=agent, body=f"Wrong window: {SECRET}", is_internal=False)
    entry = Entry.objects.get(event="comment.added", data__comment=reply.pk)
    curating.hide(own(world).ticket, actor=world.people["admin"], entry=entry)
    merging.merge(other, actor=agent, into=own(world).ticket)
    conversation.comment(own(world).ticket, actor=agent, body="You will hear from us", is_internal=False)


def _read_by_requester(world: World) -> Iterator[Ticket]:
    """His own tickets; those of a colleague, whose organisation shares them; and restricted ones of somebody else, on whose list he stands.

    Who else stands on the list is as internal as a note.
    """
    Organisation.objects.filter(people=world.people["requester"]).update(shares_requests=True)
    insider = accounts.create_user(actor=None, email=f"{SECRET}@example.com", name=SECRET, roles=["agent"])
    team = Team.objects.create(slug=SECRET, name=SECRET)
    for state in ("open", "working"):
        restricted = world.thing("requester", "restricted", state).ticket
        admitting.admit(restricted, actor=None, people=[world.people["requester"], insider], teams=[team])
        yield from (own(world, state).ticket, world.thing("requester", "team", state).ticket, restricted)


def answers(caller: Caller, operation: routes.Operation, role: str) -> Iterator[tuple[str, Any]]:
    """What a person gets from an operation, for each of its objects."""
    for case in cases.cases_of(operation):
        for kind in places.kinds_of(operation, case):
            with undone():
                path = operation.path(places.values_of(operation, case, caller.world, role, kind))
                thing = caller.world.thing(role, kind if kind in cast.TICKET_KINDS else "own", case.state)
                yield f"{operation.method} {path}", caller.send(operation, case, path, role, case.body(caller.world, thing))


def told(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{dict(response.headers)}{body.decode(errors='replace')}".lower()


@pytest.mark.parametrize("role", READERS)
def test_no_answer_to_others_holds_it(caller: Caller, role: str) -> None:
    leaks = {call for operation in OPERATIONS for call, response in answers(caller, operation, role) if MARKER in told(response)}
    assert not leaks


@pytest.mark.parametrize(("kind", "changes"), [("team", 403), ("restricted", 403), ("foreign", 404)])
def test_what_others_let_him_read_is_read_only(caller: Caller, kind: str, changes: int) -> None:
    """Or else the test above would have looked at nothing."""
    path = f"/api/v1/incidents/{caller.world.thing('requester', kind, 'open').parts['key']}/"
    client = caller.clients["requester"]
    assert client.get(path).status_code == client.get(f"{path}comments/").status_code == (404 if kind == "foreign" else 200)
    for verb, body in (("comment", {"body": "Me too", "is_internal": False}), ("watch", {}), ("resolve", {"resolution": "fixed"})):
        with undone():
            assert client.post(f"{path}{verb}/", body, content_type="application/json").status_code == changes, verb
    for name in ("tasks", "handovers", "counters", "admitted"):
        with undone():
            assert client.get(f"{path}{name}/").status_code in (404, 405), name


def test_the_desk_does_find_it(caller: Caller) -> None:
    key = own(caller.world).parts["key"]
    paths = (f"/incidents/{key}/", f"/api/v1/incidents/{key}/comments/", f"/api/v1/incidents/{key}/handovers/", f"/api/v1/incidents/{key}/tasks/")
    for path in paths:
        assert MARKER in told(caller.clients["agent"].get(path)), path
    assert caller.clients["agent"].get("/api/v1/tickets/", {"jql": f"comment ~ {MARKER}"}).json()["results"]


ASKED = [
    {"jql": f"comment ~ {MARKER}"}, {"jql": f"text ~ {MARKER}"}, {"jql": f"summary ~ {MARKER}"}, {"jql": f"NOT comment !~ {MARKER}"}, {"q": MARKER},
    {"jql": f'comment ~ "between {MARKER}"'}, {"jql": f'attachment ~ {MARKER}'},
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_search_does_not_say_that_it_is_there(caller: Caller, asked: dict[str, str]) -> None:
    for path in ("/api/v1/tickets/", "/api/v1/incidents/"):
        found = caller.clients["requester"].get(path, asked)
        assert found.status_code == 400 or found.json()["results"] == [], path


def test_the_palette_and_the_screens_of_the_desk_do_not_search_for_requesters(caller: Caller) -> None:
    for path in (f"/palette/?q={MARKER}", f"/search/?jql=comment+~+{MARKER}", f"/find/?q={MARKER}"):
        with undone():
            found = told(caller.clients["requester"].get(path))
        for kind in ("own", "team", "restricted"):
            assert caller.world.thing("requester", kind, "open").parts["key"].lower() not in found, path


def test_the_page_of_the_colleagues_requests(caller: Caller) -> None:
    text = told(caller.clients["requester"].get("/my-requests/?of=colleagues"))
    keys = {kind: caller.world.thing("requester", kind, "open").parts["key"].lower() for kind in ("own", "team", "restricted", "foreign")}
    assert [kind for kind, key in keys.items() if f"{key}," in text] == ["team"] and MARKER not in text


def test_a_file_for_others_holds_nothing_internal_whoever_makes_it(caller: Caller) -> None:
    for extension in ("csv", "json"):
        assert MARKER not in told(caller.clients["admin"].get(f"/queues/open/export.{extension}"))


def test_the_signed_page_and_its_files(caller: Caller) -> None:
    thing = own(caller.world)
    for name in ("attachment", "plan"):
        response = Client().get(f"/r/{thing.parts['token']}/files/{thing.parts[name]}/")
        assert (response.status_code, MARKER in told(response)) == ((200, False) if name == "attachment" else (404, False))
    page = told(Client().get(f"/r/{thing.parts['token']}/"))
    assert "you will hear from us" in page and MARKER not in page


@pytest.mark.parametrize("kind", ["own", "team", "restricted"])
def test_no_mail_and_no_notice_to_its_readers_holds_it(caller: Caller, kind: str) -> None:
    """To the reporter, and to a requester who watches what a colleague or a list lets him read."""
    world = caller.world
    with undone():
        ticket = world.thing("requester", kind, "working").ticket
        Watch.objects.get_or_create(ticket_id=ticket.pk, user=world.people["requester"])
        lifecycle.resolve(ticket, actor=world.people["stranger"], resolution=world.more["fixed"], category=world.more["category"])
        for delivery in Delivery.objects.filter(entry__subject_type="ticket").order_by("id"):
            journal.deliver(delivery)
        others = [user for name, user in world.people.items() if name in ("requester", "colleague", "customer")]
        notices = Notice.objects.filter(user__in=others).values_list("title", "text", "quote")
        assert notices and MARKER not in str(list(notices)).lower()
        sent = list(Message.objects.filter(recipient__in=others))
        for message in sent:
            outbox.send(message)
        assert any("resolved" in message.subject.lower() or ticket.key in message.subject for message in sent)
        assert not [message for message in sent if MARKER in f"{message.subject}{message.body}".lower()]
        assert not [letter for letter in mail.outbox if MARKER in letter.message().as_string().lower()]


def test_the_live_stream_says_only_which_record_changed(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(doorbell, "announce", lambda *message: heard.append(message))
    with undone():
        conversation.comment(own(caller.world).ticket, actor=caller.world.people["stranger"], body=SECRET, is_internal=True)
    assert heard and MARKER not in str(heard)
