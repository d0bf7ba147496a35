"""Every write to accounts."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_network
from itertools import count
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import events, permissions, rights
from accounts.models import ApiToken, IntegrationKey, Role, RoleRight, User
from common import clock, crypto, errors
from journal import actions as journal
from journal import registers

SECRET_BYTES = 30
MOST_NETWORKS, LONGEST_OVERLAP = 20, 168
USE_NOTED_EVERY = timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """SHA-256 in hex: the secrets carry 240 random bits, so a slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def create_default_roles(*, actor: User | None = None) -> None:
    """Makes the roles that a fresh installation ships with; leaves roles that exist as their admin made them."""
    for slug, (name, description, held) in rights.DEFAULT_ROLES.items():
        if Role.objects.filter(slug=slug).exists():
            continue
        role = Role(slug=slug, name=name, description=description)
        registers.save(role, changed=[], is_new=True, actor=actor)
        RoleRight.objects.bulk_create(RoleRight(role=role, right=right) for right in held)


@transaction.atomic
def copy_role(role: Role, *, actor: User | None) -> Role:
    """Makes a role with the same rights, to be changed from there: every role is a template for the next one (PRM-01)."""
    permissions.can_manage_settings(actor).require()
    taken = set(Role.objects.filter(slug__startswith=f"{role.slug[:40]}-copy").values_list("slug", flat=True))
    slug = next(slug for number in count(1) if (slug := f"{role.slug[:40]}-copy{number if number > 1 else ''}") not in taken)
    copy = Role(slug=slug, name=_("%(name)s (copy)") % {"name": role.name[:70]}, description=role.description)
    registers.save(copy, changed=[], is_new=True, actor=actor)
    RoleRight.objects.bulk_create(RoleRight(role=copy, right=row.right) for row in role.rights.order_by("id"))
    return copy


@transaction.atomic
def create_user(*, actor: User | None, email: str, name: str, password: str | None = None, roles: Iterable[str] = (), **columns: Any) -> User:
    """Makes a person. Raises Refused, or Invalid for the field that is wrong (a used address, a weak password, an unknown role)."""
    permissions.can_manage_settings(actor).require()
    address = email.strip().lower()
    _require_address(address)
    if User.objects.filter(email__iexact=address).exists():
        raise errors.Invalid("email", _("Somebody has this e-mail address already."))
    if password is not None:
        require_good_password(password)
    known = list(Role.objects.filter(slug__in=list(roles)))
    if len(known) != len(set(roles)):
        raise errors.Invalid("roles", _("One of these roles does not exist."))
    user = User.objects.create_user(address, password, name=name.strip(), **columns)
    user.roles.set(known)
    journal.record("register.added", user, actor=actor, register=str(_("person")), name=user.name, fields="")
    return user


def _require_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise errors.Invalid("email", _("Write an address like name@example.com.")) from error


def require_good_password(password: str, user: User | None = None) -> None:
    """Raises Invalid("password") with the reasons of Django's validators."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise errors.Invalid("password", " ".join(error.messages)) from error


@transaction.atomic
def change_profile(
    user: User, *, actor: User, name: str, time_zone: str, theme: str, avatar_hue: int, has_shortcuts: bool, away_until: datetime | None = None
) -> User:
    """Changes what a person sets for himself. Values were checked by the form."""
    if user != actor:
        raise errors.Refused(_("A profile is changed by its person."))
    wanted = {
        "name": name,
        "time_zone": time_zone,
        "theme": theme,
        "avatar_hue": avatar_hue,
        "has_shortcuts": has_shortcuts,
        "away_until": away_until,
    }
    locked = User.objects.select_for_update().get(pk=user.pk)
    changed = [column for column, value in wanted.items() if getattr(locked, column) != value]
    if not changed:
        return locked
    for column in changed:
        setattr(locked, column, wanted[column])
    locked.save(update_fields=changed)
    journal.record(events.PROFILE_CHANGED, locked, actor=actor, fields=", ".join(changed))
    return locked


def choose_theme(user: User, *, actor: User, theme: str) -> User:
    """Changes only the theme of the profile."""
    return change_profile(
        user,
        actor=actor,
        name=user.name,
        time_zone=user.time_zone,
        theme=theme,
        avatar_hue=user.avatar_hue,
        has_shortcuts=user.has_shortcuts,
        away_until=user.away_until,
    )


@transaction.atomic
def create_token(
    *,
    actor: User,
    name: str,
    scope: str = ApiToken.READ,
    expires_at: datetime | None = None,
    user: User | None = None,
    networks: Iterable[str] = (),
) -> tuple[ApiToken, str]:
    """Makes an API token; the second part of the answer is its text, which nobody can read again. networks: from where it may be used.

    Raises Refused, or Invalid for the value that is wrong.
    """
    owner = user or actor
    permissions.can_create_token(actor, owner).require()
    if scope not in dict(ApiToken.SCOPES):
        raise errors.Invalid("scope", _("Choose read or write."))
    if not name.strip():
        raise errors.Invalid("name", _("Give the token a name, so that you know later what used it."))
    if expires_at is not None and expires_at <= clock.now():
        raise errors.Invalid("expires_at", _("Choose a moment in the future."))
    secret = _token_text()
    token = ApiToken(
        user=owner, name=name.strip()[:80], prefix=secret[:10], digest=digest_of(secret), scope=scope, expires_at=expires_at,
        networks=_clean_networks(networks),
    )  # fmt: skip
    token.save(force_insert=True)
    journal.record(events.TOKEN_CREATED, token, actor=actor, name=token.name)
    return token, secret


def _token_text() -> str:
    return "ekp_" + secrets.token_urlsafe(SECRET_BYTES)


def _clean_networks(networks: Iterable[str]) -> list[str]:
    """At most 20 IP addresses or CIDR blocks, each once. Raises Invalid("networks")."""
    cleaned = []
    for written in networks:
        try:
            cleaned.append(str(ip_network(written.strip(), strict=False)))
        except ValueError as error:
            raise errors.Invalid(
                "networks", _("Write IP addresses or networks such as 10.2.0.0/16, not “%(text)s”.") % {"text": written[:50]}
            ) from error
    if len(cleaned) > MOST_NETWORKS:
        raise errors.Invalid("networks", _("Use at most %(most)d networks.") % {"most": MOST_NETWORKS})
    return list(dict.fromkeys(cleaned))


@transaction.atomic
def rotate_token(token: ApiToken, *, actor: User, hours: int = 24) -> tuple[ApiToken, str]:
    """Gives a token a new text; the one before stays good for `hours` (0 to 168), so that nothing that uses it stands still (PRM-07).

    A text from an earlier rotation ends at once. Raises Refused, Invalid("hours"), Conflict for a token that is revoked or expired.
    """
    permissions.can_create_token(actor, token.user).require()
    at = clock.now()
    overlap(hours, at)
    locked = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if not locked.is_usable(at):
        raise errors.Conflict(_("This token is revoked or expired. Make a new one."))
    secret = _token_text()
    locked.former_digest, locked.former_until = locked.digest, at + timedelta(hours=hours)
    locked.digest, locked.prefix = digest_of(secret), secret[:10]
    locked.save(update_fields=["former_digest", "former_until", "digest", "prefix"])
    journal.record(events.TOKEN_ROTATED, locked, actor=actor, at=at, name=locked.name, hours=hours)
    return locked, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: User) -> ApiToken:
    """Ends a token at once."""
    permissions.can_create_token(actor, token.user).require()
    locked = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if locked.revoked_at is not None:
        return locked
    locked.revoked_at = clock.now()
    locked.save(update_fields=["revoked_at"])
    journal.record(events.TOKEN_REVOKED, locked, actor=actor, name=locked.name)
    return locked


@transaction.atomic
def create_integration_key(*, actor: User | None) -> IntegrationKey:
    """Makes the key of a webhook URL: `ek_` and 40 URL-safe characters."""
    permissions.can_manage_settings(actor).require()
    secret = "ek_" + secrets.token_urlsafe(SECRET_BYTES)
    key = IntegrationKey(prefix=secret[:8], digest=digest_of(secret), cipher=crypto.encrypt(secret))
    key.save(force_insert=True)
    journal.record(events.KEY_CREATED, key, actor=actor, prefix=key.prefix)
    return key


@transaction.atomic
def revoke_integration_key(key: IntegrationKey, *, actor: User | None) -> IntegrationKey:
    """Ends a key; the door refuses it within five seconds."""
    permissions.can_manage_settings(actor).require()
    locked = IntegrationKey.objects.select_for_update().get(pk=key.pk)
    if locked.revoked_at is not None:
        return locked
    locked.revoked_at = clock.now()
    locked.save(update_fields=["revoked_at"])
    journal.record(events.KEY_REVOKED, locked, actor=actor, prefix=locked.prefix)
    return locked


@transaction.atomic
def rotate_integration_key(key: IntegrationKey, *, actor: User | None, hours: int = 24) -> IntegrationKey:
    """Gives a key a new text; the one before stays good for `hours` (0 to 168). A text from an earlier rotation ends at once. Raises Refused, Invalid("hours")."""
    permissions.can_manage_settings(actor).require()
    at, locked = clock.now(), IntegrationKey.objects.select_for_update().get(pk=key.pk)
    until = overlap(hours, at)
    secret = "ek_" + secrets.token_urlsafe(SECRET_BYTES)
    locked.former_digest, locked.former_until, locked.former_used_at = (locked.digest, until, None) if until else (None, None, None)
    locked.prefix, locked.digest, locked.cipher = secret[:8], digest_of(secret), crypto.encrypt(secret)
    locked.save(update_fields=["former_digest", "former_until", "former_used_at", "prefix", "digest", "cipher"])
    journal.record(events.KEY_ROTATED, locked, actor=actor, at=at, prefix=locked.prefix, hours=hours)
    return locked


def overlap(hours: int, at: datetime) -> datetime | None:
    """Until when a former secret is good; None for not at all. Raises Invalid("hours")."""
    if not 0 <= hours <= LONGEST_OVERLAP:
        raise errors.Invalid("hours", _("Keep the former text for 0 to %(most)d hours.") % {"most": LONGEST_OVERLAP})
    return at + timedelta(hours=hours) if hours else None


@transaction.atomic
def end_former_key(key: IntegrationKey, *, actor: User | None) -> IntegrationKey:
    """Ends the text before the last rotation; the door refuses it within five seconds. Raises Refused."""
    permissions.can_manage_settings(actor).require()
    locked = IntegrationKey.objects.select_for_update().get(pk=key.pk)
    if locked.former_digest is None:
        return locked
    locked.former_digest = locked.former_until = None
    locked.save(update_fields=["former_digest", "former_until"])
    journal.record(events.FORMER_KEY_ENDED, locked, actor=actor, prefix=locked.prefix)
    return locked


def note_former_use(secret: str) -> None:
    """Remembers, to the minute, that the text before the last rotation was used, if it is that."""
    at = clock.now()
    unnoted = Q(former_used_at=None) | Q(former_used_at__lt=at - USE_NOTED_EVERY)
    IntegrationKey.objects.filter(unnoted, former_digest=digest_of(secret), former_until__gt=at).update(former_used_at=at)


def note_key_use(key_ids: Iterable[int], at: datetime) -> None:
    """Remembers that these integration keys were used, to the minute: an admin sees which ones are quiet."""
    IntegrationKey.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=at - USE_NOTED_EVERY), pk__in=key_ids).update(last_used_at=at)


@transaction.atomic
def ask_password_reset(email: str) -> None:
    """Notes that the person of this address wants a new password; notifications sends the link. An unknown address does nothing."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is not None and user.has_usable_password():
        journal.record(events.RESET_ASKED, user, actor=None)
