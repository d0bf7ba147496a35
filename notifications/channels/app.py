"""Inside the product: the banner with a sound on every open page of the person."""

from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Channel, Outcome, Parcel


class App(Channel):
    """The page is a row already, and open screens were told of it; the banner itself says when it was seen and answered."""

    name, label = "app", _("Banner in Evenkeel")

    def send(self, parcel: Parcel) -> Outcome:
        return Outcome(True, answer="shown on the person's open screens")

    def destination(self, parcel: Parcel) -> str:
        return self.name
