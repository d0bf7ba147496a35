"""What the reporter is told with the end of a ticket, and what a closed one still takes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from common import errors
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from notifications.models import Message
from tickets import queries, reactions
from tickets.actions import auditing, bulk, conversation, curating, editing, lifecycle, merging
from tickets.models import Category, Comment, ResolutionCode, SlaClock, Ticket

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]


@pytest.fixture
def closed(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> Ticket:
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    return lifecycle.close(incident, actor=agent)


def test_the_message_is_a_public_comment_written_with_the_move_and_in_its_mail(
    agent: User, incident: Incident, fixed: ResolutionCode, category: Category
) -> None:
    resolved = lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category, message="**Restart** the terminal.\n")
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category, message="again")
    comment = Comment.objects.get()
    assert (comment.body, comment.is_internal, comment.author) == ("**Restart** the terminal.", False, agent)
    assert Ticket.objects.get().comment_count == 1 and resolved.status.key == "resolved"
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "stopped"
    for entry in Entry.objects.filter(subject_type="ticket", event__in=["comment.added", "ticket.transitioned"]).order_by("id"):
        (reactions.send_reply if entry.event == "comment.added" else reactions.ask_reporter)(entry)
        reactions.tell_people(entry)
    mail = Message.objects.get()
    assert "Is it solved?" in mail.subject and "Hanna Agent wrote:\n\n**Restart** the terminal." in mail.body


def test_a_message_that_went_with_a_resolution_still_reaches_who_was_closed_at_once(
    agent: User, incident: Incident, fixed: ResolutionCode, category: Category
) -> None:
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category, message="Restart it")
    lifecycle.close(incident, actor=agent)
    reactions.ask_reporter(Entry.objects.get(event="ticket.transitioned", data__verb="resolve"))
    assert "Restart it" in Message.objects.get().body


def test_nothing_is_written_when_the_move_fails_or_tells_nobody(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    orphan = actions.create(actor=None, summary="By nobody")
    wrong: list[tuple[Ticket, str, dict[str, Any], str]] = [
        (incident, "resolve", {"resolution": fixed}, "category"), (incident, "start", {}, "message"),
        (orphan, "cancel", {"reason": "no"}, "message"),
    ]  # fmt: skip
    for ticket, verb, given, field in wrong:
        with pytest.raises(errors.Invalid) as refused:
            lifecycle.transition(ticket, verb, actor=agent, message="Told", **given)
        assert refused.value.field == field
    assert not Comment.objects.exists()
    with pytest.raises(errors.Invalid) as refused:
        lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category, message="x" * 50_001)
    assert refused.value.field == "message"


def test_many_are_resolved_with_one_message_for_those_whom_it_reaches(
    agent: User, incident: Incident, fixed: ResolutionCode, category: Category
) -> None:
    orphan = actions.create(actor=None, summary="By nobody")
    given = {"resolution": fixed, "category": category, "message": "Done"}
    _made, refused = bulk.apply([Ticket.objects.get(pk=row.pk) for row in (incident, orphan)], bulk.Change("status", "resolve", given), actor=agent)
    assert refused == [] and Comment.objects.get().ticket_id == incident.pk


def run_reactions() -> None:
    for entry in Entry.objects.filter(subject_type="ticket", event__in=["comment.added", "ticket.transitioned"]).order_by("id"):
        (reactions.send_reply if entry.event == "comment.added" else reactions.ask_reporter)(entry)


@pytest.mark.parametrize("verb", ["resolve", "cancel"])
@pytest.mark.parametrize("is_told_before", [True, False])
def test_an_undo_takes_the_waiting_message_back(
    agent: User, incident: Incident, fixed: ResolutionCode, category: Category, verb: str, *, is_told_before: bool
) -> None:
    """The comment, its mail and the first response that it gave are gone; the journal keeps that there was one."""
    given = {"resolution": fixed, "category": category} if verb == "resolve" else {"reason": "Not ours"}
    made, _refused = bulk.apply([Ticket.objects.get(pk=incident.pk)], bulk.Change("status", verb, {**given, "message": "Done"}), actor=agent)
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "stopped"
    if is_told_before:
        run_reactions()
    assert bulk.undo(made, actor=agent)[1] == []
    run_reactions()
    comment = Comment.objects.get()
    assert comment.hidden_at is not None and not queries.comments_for(agent, incident).exists()
    assert not Message.objects.exclude(state=Message.WITHDRAWN).exists()
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "running"
    assert auditing.audit() == 0
    told = [entry.event for entry in queries.timeline(agent, incident)]
    assert "comment.added" not in told and told.count("comment.taken_back") == 1
    assert incident.reporter is not None
    assert "comment.taken_back" not in [entry.event for entry in queries.timeline(incident.reporter, incident, only_public=True)]


def test_an_undo_keeps_a_message_that_has_left(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    given = {"resolution": fixed, "category": category, "message": "Done"}
    made, _refused = bulk.apply([Ticket.objects.get(pk=incident.pk)], bulk.Change("status", "resolve", given), actor=agent)
    run_reactions()
    Message.objects.update(state=Message.SENT)
    assert bulk.undo(made, actor=agent)[1] == []
    assert Comment.objects.get().hidden_at is None
    assert SlaClock.objects.get(ticket=incident, metric="first_response").state == "stopped"


def test_only_its_writer_takes_a_message_back(agent: User, resolver: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category, message="Done")
    move = Entry.objects.get(event="ticket.transitioned", data__verb="resolve")
    with pytest.raises(errors.Refused):
        curating.take_back(incident, actor=resolver, move=move)
    assert Comment.objects.get().hidden_at is None


def test_the_form_offers_it_for_each_end_when_somebody_else_reported(sign_in: SignIn, agent: User, incident: Incident, closed: Ticket) -> None:
    own = actions.create(actor=agent, summary="Mine", reporter=agent)
    client = sign_in(agent)
    assert 'name="message"' not in client.get(f"/tickets/transition/cancel/?key={own.key}", headers=HTMX).content.decode()
    lifecycle.reopen(closed, actor=agent)
    for verb in ("resolve", "cancel"):
        assert 'name="message"' in client.get(f"/tickets/transition/{verb}/?key={incident.key}", headers=HTMX).content.decode()
    assert client.post("/tickets/transition/cancel/", {"key": incident.key, "reason": "no", "message": "Sorry"}, headers=HTMX).status_code == 204
    assert Comment.objects.get().body == "Sorry"


def test_the_api_takes_the_message(api: Callable[[User], APIClient], agent: User, incident: Incident, category: Category) -> None:
    url = f"/api/v1/incidents/{incident.key}"
    assert api(agent).post(f"{url}/resolve/", {"resolution": "fixed", "category": category.pk, "message": "Restart it"}).status_code == 200
    assert api(agent).post(f"{url}/close/", {"message": "Bye"}).status_code == 200
    assert [row.body for row in Comment.objects.order_by("id")] == ["Restart it", "Bye"]


def test_a_closed_ticket_takes_notes_only(agent: User, requester: User, closed: Ticket) -> None:
    conversation.comment(closed, actor=agent, body="For the file", is_internal=True)
    for person in (agent, requester):
        with pytest.raises(errors.Conflict, match="Reopen it first"):
            conversation.comment(closed, actor=person, body="Hello", is_internal=False)
    with pytest.raises(errors.Conflict, match="Reopen it first"):
        editing.edit(closed, actor=agent, summary="Other")
    assert Comment.objects.count() == 1
    lifecycle.reopen(closed, actor=agent)
    conversation.comment(closed, actor=agent, body="Hello", is_internal=False)


def test_a_workflow_without_a_way_back_says_another_remedy(agent: User, closed: Ticket) -> None:
    closed.status.exits.all().delete()
    with pytest.raises(errors.Conflict, match="Report it anew"):
        conversation.comment(closed, actor=agent, body="Hello", is_internal=False)


def test_the_api_and_the_composer_say_so(sign_in: SignIn, api: Callable[[User], APIClient], agent: User, closed: Ticket) -> None:
    refused = api(agent).post(f"/api/v1/incidents/{closed.key}/comment/", {"body": "Hello", "is_internal": False})
    assert refused.status_code == 409 and "Reopen it first" in refused.data["error"]["message"]
    page = sign_in(agent).get(closed.get_absolute_url()).content.decode()
    assert "Reopen it first" in page and 'data-audience="internal"' in page and 'data-audience="public"' not in page


def test_a_merged_ticket_takes_neither_and_stays(sign_in: SignIn, agent: User, incident: Incident) -> None:
    target = actions.create(actor=agent, summary="The other")
    merging.merge(incident, actor=agent, into=target)
    merged = Ticket.objects.get(pk=incident.pk)
    for is_internal in (True, False):
        with pytest.raises(errors.Conflict, match=target.key):
            conversation.comment(merged, actor=agent, body="Hello", is_internal=is_internal)
    assert queries.offered_transitions(agent, merged) == []
    with pytest.raises(errors.Conflict, match=target.key):
        lifecycle.reopen(merged, actor=agent)
    page = sign_in(agent).get(incident.get_absolute_url()).content.decode()
    assert "Go on there" in page and f'href="{target.get_absolute_url()}"' in page and 'id="composer"' not in page


def test_the_head_of_a_record_follows_its_end(sign_in: SignIn, agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    """What the live part of the record brings replaces the buttons of the head: no Edit and no Merge of what is closed."""
    client, url = sign_in(agent), f"{incident.get_absolute_url()}?part=meta"
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    for offered in (True, False):
        page = client.get(url, headers=HTMX).content.decode()
        assert 'id="rec-acts" hx-swap-oob="true"' in page
        assert ('id="merge-record"' in page, 'data-hotkey="e"' in page) == (offered, offered)
        lifecycle.close(incident, actor=agent)
    assert client.get(incident.get_absolute_url()).content.decode().count('id="rec-acts"') == 1
