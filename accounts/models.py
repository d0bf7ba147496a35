"""People and their keys."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from ipaddress import ip_address, ip_network
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts import rights as table
from accounts import validators
from common import crypto


class Organisation(models.Model):
    """A company or department that requesters belong to."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    shares_requests = models.BooleanField(
        _("colleagues see each other's requests"),
        default=False,
        help_text=_("Its people read the public side of what a colleague reported, except restricted records. Only who reported it can reply."),
    )

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of rights. A person may hold several; the rights add up."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class RoleRight(models.Model):
    """One right that a role holds."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="rights")
    right = models.CharField(_("right"), max_length=60, validators=[validators.known_right])

    class Meta:
        verbose_name = _("right")
        verbose_name_plural = _("rights")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["role", "right"], name="role_right_once")]

    def __str__(self) -> str:
        return self.right


class UserManager(BaseUserManager["User"]):
    """Makes users with a normalised e-mail address."""

    def create_user(self, email: str, password: str | None = None, **columns: Any) -> "User":
        user = self.model(email=email.strip().lower(), **columns)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **columns: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **columns)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person: signs in by e-mail address, holds roles, belongs to teams."""

    THEMES: ClassVar[list[Any]] = [("auto", _("Like the system")), ("light", _("Light")), ("dark", _("Dark"))]
    journal_type = "user"

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[validators.known_zone])
    away_until = models.DateTimeField(_("away until"), null=True, blank=True, help_text=_("Until then nothing is assigned to this person by a rule"))
    is_vip = models.BooleanField(_("VIP"), default=False, help_text=_("Rules of the priority may raise what this person reports"))
    avatar_hue = models.PositiveSmallIntegerField(_("avatar colour"), default=1)
    theme = models.CharField(_("theme"), max_length=5, choices=THEMES, default="auto")
    has_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    unread_count = models.PositiveIntegerField(default=0, editable=False)  # kept by notifications, so that no page counts
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="people", verbose_name=_("organisation")
    )
    roles = models.ManyToManyField(Role, blank=True, related_name="people", verbose_name=_("roles"))
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open Django admin"), default=False)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(Lower("email"), name="user_email_once", violation_error_message=_("Somebody has this e-mail address already.")),
            models.CheckConstraint(condition=models.Q(avatar_hue__range=(1, 8)), name="user_avatar_hue"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = [word for word in self.name.replace("-", " ").split() if word]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"

    @cached_property
    def rights(self) -> frozenset[str]:
        """All rights of all roles; read once per object."""
        if not self.is_active:
            return frozenset()
        return frozenset(RoleRight.objects.filter(role__people=self).values_list("right", flat=True))

    @cached_property
    def held_in_teams(self) -> list[tuple[int, str | None]]:
        """(team, right) for each right of a role held within that team, with None for the membership itself; read once per object."""
        return list(Membership.objects.filter(user=self).values_list("team_id", "roles__rights__right").distinct())

    @property
    def team_ids(self) -> frozenset[int]:
        """The teams this person is a member of."""
        return frozenset(team for team, _right in self.held_in_teams)

    def teams_with(self, right: str) -> frozenset[int]:
        """The teams in which a role of this person holds the right; what the roles of the whole site give is not asked here."""
        if not self.is_active or right not in table.IN_A_TEAM:
            return frozenset()
        return frozenset(team for team, held in self.held_in_teams if held == right)

    def has_right(self, right: str) -> bool:
        """Whether the right is held everywhere. A superuser holds them all; who works for one team can open the desk's screens."""
        if not self.is_active:
            return False
        return self.is_superuser or right in self.rights or (right == table.OPENS_DESK and bool(self.teams_with(right)))

    def has_right_for(self, right: str, team_ids: Iterable[int | None]) -> bool:
        """Whether the right is held for something that belongs to these teams: everywhere, or within one of them."""
        return self.has_right(right) or not self.teams_with(right).isdisjoint(team_ids)

    def has_right_somewhere(self, right: str) -> bool:
        """Whether the right is held everywhere or in some team: enough to be shown a door, not to pass it."""
        return self.has_right(right) or bool(self.teams_with(right))


class Team(models.Model):
    """A group of people who work a queue and own services."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    members = models.ManyToManyField(User, through="Membership", related_name="teams", verbose_name=_("members"))

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        """Two letters for the square avatar."""
        words = self.name.split()
        return (words[0][0] + (words[1][0] if len(words) > 1 else words[0][1:2])).upper()


class Membership(models.Model):
    """A person in a team; a lead may manage it. roles: what the person may do with this team's tickets beside what he may do everywhere."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(_("leads the team"), default=False)
    roles = models.ManyToManyField(Role, blank=True, related_name="memberships", verbose_name=_("roles for this team's tickets"))

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["team", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"


class ApiToken(models.Model):
    """A key with which a script acts as a person. Only its SHA-256 digest is stored; the text is shown once.

    networks: CIDR blocks it may be used from; empty means from everywhere. former_digest, former_until: after a rotation the text before it stays
    good for a while, so that whoever uses it has the time to change over.
    """

    READ, WRITE = "read", "write"
    SCOPES: ClassVar[list[Any]] = [(READ, _("Read only")), (WRITE, _("Read and write"))]
    journal_type = "token"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("acts as"))
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.CharField(_("scope"), max_length=5, choices=SCOPES, default=READ)
    created_at = models.DateTimeField(_("created"), db_default=models.functions.Now())
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    networks = ArrayField(models.CharField(max_length=43), verbose_name=_("usable from"), default=list, blank=True)
    former_digest = models.CharField(max_length=64, null=True, unique=True)  # null: it was never rotated
    former_until = models.DateTimeField(_("former text valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def is_usable(self, at: datetime) -> bool:
        """Not revoked, not expired, and its person is active."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at) and self.user.is_active

    def is_usable_from(self, address: str) -> bool:
        """Whether it may be used from this IP address."""
        if not self.networks:
            return True
        try:
            source = ip_address(address)
        except ValueError:
            return False
        source = getattr(source, "ipv4_mapped", None) or source
        return any(source in ip_network(network) for network in self.networks)


class IntegrationKey(models.Model):
    """The key in a monitoring tool's webhook URL: a digest to compare, and an encrypted copy so that an admin can read the URL again.

    former_digest, former_until, former_used_at: after a rotation the text before it stays good until then; when it was last used.
    """

    journal_type = "integration_key"

    prefix = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    cipher = models.TextField()
    created_at = models.DateTimeField(_("created"), db_default=models.functions.Now())
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    former_digest = models.CharField(max_length=64, null=True, unique=True)  # null: it was never rotated
    former_until = models.DateTimeField(_("former text valid until"), null=True, blank=True)
    former_used_at = models.DateTimeField(_("former text last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("integration key")
        verbose_name_plural = _("integration keys")

    def __str__(self) -> str:
        return f"{self.prefix}…"

    def reveal(self) -> str:
        """The key itself. Raises Conflict when the encryption key of this installation was lost."""
        return crypto.decrypt(self.cipher)
