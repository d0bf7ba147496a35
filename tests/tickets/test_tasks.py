"""Tasks inside a record: owner, due date, order, dependency; an open mandatory one blocks Resolve (INC-26)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from common import errors
from incidents import actions
from incidents.models import Incident
from tickets.actions import lifecycle, tasks
from tickets.models import Category, ResolutionCode, Task, Ticket

HTMX = {"HX-Request": "true"}


def order(ticket: Incident) -> list[str]:
    return list(Task.objects.filter(ticket_id=ticket.pk).values_list("text", flat=True))


def test_tasks_are_added_in_order_and_moved(agent: User, incident: Incident) -> None:
    made = [tasks.add_task(incident, actor=agent, text=text) for text in ("one", "two", "three")]
    tasks.move_task(made[2], actor=agent, by=-1)
    assert order(incident) == ["one", "three", "two"]
    tasks.move_task(made[0], actor=agent, by=-1)
    tasks.move_task(made[0], actor=agent, by=1)
    assert order(incident) == ["three", "one", "two"]


def test_owner_due_date_and_flag(agent: User, resolver: User, outsider: User, requester: User, incident: Incident) -> None:
    task = tasks.add_task(incident, actor=agent, text="Ask the vendor", owner=resolver, due_on=date(2026, 12, 1), is_mandatory=True)
    assert (task.owner, task.due_on, task.is_mandatory) == (resolver, date(2026, 12, 1), True)
    for wrong in (outsider, requester):
        with pytest.raises(errors.Invalid) as refused:
            tasks.change_task(task, actor=agent, owner=wrong)
        assert refused.value.field == "owner"
    assert tasks.change_task(task, actor=agent, owner=None, is_mandatory=False).owner is None


@pytest.mark.parametrize("text", ["", "   ", "x" * 251, "nul\0"])
def test_a_wrong_text_adds_nothing(agent: User, incident: Incident, text: str) -> None:
    with pytest.raises(errors.Invalid):
        tasks.add_task(incident, actor=agent, text=text)
    assert not Task.objects.exists()


def test_an_open_mandatory_task_blocks_resolve_and_not_cancel(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    task = tasks.add_task(incident, actor=agent, text="Roll back", is_mandatory=True)
    tasks.add_task(incident, actor=agent, text="Nice to have")
    with pytest.raises(errors.Invalid, match="Roll back"):
        lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    assert Ticket.objects.get().status.key == "new"
    tasks.finish_task(task, actor=agent)
    assert lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category).status.key == "resolved"


def test_cancel_needs_no_task(agent: User, incident: Incident) -> None:
    tasks.add_task(incident, actor=agent, text="Roll back", is_mandatory=True)
    assert lifecycle.cancel(incident, actor=agent, reason="A test").status.key == "canceled"


def test_the_setting_lets_it_pass(settings: Any, agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    settings.MANDATORY_TASKS_BLOCK = False
    tasks.add_task(incident, actor=agent, text="Roll back", is_mandatory=True)
    assert lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category).status.key == "resolved"


def test_a_task_waits_for_the_one_before(agent: User, incident: Incident) -> None:
    first = tasks.add_task(incident, actor=agent, text="first")
    second = tasks.add_task(incident, actor=agent, text="second", after=first)
    with pytest.raises(errors.Conflict, match="first"):
        tasks.finish_task(second, actor=agent)
    with pytest.raises(errors.Invalid, match="wait for each other"):
        tasks.change_task(first, actor=agent, after=second)
    tasks.finish_task(first, actor=agent)
    assert tasks.finish_task(second, actor=agent).is_done
    with pytest.raises(errors.Conflict, match="comes after it"):
        tasks.reopen_task(first, actor=agent)
    tasks.remove_task(first, actor=agent)
    assert Task.objects.get().after is None


def test_a_task_of_another_ticket_cannot_come_first(agent: User, incident: Incident) -> None:
    foreign = tasks.add_task(actions.create(actor=agent, summary="Other"), actor=agent, text="there")
    with pytest.raises(errors.Invalid):
        tasks.add_task(incident, actor=agent, text="here", after=foreign)


def test_the_owner_may_finish_and_others_may_not(agent: User, auditor: User, collaborator: User, incident: Incident) -> None:
    task = tasks.add_task(incident, actor=agent, text="Ask around", owner=collaborator)
    with pytest.raises(errors.Refused):
        tasks.finish_task(task, actor=auditor)
    with pytest.raises(errors.Refused):
        tasks.change_task(task, actor=collaborator, text="Mine now")
    done = tasks.finish_task(task, actor=collaborator)
    assert done.done_by == collaborator
    assert tasks.finish_task(task, actor=agent).done_by == collaborator


def test_nothing_changes_on_a_closed_ticket(agent: User, incident: Incident, fixed: ResolutionCode, category: Category) -> None:
    task = tasks.add_task(incident, actor=agent, text="late", owner=agent)
    lifecycle.resolve(incident, actor=agent, resolution=fixed, category=category)
    lifecycle.close(incident, actor=agent)
    closed = Ticket.objects.get()
    with pytest.raises(errors.Conflict):
        tasks.add_task(closed, actor=agent, text="more")
    with pytest.raises(errors.Conflict):
        tasks.finish_task(task, actor=agent)
    assert (Task.objects.count(), Task.objects.get().done_at) == (1, None)


def test_on_the_page(sign_in: Callable[[User], Client], agent: User, incident: Incident, category: Category, fixed: ResolutionCode) -> None:
    client, url = sign_in(agent), f"/tickets/{incident.key}/tasks/"
    assert client.post(f"{url}new/", {"text": ""}, headers=HTMX).status_code == 422
    assert client.post(f"{url}new/", {"text": "Roll back", "is_mandatory": "on"}, headers=HTMX).status_code == 200
    task = Task.objects.get()
    assert b"cannot be resolved yet" in client.get(f"{incident.get_absolute_url()}?tab=tasks", headers=HTMX).content
    values = {"text": "Roll back 4.18", "owner": agent.pk, "due_on": "2026-12-01", "is_mandatory": "on"}
    assert client.post(f"{url}{task.pk}/", values, headers=HTMX).status_code == 204
    refused = client.post("/tickets/transition/resolve/", {"key": incident.key, "resolution": fixed.pk, "category": category.pk}, headers=HTMX)
    assert refused.status_code == 422
    assert client.post(f"{url}{task.pk}/finish/", headers=HTMX).status_code == 204
    assert "1/1" in client.get(incident.get_absolute_url()).content.decode()
    assert client.post(f"{url}{task.pk}/explode/", headers=HTMX).status_code == 404
    assert client.post(f"{url}{task.pk}/remove/", headers=HTMX).status_code == 204
    assert not Task.objects.exists()


def test_over_rest(api: Callable[..., APIClient], agent: User, requester: User, incident: Incident, category: Category) -> None:
    client, url = api(agent), f"/api/v1/incidents/{incident.key}/"
    first = client.post(f"{url}add-task/", {"text": "One", "is_mandatory": True, "owner": agent.email})
    second = client.post(f"{url}add-task/", {"text": "Two", "after": first.data["id"], "due_on": "2026-12-01"})
    assert (first.status_code, first.data["owner"], second.data["after"]) == (201, agent.email, first.data["id"])
    assert client.post(f"{url}tasks/{second.data['id']}/finish/").status_code == 409
    assert client.post(f"{url}tasks/{second.data['id']}/move/", {"direction": "up"}).data["position"] == 1
    assert client.patch(f"{url}tasks/{first.data['id']}/", {"text": "One!"}).data["text"] == "One!"
    assert client.post(f"{url}tasks/{first.data['id']}/finish/").data["done_by"] == agent.email
    assert client.post(f"{url}tasks/{first.data['id']}/reopen/").data["done_at"] is None
    assert [row["text"] for row in client.get(f"{url}tasks/").data] == ["Two", "One!"]
    assert client.post(f"{url}tasks/{second.data['id']}/remove/").status_code == 204
    assert client.post(f"{url}resolve/", {"resolution": "fixed", "category": category.pk}).data["error"]["fields"].keys() == {"tasks"}
    assert api(requester).get(f"{url}tasks/").status_code == 404


def test_a_task_of_another_ticket_is_not_found(api: Callable[..., APIClient], sign_in: Any, agent: User, incident: Incident) -> None:
    foreign = tasks.add_task(actions.create(actor=agent, summary="Other"), actor=agent, text="there")
    assert api(agent).post(f"/api/v1/incidents/{incident.key}/tasks/{foreign.pk}/finish/").status_code == 404
    assert sign_in(agent).post(f"/tickets/{incident.key}/tasks/{foreign.pk}/finish/", headers=HTMX).status_code == 404
    assert Task.objects.get().done_at is None
