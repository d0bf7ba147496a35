"""INC-21: editing with history, quotes, canned replies, names that can be mentioned. INC-22: pinned and hidden lines."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from common import clock, errors
from incidents import actions
from incidents.models import Incident
from journal import actions as journal
from journal.models import Delivery, Entry
from notifications.models import Message, Notice
from services.models import Service
from tickets import canned, finding, people, permissions, placeholders, queries
from tickets.actions import conversation, curating, editing, rewording
from tickets.models import CannedReply, Comment, CommentRevision, Ticket, TimelineMark

HTMX = {"HX-Request": "true"}
SignIn = Callable[[User], Client]
Api = Callable[..., APIClient]


@pytest.fixture
def note(agent: User, incident: Incident) -> Comment:
    return conversation.comment(incident, actor=agent, body="First words", is_internal=True)


@pytest.fixture
def reply(agent: User, incident: Incident) -> Comment:
    return conversation.comment(incident, actor=agent, body="We are on it", is_internal=False)


def deliver_all(entry: Entry) -> None:
    for delivery in Delivery.objects.filter(entry=entry):
        journal.deliver(delivery)


def line_of(comment: Comment) -> Entry:
    return Entry.objects.get(event="comment.added", data__comment=comment.pk)


def fresh(incident: Incident) -> Ticket:
    return Ticket.objects.select_related("status").get(pk=incident.pk)


def test_the_author_edits_and_the_former_words_stay(agent: User, incident: Incident, note: Comment) -> None:
    """INC-21."""
    rewording.edit_comment(incident, actor=agent, comment=note, body="Second words")
    rewording.edit_comment(incident, actor=agent, comment=note, body="Third words")
    note.refresh_from_db()
    assert (note.body, note.is_internal, [row.body for row in note.revisions.all()]) == ("Third words", True, ["Second words", "First words"])
    assert Entry.objects.filter(event="comment.edited", actor=agent, data__comment=note.pk).count() == 2


def test_the_same_words_change_nothing(agent: User, incident: Incident, note: Comment) -> None:
    """INC-21."""
    rewording.edit_comment(incident, actor=agent, comment=note, body=" First words ")
    assert not CommentRevision.objects.exists()
    assert not Entry.objects.filter(event="comment.edited").exists()


def test_only_the_author_edits_and_only_for_a_while(agent: User, lead: User, admin: User, incident: Incident, note: Comment) -> None:
    """INC-21: 15 minutes, longer with the right to moderate; nobody edits what another wrote."""
    for stranger in (lead, admin):
        with pytest.raises(errors.Refused):
            rewording.edit_comment(incident, actor=stranger, comment=note, body="Forged")
    own = conversation.comment(incident, actor=lead, body="Lead's words", is_internal=True)
    with clock.shifted(note.created_at + timedelta(minutes=16)):
        with pytest.raises(errors.Refused, match="15 minutes"):
            rewording.edit_comment(incident, actor=agent, comment=note, body="Late")
        rewording.edit_comment(incident, actor=lead, comment=own, body="Lead's better words")
    assert Comment.objects.get(pk=note.pk).body == "First words"


@pytest.mark.parametrize("body", ["", "  ", "x" * 50_001, "a\0b"])
def test_a_wrong_text_is_named(agent: User, incident: Incident, note: Comment, body: str) -> None:
    """INC-21."""
    with pytest.raises(errors.Invalid) as wrong:
        rewording.edit_comment(incident, actor=agent, comment=note, body=body)
    assert wrong.value.field == "body"


def test_a_comment_of_another_ticket_is_refused(agent: User, incident: Incident, note: Comment, service: Service) -> None:
    """INC-21."""
    other = actions.create(actor=agent, summary="Other", service=service, urgency=3)
    with pytest.raises(errors.Invalid):
        rewording.edit_comment(other, actor=agent, comment=note, body="Moved")


def test_the_dialog_the_mark_and_the_history(sign_in: SignIn, agent: User, incident: Incident, note: Comment) -> None:
    """INC-21: a forged audience in the POST changes nothing; an edit in another window is told and the text kept."""
    client, url = sign_in(agent), f"/tickets/{incident.key}/comments/{note.pk}/edit/"
    assert "First words" in client.get(url, headers=HTMX).content.decode()
    assert client.post(url, {"body": "Second", "seen": "", "audience": "public", "is_internal": ""}, headers=HTMX).status_code == 204
    assert Comment.objects.get(pk=note.pk).is_internal
    late = client.post(url, {"body": "Mine", "seen": ""}, headers=HTMX)
    assert (late.status_code, "Mine" in late.content.decode(), "another window" in late.content.decode()) == (422, True, True)
    page = client.get(incident.get_absolute_url()).content.decode()
    assert f"/comments/{note.pk}/history/" in page
    assert "First words" in client.get(f"/tickets/{incident.key}/comments/{note.pk}/history/", headers=HTMX).content.decode()


def test_history_is_for_those_who_could_read_the_comment(
    api: Api, agent: User, requester: User, incident: Incident, note: Comment, reply: Comment
) -> None:
    """INC-21."""
    for row in (note, reply):
        rewording.edit_comment(incident, actor=agent, comment=row, body="Now")
    url = f"/api/v1/incidents/{incident.key}/comments"
    assert [row["body"] for row in api(requester).get(f"{url}/{reply.pk}/history/").data] == ["We are on it"]
    assert api(requester).get(f"{url}/{note.pk}/history/").status_code == 404
    assert api(agent).get(f"{url}/{note.pk}/history/").data[0]["body"] == "First words"
    assert api(requester).get(f"{url}/").data[0]["edited_at"] is not None


def test_editing_over_the_api(api: Api, agent: User, requester: User, incident: Incident, note: Comment) -> None:
    """INC-21: a reporter edits his own reply for a while, and nobody else's."""
    own = conversation.comment(incident, actor=requester, body="It is the printer", is_internal=False)
    url = f"/api/v1/incidents/{incident.key}/edit-comment/"
    assert api(requester).post(url, {"comment": own.pk, "body": "It is the scanner"}).data["body"] == "It is the scanner"
    assert api(requester).post(url, {"comment": note.pk, "body": "x"}).status_code == 404
    assert api(agent).post(url, {"comment": own.pk, "body": "x"}).status_code == 403
    assert api(agent).post(url, {"comment": note.pk, "body": "x", "is_internal": False}).status_code == 400


def test_placeholders_are_filled_for_the_ticket(agent: User, incident: Incident) -> None:
    """INC-21."""
    text = "Hello {{ reporter.first_name }}, {{ticket.key}} ({{service}}, {{ticket.priority}}) is with {{team}}. {{agent.name}} {{assignee.name}}."
    assert (
        placeholders.filled(text, incident, agent) == f"Hello Jonas, {incident.key} (Payments gateway, P1) is with Payments platform. Hanna Agent ."
    )


def test_what_is_put_in_is_not_read_again(agent: User, incident: Incident) -> None:
    """INC-21: a summary with braces is text."""
    editing.edit(incident, actor=agent, summary="{{agent.name}} {{reporter.password}}")
    assert placeholders.filled("{{ticket.summary}}", fresh(incident), agent) == "{{agent.name}} {{reporter.password}}"


@pytest.mark.parametrize("hole", ["reporter.password", "ticket.__class__", "agent.email", ""])
def test_an_unknown_placeholder_is_named_in_the_admin(sign_in: SignIn, admin: User, house: None, hole: str) -> None:
    """INC-21."""
    with pytest.raises(ValidationError) as wrong:
        CannedReply(name="x", body=f"Hello {{{{{hole}}}}}").full_clean()
    assert f"{{{{{hole}}}}}" in str(wrong.value)
    values = {"name": "Broken", "body": f"Hello {{{{{hole}}}}}", "kind": "", "audience": "", "team": ""}
    page = sign_in(admin).post("/admin/tickets/cannedreply/add/", values)
    assert (page.status_code, "There is no placeholder" in page.content.decode()) == (200, True)
    assert not CannedReply.objects.filter(name="Broken").exists()


def test_the_admin_writes_one_and_the_journal_knows(sign_in: SignIn, admin: User, house: None) -> None:
    """INC-21."""
    values = {"name": "Thanks", "body": "Thank you, {{reporter.name}}", "kind": "", "audience": "public", "team": ""}
    assert sign_in(admin).post("/admin/tickets/cannedreply/add/", values).status_code == 302
    assert Entry.objects.filter(event="register.added", actor=admin, data__name="Thanks").exists()


def test_replies_are_offered_by_team_kind_and_audience(agent: User, incident: Incident, team: Team, other_team: Team) -> None:
    """INC-21."""
    CannedReply.objects.all().delete()
    rows: dict[str, dict[str, Any]] = {
        "shared": {}, "mine": {"team": team}, "theirs": {"team": other_team}, "other kind": {"kind": "change"}, "public": {"audience": "public"},
        "gone": {"retired_at": clock.now()},
    }  # fmt: skip
    for name, columns in rows.items():
        CannedReply.objects.create(name=name, body="x", **columns)
    assert [one.name for one in canned.offered(agent, incident, is_internal=True)] == ["mine", "shared"]
    assert [one.name for one in canned.offered(agent, incident, is_internal=False)] == ["mine", "public", "shared"]


def test_the_menu_of_replies(sign_in: SignIn, agent: User, auditor: User, incident: Incident) -> None:
    """INC-21: filled in on the server; what is shipped can be filled on any ticket."""
    page = sign_in(agent).get(f"/tickets/{incident.key}/canned/?audience=public", headers=HTMX).content.decode()
    assert f"Hello Jonas,\n\nwe have your report {incident.key} about Payments gateway" in page
    assert "{{" not in page
    assert sign_in(auditor).get(f"/tickets/{incident.key}/canned/", headers=HTMX).status_code == 403


@pytest.mark.parametrize("is_restricted", [False, True])
@pytest.mark.parametrize("is_internal", [False, True])
def test_names_are_those_of_who_may_read(
    request: pytest.FixtureRequest, person: Callable[..., User], agent: User, incident: Incident, is_internal: bool, is_restricted: bool
) -> None:
    """INC-21, INC-28: the query says what permissions say, for everybody."""
    cast = ["resolver", "lead", "admin", "auditor", "collaborator", "requester", "other_requester", "outsider"]
    everybody = [agent, *(request.getfixturevalue(name) for name in cast), person("Stella Stranger", "agent")]
    conversation.watch(incident, actor=agent)
    editing.edit(incident, actor=agent, is_restricted=is_restricted)
    ticket = fresh(incident)
    offered = set(people.readers(ticket, is_internal=is_internal))
    allowed = {
        user for user in everybody if permissions.can_see(user, ticket) and (not is_internal or permissions.can_see_internal(user, ticket))
    }  # fmt: skip
    assert offered == allowed


def test_names_by_their_beginning(sign_in: SignIn, agent: User, resolver: User, requester: User, incident: Incident) -> None:
    """INC-21."""
    client = sign_in(agent)
    for text, audience, expected in [
        ("dan", "internal", ["daniel.resolver"]), ("Daniel.Res", "internal", ["daniel.resolver"]), ("resol", "internal", ["daniel.resolver"]),
        ("jonas", "internal", []), ("jonas", "public", ["jonas.requester"]), ("zz", "public", []), ("%00", "public", []),
    ]:  # fmt: skip
        found = client.get(f"/tickets/{incident.key}/people/?q={text}&audience={audience}").json()["people"]
        assert [one["handle"] for one in found if one["handle"] != "hanna.agent" or text != "%00"] == expected or text == "%00", text
    assert sign_in(requester).get(f"/tickets/{incident.key}/people/?q=d").status_code == 404


def test_pins_are_listed_and_journaled(sign_in: SignIn, agent: User, incident: Incident, note: Comment) -> None:
    """INC-22: doing it twice is no error; the line itself never changes."""
    line, client = line_of(note), sign_in(agent)
    for _twice in range(2):
        assert client.post(f"/tickets/{incident.key}/timeline/{line.pk}/pin/", headers=HTMX).status_code == 204
    assert Entry.objects.filter(event="timeline.pinned", data__entry=line.pk, actor=agent).count() == 1
    page = client.get(f"{incident.get_absolute_url()}?part=fields", headers=HTMX).content.decode()
    assert "Pinned to the review" in page and "First words" in page
    client.post(f"/tickets/{incident.key}/timeline/{line.pk}/unpin/", headers=HTMX)
    assert not TimelineMark.objects.exists()
    assert Entry.objects.get(pk=line.pk).data == line.data


def test_hiding_needs_the_right_and_folds_for_those_who_have_it(sign_in: SignIn, agent: User, lead: User, incident: Incident, reply: Comment) -> None:
    """INC-22: gone for others in timeline, API, search and the reporter's pages; who hid it stands in the fold; it can be shown again."""
    line = line_of(reply)
    url = f"/tickets/{incident.key}/timeline/{line.pk}"
    refused = sign_in(agent).post(f"{url}/hide/", headers=HTMX)
    assert (refused.status_code, "incident.moderate" in refused["X-Reason"], TimelineMark.objects.exists()) == (403, True, False)
    sign_in(lead).post(f"{url}/hide/", headers=HTMX)
    assert "Hidden by Priya Lead" in sign_in(lead).get(incident.get_absolute_url()).content.decode()
    page = sign_in(agent).get(incident.get_absolute_url()).content.decode()
    assert "We are on it" not in page and "Hidden by" not in page
    assert sign_in(agent).post(f"{url}/pin/", headers=HTMX).status_code == 404
    sign_in(lead).post(f"{url}/show/", headers=HTMX)
    assert "We are on it" in sign_in(agent).get(incident.get_absolute_url()).content.decode()
    assert [entry.event for entry in Entry.objects.filter(event__startswith="timeline.").order_by("id")] == ["timeline.hidden", "timeline.shown"]


def test_a_hidden_comment_is_nowhere_else(api: Api, sign_in: SignIn, agent: User, lead: User, requester: User, incident: Incident) -> None:
    """INC-22."""
    slip = conversation.comment(incident, actor=agent, body="password hunterseven", is_internal=False)
    curating.hide(incident, actor=lead, entry=line_of(slip))
    for reader in (agent, requester):
        assert api(reader).get(f"/api/v1/incidents/{incident.key}/comments/").data == []
        assert slip.pk not in {entry.data.get("comment") for entry in queries.timeline(reader, fresh(incident))}
        assert list(finding.find(reader, "hunterseven", 5)) == []
        found = api(reader).get("/api/v1/incidents/", {"jql": 'comment ~ "hunterseven"'}).data
        assert found["results"] == []
    assert "hunterseven" not in sign_in(requester).get("/my-requests/").content.decode()
    assert Comment.objects.get(pk=slip.pk).body == "password hunterseven"


@pytest.mark.parametrize("path", ["timeline/999999/pin/", "timeline/{line}/delete/", "comments/999999/edit/", "comments/999999/history/"])
def test_what_is_not_there_is_404(sign_in: SignIn, agent: User, incident: Incident, note: Comment, path: str) -> None:
    """INC-21, INC-22: an unknown verb too, and nothing is ever deleted."""
    client, url = sign_in(agent), f"/tickets/{incident.key}/{path.format(line=line_of(note).pk)}"
    answer: Any = client.post(url, headers=HTMX) if "timeline" in path else client.get(url, headers=HTMX)
    assert answer.status_code == 404


def test_a_hidden_reply_takes_its_notices_and_mails_back(agent: User, lead: User, requester: User, incident: Incident) -> None:
    """INC-22: also when the news was not delivered yet."""
    told, late = (conversation.comment(incident, actor=agent, body=f"password {word}", is_internal=False) for word in ("early", "late"))
    deliver_all(line_of(told))
    assert Notice.objects.filter(user=requester, quote__contains="early").exists() and Message.objects.filter(body__contains="early").exists()
    for slip in (told, late):
        curating.hide(incident, actor=lead, entry=line_of(slip))
    deliver_all(line_of(late))
    assert not Notice.objects.filter(quote__contains="password").exists()
    assert set(Message.objects.filter(body__contains="password").values_list("state", flat=True)) == {"withdrawn"}


def test_a_reply_that_is_edited_before_its_mail_left_is_mailed_as_edited(agent: User, requester: User, incident: Incident) -> None:
    """INC-21."""
    reply = conversation.comment(incident, actor=agent, body="password early", is_internal=False)
    deliver_all(line_of(reply))
    rewording.edit_comment(incident, actor=agent, comment=reply, body="We look into it")
    deliver_all(Entry.objects.get(event="comment.edited"))
    mails = dict(Message.objects.filter(recipient=requester).values_list("state", "body"))
    assert "password" in mails.pop("withdrawn") and "We look into it" in mails.popitem()[1]
    assert [notice.quote for notice in Notice.objects.filter(user=requester)] == ["We look into it"]
