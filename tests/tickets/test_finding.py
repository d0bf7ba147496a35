"""Searching tickets: ranked, marked, forgiving, and never beyond what the asker may see."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from incidents import actions as incidents
from incidents.models import Incident
from services.models import Service
from tickets import finding
from tickets.actions import conversation, editing, lifecycle

SignIn = Callable[[User], Client]


def keys(user: User, text: str) -> list[str]:
    return [found.ticket.key for found in finding.find(User.objects.get(pk=user.pk), text)]


def test_a_key_finds_its_ticket_only(agent: User, incident: Incident) -> None:
    other = incidents.create(actor=agent, summary=f"Like {incident.key}", urgency=3)
    assert keys(agent, incident.key.lower()) == [incident.key]
    assert keys(agent, "Like") == [other.key]
    assert keys(agent, "INC-999999") == []


def test_summary_beats_description_beats_nothing_and_open_beats_done(agent: User, service: Service) -> None:
    told = incidents.create(actor=agent, summary="Slow", description="the gateway was replaced", urgency=3)
    named = incidents.create(actor=agent, summary="Gateway gateway down", urgency=3)
    done = incidents.create(actor=agent, summary="Slow", description="the gateway was replaced", urgency=3)
    lifecycle.cancel(done, actor=agent, reason="Twice")
    assert keys(agent, "gateway") == [named.key, told.key, done.key]


def test_words_are_stemmed_and_the_last_one_may_be_unfinished(agent: User) -> None:
    made = incidents.create(actor=agent, summary="Payments are failing in Oslo", urgency=3)
    for text in ("payment fails", "oslo pay", "paym"):
        assert keys(agent, text) == [made.key], text
    assert keys(agent, "payment Bergen") == []
    assert keys(agent, '"failing in Oslo"') == [made.key]
    assert keys(agent, "payment -Oslo") == []


def test_found_words_are_marked_and_nothing_else(agent: User) -> None:
    incidents.create(actor=agent, summary="A <b>bold</b> gateway", description="nothing", urgency=3)
    (found,) = finding.find(agent, "gateway")
    assert found.summary == "A <b>bold</b> \x02gateway\x03"
    assert found.where == "text"


def test_a_typing_mistake_still_finds(agent: User) -> None:
    made = incidents.create(actor=agent, summary="Warehouse scanners drop off", urgency=3)
    (found,) = finding.find(agent, "warehuose scaners")
    assert (found.ticket.key, found.where) == (made.key, "alike")


def test_comments_are_found_by_who_may_read_them(agent: User, requester: User, incident: Incident) -> None:
    conversation.comment(incident, actor=agent, body="The culprit is a zebrafinch", is_internal=True)
    conversation.comment(incident, actor=agent, body="We replaced the turbine", is_internal=False)
    (found,) = finding.find(agent, "zebrafinch")
    assert (found.ticket.key, found.where, "\x02zebrafinch\x03" in found.excerpt) == (incident.key, "comment", True)
    assert keys(requester, "zebrafinch") == []
    assert keys(requester, "turbine") == [incident.key]


def test_restricted_and_foreign_tickets_are_not_found(agent: User, collaborator: User, outsider: User, incident: Incident) -> None:
    editing.edit(incident, actor=agent, is_restricted=True)
    for text in ("Gateway", "Gatewya 502", incident.key):
        assert keys(collaborator, text) == []
        assert keys(outsider, text) == []


@pytest.mark.parametrize("text", ["", " ", "\0", "&|!():*<->", "'", '"', "a" * 5000, "🙂", ":*", "-", "INC-", "INC-99999999999999999999", "%", "\\"])
def test_no_text_breaks_it(sign_in: SignIn, agent: User, incident: Incident, text: str) -> None:
    client = sign_in(agent)
    assert client.get("/find/", {"q": text}).status_code == 200
    assert client.get("/palette/", {"q": text}, headers={"HX-Request": "true"}).status_code in (200, 404)


def test_the_page_marks_and_escapes(sign_in: SignIn, agent: User) -> None:
    incidents.create(actor=agent, summary="A <b>bold</b> gateway", urgency=3)
    page = sign_in(agent).get("/find/?q=gateway").content.decode()
    assert "A &lt;b&gt;bold&lt;/b&gt; <mark>gateway</mark>" in page
