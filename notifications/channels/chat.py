"""A step of a policy that names “a chat channel” by the address of its webhook: the address says whose it is."""

from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from common import egress
from notifications.channels.base import HttpChannel, Outcome, Parcel
from notifications.channels.discord import Discord
from notifications.channels.mattermost import Mattermost
from notifications.channels.slack import Slack
from notifications.channels.teams import Teams

HOSTS: tuple[tuple[str, HttpChannel], ...] = (
    ("hooks.slack.com", Slack()), ("discord.com", Discord()), ("discordapp.com", Discord()), ("webhook.office.com", Teams()),
    ("logic.azure.com", Teams()), ("powerplatform.com", Teams()),
)  # fmt: skip


class Chat(HttpChannel):
    """Slack, Discord and Teams are known by their hosts; any other takes what Mattermost and Rocket.Chat take."""

    name, label = "channel", _("Chat channel")

    def request(self, parcel: Parcel) -> egress.Request:
        return spoken_by(parcel.address).request(parcel)

    def read(self, answer: egress.Answer) -> Outcome:
        return Outcome(True, answer=str(answer.status))


def spoken_by(url: str) -> HttpChannel:
    """The channel whose words the host of an address understands."""
    host = urlsplit(url).hostname or ""
    return next((channel for known, channel in HOSTS if host == known or host.endswith(f".{known}")), Mattermost())
