"""Every event has its sentence, and every @on names an event that exists."""

import importlib
import re
from pathlib import Path

from django.apps import apps
from django.core.management import call_command

from journal import catalogue, handlers

ROOT = Path(__file__).resolve().parents[2]
OURS = [config for config in apps.get_app_configs() if (ROOT / config.label).is_dir()]
RECORDED = re.compile(r"""record(?:_many)?\(\s*["']([a-z_]+\.[a-z_]+)["']""")


def test_every_on_names_a_declared_event() -> None:
    unknown = set(handlers.events_with_handlers()) - set(catalogue.names())
    assert not unknown


def test_every_literal_event_that_is_recorded_is_declared() -> None:
    recorded = {
        name
        for config in OURS
        for path in (ROOT / config.label).rglob("*.py")
        if "migrations" not in path.parts
        for name in RECORDED.findall(path.read_text())
    }
    assert recorded <= set(catalogue.names())


def test_every_sentence_reads_without_its_data() -> None:
    for name in catalogue.names():
        assert catalogue.get(name).read("Ann", {}).strip(), name


def test_every_reaction_module_is_loaded() -> None:
    for config in OURS:
        if (ROOT / config.label / "reactions.py").exists():
            importlib.import_module(f"{config.label}.reactions")
            assert any(name.startswith(f"{config.label}.reactions") for names in handlers.events_with_handlers().values() for name in names)


def test_the_page_of_events_is_up_to_date() -> None:
    call_command("reactions", check=ROOT / "docs" / "events.md")
