"""Everything between a fresh database and the first page, in one process and safe to repeat."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from accounts import actions as accounts
from accounts.models import User
from alerts.actions import partitions
from itsm import environment
from operations import actions
from operations.seed import build

FIRST_ADMIN = "admin@example.com"


class Command(BaseCommand):
    """Migrates, installs the defaults, makes the first people and collects the static files."""

    help = "Migrations, defaults, demonstration company or first administrator, static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--empty", action="store_true", help="no demonstration company: only a first administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        password = environment.secret("EVENKEEL_FIRST_PASSWORD")
        if not options["empty"] and password and build.build(password, progress=self.stdout.write):
            self.note_logins(
                password, [("admin", "Grace Mwangi"), ("agent", "Hanna Lindqvist"), ("resolver", "Daniel Okafor"), ("requester", "Jonas Berg")]
            )
        actions.install_defaults()
        partitions.keep_partitions()
        if not User.objects.exists() and password:
            accounts.create_user(
                actor=None, email=FIRST_ADMIN, name="Administrator", password=password, roles=["admin"], is_staff=True, is_superuser=True
            )
            self.write_logins(f"First administrator: {FIRST_ADMIN} / {password}   (change both in the profile and the admin)\n")
        call_command("collectstatic", interactive=False, verbosity=0)

    def note_logins(self, password: str, people: list[tuple[str, str]]) -> None:
        """Keeps the demonstration's logins where `up` reads them."""
        lines = [f"  {role:<10} {build.email_of(name)}" for role, name in people]
        self.write_logins("Demonstration logins, all with the password {}:\n{}\n".format(password, "\n".join(lines)))

    def write_logins(self, text: str) -> None:
        """Writes the file that only its owner may read."""
        path = Path(settings.DATA_DIR) / "logins.txt"
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
