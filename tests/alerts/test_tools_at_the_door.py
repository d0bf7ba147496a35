"""What the tools really send, through the open door: forms, headers and variables in the address reach the adapter."""

import httpx
import pytest

from alerts.actions import intake, integrations
from alerts.models import Alert, InboxRow, Integration


@pytest.fixture
def tool(clients: Integration, base: str) -> "type[Tool]":
    Tool.base = base
    return Tool


class Tool:
    """A monitoring tool with its integration's address."""

    base = ""

    def __init__(self, slug: str) -> None:
        self.address = f"{self.base}/ingest/{integrations.create(actor=None, name=slug, adapter=slug, incident_from_priority=None).key.reveal()}"

    def posts(self, **request: object) -> None:
        """Sends one request and lets the worker process it."""
        answer = httpx.post(self.address + str(request.pop("query", "")), **request)  # type: ignore[arg-type]
        assert answer.status_code == 202, answer.text
        assert intake.process_inbox() == 1


def test_a_form_opens_and_closes_an_alert(tool: type[Tool]) -> None:
    cake = tool("statuscake")
    form = {"Name": "Shop", "Status": "Down", "StatusCode": "503", "URL": "https://shop.example", "Token": "t"}
    cake.posts(data=form)
    alert = Alert.objects.get()
    assert (alert.message, alert.priority, alert.status) == ("Shop is down: HTTP 503", 1, "open")
    cake.posts(data={**form, "Status": "Up", "StatusCode": "200"})
    alert.refresh_from_db()
    assert (alert.status, alert.closed_by) == ("closed", "source")


def test_a_header_says_what_a_body_does_not(tool: type[Tool]) -> None:
    github = tool("github")
    github.posts(json={"action": "created", "starred_at": None}, headers={"X-GitHub-Event": "star"})
    assert InboxRow.objects.get().outcome == {"events": 0, "ignored": "GitHub tells of “star”, which is no alert."}


def test_a_cloudevent_in_binary_mode_closes_what_a_structured_one_opened(tool: type[Tool]) -> None:
    shop = tool("cloudevents")
    data = {"message": "The queue is full", "severity": "high"}
    shop.posts(json={"specversion": "1.0", "id": "1", "source": "/shop", "type": "queue.full.raised", "subject": "orders", "data": data})
    assert Alert.objects.get().status == "open"
    shop.posts(
        json=data, headers={"ce-specversion": "1.0", "ce-id": "2", "ce-source": "/shop", "ce-type": "queue.full.resolved", "ce-subject": "orders"}
    )
    assert Alert.objects.get().status == "closed"


def test_variables_may_stand_in_the_address(tool: type[Tool]) -> None:
    tool("uptimerobot").posts(query="?monitorID=7&monitorFriendlyName=Shop&alertType=1", json={})
    assert Alert.objects.get().message == "Shop is down"
