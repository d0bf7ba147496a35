"""How every app of the house starts: its rooms that only register something are imported once."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

SELF_REGISTERING_ROOMS = ("events", "reactions", "registrations")


class HouseConfig(AppConfig):
    """An app of the house. On start it imports the app's events, reactions and registrations, where the app has them."""

    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for room in SELF_REGISTERING_ROOMS:
            name = f"{self.name}.{room}"
            if find_spec(name) is not None:
                import_module(name)


class CommonConfig(HouseConfig):
    """The ground floor: no tables, no URLs."""

    name = "common"
