"""A bad setting is named, with what to do, before anything starts."""

from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks

from itsm import environment


def ours(found: list[CheckMessage]) -> list[str]:
    return sorted(str(message.id) for message in found if str(message.id).startswith("evenkeel."))


def test_the_settings_of_the_tests_are_good() -> None:
    assert ours(run_checks()) == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET_KEY", "too short", "evenkeel.E001"),
        ("ENCRYPTION_KEY", "", "evenkeel.E002"),
        ("ENCRYPTION_KEY", "not base64 at all", "evenkeel.E002"),
        ("EVENKEEL_BASE_URL", "desk.example.com", "evenkeel.E003"),
        ("EVENKEEL_BASE_URL", "https://desk.example.com/path", "evenkeel.E003"),
        ("DATABASE_URL", "mysql://localhost/evenkeel", "evenkeel.E004"),
        ("REDIS_URL", "amqp://localhost", "evenkeel.E005"),
        ("DATA_DIR", __file__, "evenkeel.E007"),
        ("EGRESS_ALLOW", ["10.0.0.0/99"], "evenkeel.E008"),
    ],
)
def test_a_bad_setting_is_named(settings: Any, name: str, value: str, expected: str) -> None:
    setattr(settings, name, value)

    found = run_checks()

    assert ours(found) == [expected]
    assert all(message.hint for message in found)


def test_a_number_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENKEEL_ALERT_MAX_BYTES", "1 MB")

    assert ours(run_checks()) == ["evenkeel.E006"]


def test_a_secret_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENKEEL_SECRET_KEY", "one")
    monkeypatch.setenv("EVENKEEL_SECRET_KEY_FILE", __file__)

    assert ours(run_checks()) == ["evenkeel.W001"]


def test_a_secret_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.delenv("EVENKEEL_SECRET_KEY", raising=False)
    monkeypatch.setenv("EVENKEEL_SECRET_KEY_FILE", str(tmp_path / "key"))

    assert environment.secret("EVENKEEL_SECRET_KEY") == "from the file"


@pytest.mark.parametrize(
    ("redis_url", "broker"),
    [
        ("redis://localhost:6379/3", "redis://localhost:6379/3"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
    ],
)
def test_redis_in_the_words_of_celery(redis_url: str, broker: str) -> None:
    assert environment.celery_broker(redis_url) == broker
