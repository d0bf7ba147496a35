"""Health, figures, palette, the demonstration."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from accounts.models import User
from alerts.models import Alert
from common import clock, doorbell
from incidents.models import Incident
from journal.models import Delivery, Entry
from notifications.models import Message
from operations.seed import build
from services.models import Service
from tickets.models import SlaClock, Ticket


def test_health_and_figures(house: None) -> None:
    client = Client()
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["checks"]["postgresql"] == "ok"
    figures = client.get("/metrics").content.decode()
    assert "evenkeel_inbox_waiting 0.0" in figures
    assert "evenkeel_tickets_open 0.0" in figures


@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_without_redis_the_product_is_degraded_and_ready(house: None) -> None:
    doorbell.live_redis.cache_clear()
    response = Client().get("/readyz")
    doorbell.live_redis.cache_clear()
    assert (response.status_code, response.json()["status"]) == (200, "degraded")


def test_the_palette_finds_keys_words_services_and_commands(
    sign_in: Callable[[User], Client], agent: User, outsider: User, incident: Incident, service: Service
) -> None:
    client = sign_in(agent)
    assert incident.key in client.get(f"/palette/?q={incident.key.lower()}").content.decode()
    page = client.get("/palette/?q=gateway").content.decode()
    assert incident.key in page
    assert service.get_absolute_url() in page
    assert "/incidents/new/" in client.get("/palette/?q=>create").content.decode()
    assert incident.key not in sign_in(outsider).get(f"/palette/?q={incident.key}").content.decode()
    assert client.get("/palette/", {"q": "\0'\"%"}).status_code == 200


@pytest.mark.slow
def test_the_demonstration_is_built_once_and_tells_nobody(house: None) -> None:
    assert build.build("a password for the demo 5", tickets=40)
    assert not build.build("another one", tickets=40)
    assert (User.objects.count(), Service.objects.count()) == (25, 30)
    assert Ticket.objects.count() == 41
    assert Alert.objects.filter(incident__isnull=False).count() == 3
    assert (Delivery.objects.count(), Message.objects.count()) == (0, 0)
    assert not Entry.objects.filter(at__gt=clock.now()).exists()
    assert not SlaClock.objects.filter(state="running", due_at__lt=clock.now(), breached_at__isnull=True).exists()


def test_diagnose_is_strict_when_asked(house: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("diagnose", strict=True)
    entry = Entry.objects.order_by("-id").first()
    assert entry is not None
    Delivery.objects.create(entry=entry, handler="gone", state=Delivery.DEAD, due_at=clock.now())
    call_command("diagnose")
    with pytest.raises(SystemExit):
        call_command("diagnose", strict=True)
    assert "bad\tevenkeel_deliveries_dead 1" in capsys.readouterr().out
