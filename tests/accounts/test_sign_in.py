"""Signing in, the lock-out, a forgotten password."""

import re

import pytest
from django.test import Client, override_settings

from accounts.models import User
from journal import actions as journal
from notifications.models import Message
from tests.conftest import PASSWORD


def sign_in(client: Client, email: str, password: str) -> int:
    return client.post("/login/", {"username": email, "password": password}).status_code


def test_sign_in_by_email_whatever_the_case(agent: User) -> None:
    assert sign_in(Client(), agent.email.upper(), PASSWORD) == 302


def test_wrong_password_keeps_the_form_with_a_message(agent: User) -> None:
    response = Client().post("/login/", {"username": agent.email, "password": "wrong"})
    assert response.status_code == 422
    assert b"do not belong together" in response.content


def test_five_wrong_passwords_lock_the_address_out(agent: User) -> None:
    client = Client()
    answers = [sign_in(client, agent.email, "wrong") for _try in range(5)]
    assert answers[-1] == 429
    assert sign_in(client, agent.email, PASSWORD) == 429
    assert sign_in(Client(), agent.email.upper(), PASSWORD) == 429


@pytest.mark.parametrize("known", [True, False])
@override_settings(EMAIL_IS_CONFIGURED=True)
def test_forgotten_password_answers_the_same_for_everybody(agent: User, known: bool) -> None:
    response = Client().post("/password-reset/", {"email": agent.email if known else "nobody@example.com"})
    assert (response.status_code, response["Location"]) == (302, "/password-reset/sent/")
    journal.deliver_due()
    assert Message.objects.count() == int(known)


@override_settings(EMAIL_IS_CONFIGURED=True)
def test_the_link_in_the_mail_sets_a_new_password_once(agent: User) -> None:
    client = Client()
    client.post("/password-reset/", {"email": agent.email})
    journal.deliver_due()
    link = re.search(r"/password-reset/\S+", Message.objects.get().body)
    assert link is not None
    form = client.get(link.group(), follow=True)
    path = form.redirect_chain[-1][0]
    new = "another long password 9"
    assert client.post(path, {"new_password1": new, "new_password2": new}).status_code == 302
    agent.refresh_from_db()
    assert agent.check_password(new)
    again = Client().get(link.group(), follow=True)
    assert b'name="new_password1"' not in again.content
