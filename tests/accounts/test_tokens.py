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
    reading = {"desk.access", "incident.view", "alert.view", "service.view", "oncall.view", "incident.restricted", "audit.view"}
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


def test_a_rotated_token_has_two_texts_for_a_while(agent: User) -> None:
    token, first = actions.create_token(actor=agent, name="sync")
    _token, second = actions.rotate_token(token, actor=agent, hours=2)
    assert (call(first), call(second)) == (200, 200)
    ApiToken.objects.filter(pk=token.pk).update(former_until=clock.now() - timedelta(seconds=1))
    assert (call(first), call(second)) == (401, 200)
    _token, third = actions.rotate_token(token, actor=agent, hours=0)
    assert (call(first), call(second), call(third)) == (401, 401, 200)


def test_rotating_ends_with_the_token_and_is_for_its_owner(agent: User, resolver: User) -> None:
    token, first = actions.create_token(actor=agent, name="sync")
    with pytest.raises(errors.Refused):
        actions.rotate_token(token, actor=resolver)
    with pytest.raises(errors.Invalid):
        actions.rotate_token(token, actor=agent, hours=1000)
    _token, second = actions.rotate_token(token, actor=agent)
    actions.revoke_token(token, actor=agent)
    assert (call(first), call(second)) == (401, 401)
    with pytest.raises(errors.Conflict):
        actions.rotate_token(token, actor=agent)


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        (["10.2.0.0/16"], "10.2.3.4", 200), (["10.2.0.0/16"], "10.3.0.1", 401), (["127.0.0.1", "2001:db8::/32"], "2001:db8::7", 200),
        (["10.2.0.0/16"], "::ffff:10.2.3.4", 200), (["10.2.0.0/16"], "", 401), ([], "192.0.2.1", 200),
    ],
)  # fmt: skip
def test_a_token_works_from_its_networks_only(agent: User, networks: list[str], address: str, status: int) -> None:
    _token, secret = actions.create_token(actor=agent, name="sync", networks=networks)
    client = APIClient(REMOTE_ADDR=address)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v1/people/me/").status_code == status


def test_a_network_that_is_none_is_refused(agent: User) -> None:
    with pytest.raises(errors.Invalid):
        actions.create_token(actor=agent, name="sync", networks=["the office"])
    assert not ApiToken.objects.exists()


def test_a_token_cannot_rotate_itself(agent: User) -> None:
    token, secret = actions.create_token(actor=agent, name="a", scope=ApiToken.WRITE)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.post(f"/api/v1/tokens/{token.pk}/rotate/", {}).status_code == 403


def test_a_role_is_a_template_for_the_next_one(admin: User, agent: User) -> None:
    role = Role.objects.get(slug="resolver")
    copies = [actions.copy_role(role, actor=admin) for _number in range(2)]
    assert [copy.slug for copy in copies] == ["resolver-copy", "resolver-copy2"]
    assert set(copies[0].rights.values_list("right", flat=True)) == set(role.rights.values_list("right", flat=True))
    with pytest.raises(errors.Refused):
        actions.copy_role(role, actor=agent)
