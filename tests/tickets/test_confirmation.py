"""The reporter confirms or rejects by a signed link; GET changes nothing; nothing internal is shown; silence closes (INC-11)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from common import clock, errors
from incidents import actions
from incidents.models import Incident
from journal.models import Entry
from notifications.models import Message
from tickets import invitations, reactions
from tickets.actions import confirmation, conversation, editing, lifecycle
from tickets.models import Attachment, Category, Comment, ReporterLink, ResolutionCode, Ticket


@pytest.fixture
def resolved(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> Ticket:
    """The incident of Jonas, resolved by Hanna."""
    return lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)


def mailed(event: str = "ticket.transitioned") -> Message:
    """Lets the reactions hear of the newest such entry and answers the newest message."""
    entry = Entry.objects.filter(event=event).latest("id")
    for reaction in (reactions.ask_reporter, reactions.send_reply):
        if (reaction is reactions.ask_reporter) == (event == "ticket.transitioned"):
            reaction(entry)
    return Message.objects.latest("id")


def path_in(message: Message) -> str:
    line = next(line for line in message.body.splitlines() if "/r/" in line)
    return line[line.index("/r/") :]


@pytest.fixture
def path(resolved: Ticket) -> str:
    """The address of the page, as it stands in the mail."""
    return path_in(mailed())


def test_resolving_mails_one_link_to_the_reporter(resolved: Ticket, requester: User, path: str) -> None:
    message = mailed()
    assert (Message.objects.count(), ReporterLink.objects.count()) == (1, 1)
    assert (message.recipient, message.address) == (requester, requester.email)
    assert resolved.key in message.subject and "without" not in message.subject
    assert path.startswith("/r/") and path.endswith("/")


def test_a_public_reply_is_mailed_and_an_internal_note_never(agent: User, requester: User, incident: Incident) -> None:
    conversation.comment(incident, actor=agent, body="secret cause", is_internal=True)
    reactions.send_reply(Entry.objects.filter(event="comment.added").latest("id"))
    assert not Message.objects.exists()
    conversation.comment(incident, actor=agent, body="We are on it & close", is_internal=False)
    message = mailed("comment.added")
    assert "We are on it & close" in message.body and "secret" not in message.body
    assert path_in(message).startswith("/r/")
    conversation.comment(incident, actor=requester, body="Thanks", is_internal=False)
    reactions.send_reply(Entry.objects.filter(event="comment.added").latest("id"))
    assert Message.objects.count() == 1


def test_nobody_is_asked_about_what_he_resolved_himself_or_what_was_reopened(
    agent: User, resolved: Ticket, fixed: ResolutionCode, category: Category
) -> None:
    own = actions.create(actor=agent, summary="Mine", reporter=agent)
    lifecycle.resolve(own, actor=agent, resolution=fixed, category=category)
    reactions.ask_reporter(Entry.objects.filter(event="ticket.transitioned", subject_id=own.pk).latest("id"))
    lifecycle.reopen(resolved, actor=agent)
    reactions.ask_reporter(Entry.objects.filter(event="ticket.transitioned", subject_id=resolved.pk, data__verb="resolve").latest("id"))
    assert not Message.objects.exists()


def test_the_page_needs_no_login_and_get_changes_nothing(agent: User, resolved: Ticket, path: str) -> None:
    entries, version = Entry.objects.count(), Ticket.objects.get().version
    client = Client()
    page = client.get(path)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"] and "noindex" in page["X-Robots-Tag"]
    assert "Is it solved?" in page.content.decode()
    for verb in ("confirm", "reject", "reply"):
        assert client.get(f"{path}{verb}/")["Location"] == path  # the address of a form that was refused, opened again
    assert (Entry.objects.count(), Ticket.objects.get().version) == (entries, version)


def test_nothing_internal_is_shown_even_to_a_reporter_of_the_desk(agent: User, resolver: User, fixed: ResolutionCode, category: Category) -> None:
    own = actions.create(actor=agent, summary="Reported by an agent", reporter=agent, urgency=2)
    conversation.comment(own, actor=resolver, body="secret cause", is_internal=True)
    conversation.comment(own, actor=resolver, body="public words", is_internal=False)
    hidden = conversation.attach(own, actor=resolver, upload=SimpleUploadedFile("secret.txt", b"x"), is_internal=True)
    shown = conversation.attach(own, actor=resolver, upload=SimpleUploadedFile("public.txt", b"x"), is_internal=False)
    lifecycle.resolve(own, actor=resolver, resolution=fixed, category=category)
    path = path_in(mailed())
    page = Client().get(path).content.decode()
    assert "public words" in page and "public.txt" in page
    assert "secret" not in page
    assert Client().get(f"{path}files/{shown.pk}/").getvalue() == b"x"
    assert Client().get(f"{path}files/{hidden.pk}/").status_code == 404


def test_confirming_closes_once(resolved: Ticket, requester: User, path: str) -> None:
    client = Client()
    assert client.post(f"{path}confirm/").status_code == 302
    ticket = Ticket.objects.get()
    assert ticket.status.key == "closed"
    assert Entry.objects.get(event="ticket.confirmed").actor == requester
    assert "You confirmed" in client.get(path).content.decode()
    for verb in ("confirm", "reject", "reply"):
        assert client.post(f"{path}{verb}/", {"reason": "no", "body": "no"}).status_code == 409
    assert (Ticket.objects.get().version, Comment.objects.count()) == (ticket.version, 0)


def test_rejecting_needs_a_reason_and_reopens_once(resolved: Ticket, requester: User, path: str) -> None:
    client = Client()
    empty = client.post(f"{path}reject/", {"reason": "  "})
    assert (empty.status_code, Ticket.objects.get().status.key) == (422, "resolved")
    assert client.post(f"{path}reject/", {"reason": "Still 502"}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.status.key, ticket.reopen_count) == ("in-progress", 1)
    comment = Comment.objects.get()
    assert (comment.body, comment.author, comment.is_internal) == ("Still 502", requester, False)
    assert client.post(f"{path}reject/", {"reason": "Again"}).status_code == 409
    assert Comment.objects.count() == 1


def test_a_used_link_does_not_answer_the_next_resolution(agent: User, resolved: Ticket, path: str, fixed: ResolutionCode, category: Category) -> None:
    client = Client()
    client.post(f"{path}reject/", {"reason": "Still 502"})
    lifecycle.resolve(resolved, actor=agent, resolution=fixed, category=category)
    assert client.post(f"{path}confirm/").status_code == 409
    assert Ticket.objects.get().status.key == "resolved"
    fresh = path_in(mailed())
    assert fresh != path
    assert client.post(f"{fresh}confirm/").status_code == 302


def test_reply_with_a_file(resolved: Ticket, requester: User, path: str) -> None:
    client = Client()
    assert client.post(f"{path}reply/", {"body": ""}).status_code == 422
    sent = client.post(f"{path}reply/", {"body": "See **this**", "files": SimpleUploadedFile("seen.txt", b"x")})
    assert sent.status_code == 302
    comment, file = Comment.objects.get(), Attachment.objects.get()
    assert (comment.author, comment.is_internal, file.uploader, file.is_internal) == (requester, False, requester, False)


@pytest.mark.parametrize("token", ["x", "1:abc:def", signing.dumps(1, salt="another")], ids=["no signature", "wrong signature", "another purpose"])
def test_a_wrong_link_has_a_clear_page(house: None, token: str) -> None:
    response = Client().get(f"/r/{token}/")
    assert response.status_code == 404
    assert "does not work" in response.content.decode()


def test_an_old_link_has_a_clear_page(resolved: Ticket, path: str) -> None:
    with clock.shifted(clock.now() + timedelta(days=14)):
        for response in (Client().get(path), Client().post(f"{path}confirm/")):
            assert response.status_code == 410
            assert "no longer valid" in response.content.decode()
    assert Ticket.objects.get().status.key == "resolved"


def test_a_link_ends_with_the_reporter(agent: User, other_requester: User, resolved: Ticket, path: str) -> None:
    editing.edit(resolved, actor=agent, reporter=other_requester)
    assert Client().get(path).status_code == 410


def test_a_forged_post_without_the_token_of_the_form_is_refused(resolved: Ticket, path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(f"{path}confirm/").status_code == 403
    assert Ticket.objects.get().status.key == "resolved"


def test_only_the_reporter_confirms(agent: User, resolved: Ticket) -> None:
    with pytest.raises(errors.Refused):
        confirmation.confirm(resolved, actor=agent)
    with pytest.raises(errors.Refused):
        confirmation.reject(resolved, actor=agent, reason="No")


def test_over_rest(api: Callable[..., Any], requester: User, agent: User, resolved: Ticket) -> None:
    url = f"/api/v1/incidents/{resolved.key}/"
    assert api(agent).post(f"{url}confirm/").status_code == 403
    assert api(requester).post(f"{url}reject/", {"reason": "Still 502"}).data["status"] == "in-progress"
    assert api(requester).post(f"{url}confirm/").status_code == 409


def sweep_after(ticket: Ticket, days: float) -> int:
    assert ticket.resolved_at is not None
    with clock.shifted(ticket.resolved_at + timedelta(days=days)):
        return confirmation.sweep_silence()


def test_silence_closes_after_the_days(settings: Any, resolved: Ticket) -> None:
    assert sweep_after(resolved, 6.9) == 0
    settings.AUTO_CLOSE_DAYS = 0
    assert sweep_after(resolved, 30) == 0
    settings.AUTO_CLOSE_DAYS = 7
    assert (sweep_after(resolved, 7), sweep_after(resolved, 8)) == (1, 0)
    assert Ticket.objects.get().status.key == "closed"
    assert Entry.objects.get(event="ticket.silent").sentence == "Nobody objected for 7 days"


def test_a_word_of_the_reporter_is_no_silence(requester: User, resolved: Ticket) -> None:
    assert resolved.resolved_at is not None
    with clock.shifted(resolved.resolved_at + timedelta(days=5)):
        conversation.comment(resolved, actor=requester, body="One more question", is_internal=False)
    assert (sweep_after(resolved, 8), sweep_after(resolved, 12)) == (0, 1)


def test_open_and_canceled_tickets_are_left_alone(agent: User, incident: Incident) -> None:
    lifecycle.cancel(incident, actor=agent, reason="A test")
    with clock.shifted(clock.now() + timedelta(days=60)):
        assert confirmation.sweep_silence() == 0


def test_the_token_names_nothing_but_a_number(resolved: Ticket, path: str) -> None:
    link = ReporterLink.objects.get()
    assert invitations.path_of(link).startswith("/r/")
    assert invitations.read(path.split("/")[2]) == link
