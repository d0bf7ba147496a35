"""API tokens, integration keys, rights."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts import actions, rights
from accounts.models import ApiToken, Role, User
from common import clock, errors


def call(secret: str) -> int:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client.get("/api/v1/people/me/").status_code


def test_only_the_digest_is_stored(agent: User) -> None:
    token, secret = actions.create_token(actor=agent, name="script")
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values())
    assert call(secret) == 200


def test_a_revoked_expired_or_orphaned_token_is_dead_at_once(agent: User) -> None:
    revoked, first = actions.create_token(actor=agent, name="a")
    actions.revoke_token(revoked, actor=agent)
    assert call(first) == 401
    token, second = actions.create_token(actor=agent, name="b", expires_at=clock.now() + timedelta(days=1))
    ApiToken.objects.filter(pk=token.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert call(second) == 401
    _third, third = actions.create_token(actor=agent, name="c")
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert call(third) == 401


def test_nobody_makes_tokens_for_somebody_else(agent: User, resolver: User, admin: User) -> None:
    with pytest.raises(errors.Refused):
        actions.create_token(actor=agent, name="x", user=resolver)
    assert actions.create_token(actor=admin, name="x", user=resolver)[0].user == resolver


def test_a_token_cannot_make_a_token(agent: User) -> None:
    _token, secret = actions.create_token(actor=agent, name="a", scope=ApiToken.WRITE)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.post("/api/v1/tokens/", {"name": "child", "scope": "write"}).status_code == 403
    assert ApiToken.objects.count() == 1


def test_integration_keys_can_be_read_again_and_end(admin: User, agent: User) -> None:
    key = actions.create_integration_key(actor=admin)
    assert actions.digest_of(key.reveal()) == key.digest
    with pytest.raises(errors.Refused):
        actions.create_integration_key(actor=agent)
    assert actions.revoke_integration_key(key, actor=admin).revoked_at is not None


def test_default_roles_hold_known_rights_and_the_auditor_only_reads(house: None) -> None:
    for slug, (_name, _description, held) in rights.DEFAULT_ROLES.items():
        assert set(held) <= set(rights.RIGHTS), slug
        assert set(Role.objects.get(slug=slug).rights.values_list("right", flat=True)) == set(held)
    reading = {"desk.access", "incident.view", "alert.view", "service.view", "incident.restricted", "audit.view"}
    assert set(rights.DEFAULT_ROLES["auditor"][2]) == reading
    assert "incident.close" not in rights.DEFAULT_ROLES["resolver"][2]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", {"email": "nonsense", "name": "X", "password": "long enough for a test 7"}),
        ("email", {"email": "HANNA.agent@example.com", "name": "X", "password": "long enough for a test 7"}),
        ("password", {"email": "x@example.com", "name": "X", "password": "short"}),
        ("roles", {"email": "x@example.com", "name": "X", "roles": ["king"]}),
    ],
)
def test_wrong_people_are_refused_by_field(agent: User, field: str, values: dict[str, object]) -> None:
    with pytest.raises(errors.Invalid) as refused:
        actions.create_user(actor=None, **values)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert User.objects.count() == 1
