"""Paging people: how they can be reached, what they wish for, and each page with its proof."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

USER = settings.AUTH_USER_MODEL
ASKING = ("page", "test")  # events of pages that want an answer; the others are news about one


class ContactMethod(models.Model):
    """One way to reach a person, such as a telephone number for SMS. It is used only after it was verified (ONC-14).

    channel: the name of a channel (notifications/channels). address: what the channel needs to reach the person, shown to him and to admins. secret:
    what must not be shown (keys of a push subscription, a token), encrypted. code: digest of the code that was sent to it, valid until code_until.
    """

    journal_type = "contact_method"

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="contact_methods", verbose_name=_("person"))
    channel = models.CharField(_("channel"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    address = models.CharField(_("address"), max_length=500)
    secret = models.TextField(blank=True, default="")
    verified_at = models.DateTimeField(_("verified"), null=True)
    code = models.CharField(max_length=64, blank=True, default="")
    code_until = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    broken_since = models.DateTimeField(_("fails since"), null=True)
    created_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        verbose_name = _("contact method")
        verbose_name_plural = _("contact methods")
        ordering: ClassVar[list[str]] = ["id"]
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["user", "channel", "address"], name="contact_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None


class PersonalRule(models.Model):
    """A step of a person's own rules: for an event of an urgency, after so many minutes, use this contact method (ONC-08).

    event: page (somebody must act), acknowledged, closed, assigned, note, shift_start, shift_end, escalated. urgency: default or important.
    """

    EVENTS: ClassVar[list[Any]] = [
        ("page", _("I am paged")), ("acknowledged", _("Somebody else acknowledges what I was paged for")), ("closed", _("What I was paged for is closed")),
        ("assigned", _("Something is assigned to me")), ("note", _("A note on what I was paged for")), ("shift_start", _("My time on call begins")),
        ("shift_end", _("My time on call ends")), ("escalated", _("It goes on to the next step")),
    ]  # fmt: skip
    DEFAULT, IMPORTANT = "default", "important"
    URGENCIES: ClassVar[list[Any]] = [(DEFAULT, _("Ordinary")), (IMPORTANT, _("Important"))]

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="personal_rules", verbose_name=_("person"))
    event = models.CharField(_("when"), max_length=12, choices=EVENTS)
    urgency = models.CharField(_("urgency"), max_length=9, choices=URGENCIES, default=IMPORTANT)
    delay_minutes = models.PositiveSmallIntegerField(_("after minutes"), default=0)
    contact = models.ForeignKey(ContactMethod, on_delete=models.CASCADE, related_name="rules", verbose_name=_("by"))

    class Meta:
        verbose_name = _("personal rule")
        verbose_name_plural = _("personal rules")
        ordering: ClassVar[list[str]] = ["event", "urgency", "delay_minutes", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "event", "urgency", "delay_minutes", "contact"], name="personal_rule_once"),
            models.CheckConstraint(condition=Q(delay_minutes__lte=1440), name="personal_rule_delay"),
            models.CheckConstraint(condition=Q(urgency__in=["default", "important"]), name="personal_rule_urgency"),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_display()}: {self.contact}"


class QuietHours(models.Model):
    """When a person does not want ordinary pages, on the wall of his own zone (ONC-12). Important ones come through while `lets_important` holds."""

    user = models.OneToOneField(USER, primary_key=True, on_delete=models.CASCADE, related_name="quiet_hours")
    from_at = models.TimeField(_("from"))
    until_at = models.TimeField(_("until"))
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True)
    lets_important = models.BooleanField(_("important pages come through"), default=True)

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")

    def __str__(self) -> str:
        return f"{self.from_at:%H:%M}–{self.until_at:%H:%M}"


class Page(models.Model):
    """One person is asked to act on one thing: the frame of the messages that go to his contact methods one after the other.

    key: the same key again is the same page (escalation, round and step). topic: the service it is about, by which many pages become one message.
    State: open, acknowledged (by himself or anybody), ended (nothing is to be
    done any more), unreachable (no verified way to reach him).
    """

    OPEN, ACKNOWLEDGED, ENDED, UNREACHABLE = "open", "acknowledged", "ended", "unreachable"
    journal_type = "page"

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="pages", verbose_name=_("person"))
    key = models.CharField(max_length=120, unique=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    topic = models.CharField(max_length=120, blank=True, default="")
    event = models.CharField(max_length=12, default="page")
    urgency = models.CharField(max_length=9, choices=PersonalRule.URGENCIES, default=PersonalRule.IMPORTANT)
    title = models.CharField(_("title"), max_length=250)
    text = models.TextField(_("text"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=12, default=OPEN)
    created_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(USER, null=True, on_delete=models.SET_NULL, related_name="+")
    acknowledged_via = models.CharField(max_length=20, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=["open", "acknowledged", "ended", "unreachable"]), name="page_state"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="page_of_user"),
            models.Index(fields=["user", "-id"], name="page_open", condition=Q(state="open")),
            models.Index(fields=["subject_type", "subject_id", "-id"], name="page_of_subject"),
        ]

    def __str__(self) -> str:
        return self.title
