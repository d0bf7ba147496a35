"""The workflow page and its draft in Django admin, through HTTP."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from incidents.models import Incident
from journal.models import Entry
from tickets.models import Ticket
from workflows import queries
from workflows.models import Workflow

SignIn = Callable[[User], Client]
PAGE = "/workflows/incident/"


def test_the_desk_looks_and_only_admins_edit(sign_in: SignIn, agent: User, requester: User, house: None) -> None:
    page = sign_in(agent).get(PAGE).content.decode()
    assert "Put on hold" in page
    assert "Edit as a draft" not in page
    assert sign_in(requester).get(PAGE).status_code in (302, 403, 404)
    for verb in ("draft", "discard", "publish"):
        assert sign_in(agent).post(f"{PAGE}{verb}/").status_code in (403, 404)
    assert sign_in(agent).get("/workflows/nonsense/").status_code == 404
    assert not Workflow.objects.filter(draft_of__isnull=False).exists()


@pytest.mark.usefixtures("incident")
def test_a_draft_is_edited_in_admin_and_published_on_the_page(sign_in: SignIn, admin: User) -> None:
    client = sign_in(admin)
    opened = client.post(f"{PAGE}draft/")
    draft = Workflow.objects.get(draft_of__isnull=False)
    assert opened.url == f"/admin/workflows/workflow/{draft.pk}/change/"  # type: ignore[attr-defined]  # a redirect
    form = client.get(opened.url).context["inline_admin_formsets"]  # type: ignore[attr-defined]  # as above
    body = {"name": "Incidents, short", "_save": "1"}
    for inline in form:
        body |= {f"{inline.formset.prefix}-TOTAL_FORMS": "0", f"{inline.formset.prefix}-INITIAL_FORMS": "0"}
    assert client.post(opened.url, body).status_code == 302  # type: ignore[attr-defined]  # as above
    draft.statuses.filter(key="new").delete()
    refused = client.post(f"{PAGE}publish/", {"note": "Shorter"})
    assert (refused.status_code, b"exactly one status" in refused.content, b'value="Shorter"' in refused.content) == (422, True, True)
    draft.statuses.filter(key="triage").update(is_initial=True)
    assert b"choose an open status" in client.post(f"{PAGE}publish/").content
    assert client.post(f"{PAGE}publish/", {"map_new": "triage", "note": "Shorter"}).status_code == 302
    assert Ticket.objects.get().status.key == "triage"
    live = queries.in_force("incident")
    assert live is not None
    assert (live.name, live.version) == ("Incidents, short", 2)
    assert b"Shorter" in client.get(PAGE).content


def test_the_workflow_in_force_is_only_looked_at_in_admin(sign_in: SignIn, admin: User, house: None) -> None:
    live = Workflow.objects.get(is_default=True)
    client = sign_in(admin)
    assert client.get(f"/admin/workflows/workflow/{live.pk}/change/").status_code == 200
    assert client.post(f"/admin/workflows/workflow/{live.pk}/change/", {"name": "x"}).status_code == 403
    assert client.get("/admin/workflows/workflow/add/").status_code == 403


def test_a_draft_can_be_thrown_away(sign_in: SignIn, admin: User, incident: Incident) -> None:
    client = sign_in(admin)
    client.post(f"{PAGE}draft/")
    assert client.post(f"{PAGE}discard/").status_code == 302
    assert not Workflow.objects.filter(draft_of__isnull=False).exists()
    assert Entry.objects.filter(event="register.removed").exists()
