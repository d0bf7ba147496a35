"""Saved queues: who sees and changes them, the sidebar, counts, and taking the tickets along (QUE-01, 02, 04)."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Team, User
from common import clock, errors
from incidents import actions as incidents
from incidents.models import Incident
from journal.models import Entry
from services.models import Service
from tickets import exporting, forms, options, queries, queues, saved
from tickets.actions import editing, lifecycle, saving
from tickets.models import Queue, Ticket

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def fresh(user: User) -> User:
    """The person as the next request reads him."""
    return User.objects.get(pk=user.pk)


def names(user: User) -> list[str]:
    return [queue.name for queue in saved.sidebar(fresh(user))]


def made(actor: User, **more: Any) -> Queue:
    return saving.create_queue(actor=actor, **{"name": "Urgent ones", "query": "priority >= P2", **more})


def test_a_saved_query_is_in_the_own_sidebar_only(agent: User, resolver: User) -> None:
    made(agent)
    assert names(agent)[0] == "Urgent ones"
    assert "Urgent ones" not in names(resolver)
    with pytest.raises(Http404):
        saved.queue_for(fresh(resolver), "urgent-ones")
    assert Entry.objects.get(event="queue.saved").actor == agent


def test_a_team_sees_what_is_shared_with_it(agent: User, resolver: User, outsider: User) -> None:
    team = Team.objects.create(name="Night watch", slug="night-watch")
    for person in (agent, resolver):
        Membership.objects.create(team=team, user=person)
    queue = made(fresh(agent), visibility="team", team=team)
    assert saved.queue_for(fresh(resolver), queue.slug) == queue
    with pytest.raises(errors.Refused):
        saving.change_queue(queue, actor=fresh(resolver), name="Mine now")
    with pytest.raises(errors.Refused):
        made(fresh(outsider), visibility="team", team=team)


def test_sharing_with_all_needs_the_right(agent: User, admin: User, resolver: User) -> None:
    with pytest.raises(errors.Refused, match=r"queue\.share"):
        made(agent, visibility="shared")
    made(admin, visibility="shared")
    assert saved.queue_for(fresh(resolver), "urgent-ones").owner == admin


@pytest.mark.parametrize(
    ("wrong", "field", "told"),
    [
        ({"query": "asignee is EMPTY"}, "query", "Column 1: "),
        ({"query": "priority >= P2 AND"}, "query", "Column"),
        ({"name": " "}, "name", "name"),
        ({"columns": ["status", "moon"]}, "columns", "status"),
        ({"sort": "moon"}, "sort", "work"),
        ({"visibility": "team"}, "team", "team"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(agent: User, wrong: dict[str, Any], field: str, told: str) -> None:
    with pytest.raises(errors.Invalid, match=told) as refused:
        made(agent, **wrong)
    assert refused.value.field == field
    assert not Queue.objects.filter(owner=agent).exists()


def test_stars_and_their_order_are_each_persons_own(agent: User, resolver: User) -> None:
    breached = Queue.objects.get(slug="breached")
    saving.star(breached, actor=agent)
    saving.unstar(Queue.objects.get(slug="waiting"), actor=agent)
    assert names(agent) == ["Breached", "Unassigned", "Breaching soon"]
    saving.arrange(["unassigned", "breached"], actor=agent)
    assert names(agent)[:2] == ["Unassigned", "Breached"]
    assert names(resolver) == ["Unassigned", "Breaching soon", "Waiting"]
    saving.unstar(breached, actor=agent)
    assert "Breached" not in names(agent)


def test_a_queue_that_ships_is_an_admins_and_stays(agent: User, admin: User) -> None:
    shipped = Queue.objects.get(slug="unassigned")
    with pytest.raises(errors.Refused):
        saving.change_queue(shipped, actor=agent, name="Mine")
    saving.change_queue(shipped, actor=admin, name="Nobody has it")
    with pytest.raises(errors.Invalid):
        saving.delete_queue(shipped, actor=admin)


def test_counts_are_exact_and_of_what_the_person_sees(agent: User, collaborator: User, service: Service, incident: Incident) -> None:
    hidden = incidents.create(actor=agent, summary="secret", urgency=1, is_restricted=True)
    editing.assign(hidden, actor=agent, assignee=agent)
    done = incidents.create(actor=agent, summary="gone", service=service, urgency=1)
    lifecycle.cancel(done, actor=agent, reason="Twice")
    queue, every = made(agent), made(agent, name="All of them", is_open_only=False)
    assert saved.counts(fresh(agent), [queue, every], clock.now()) == {"urgent-ones": 2, "all-of-them": 3}
    assert saved.counts(fresh(collaborator), [queue, every], clock.now()) == {"urgent-ones": 1, "all-of-them": 2}


def test_the_shipped_queues_hold(agent: User, incident: Incident) -> None:
    figures = saved.counts(fresh(agent), saved.all_of(fresh(agent)), clock.now())
    assert figures == {
        "open": 1, "unassigned": 1, "major": 0, "breaching": 0, "breached": 0, "waiting": 0, "ours": 1, "incidents": 1, "mine": 0,
    }  # fmt: skip
    Ticket.objects.filter(pk=incident.pk).update(major_state="candidate")
    assert saved.counts(fresh(agent), saved.all_of(fresh(agent)), clock.now())["major"] == 1


def test_a_queue_whose_query_broke_says_so(sign_in: SignIn, agent: User) -> None:
    queue = made(agent)
    Queue.objects.filter(pk=queue.pk).update(query="moon = 1")
    page = sign_in(agent).get(f"/queues/{queue.slug}/")
    assert (page.status_code, "no longer holds" in page.content.decode()) == (200, True)
    assert sign_in(agent).get("/queues/").status_code == 200
    assert sign_in(agent).get(f"/queues/{queue.slug}/export.csv").status_code in (400, 422)


def test_the_screens(sign_in: SignIn, agent: User, resolver: User, incident: Incident) -> None:
    client = sign_in(agent)
    assert b"is EMPTY" in client.get("/queues/new/?jql=assignee is EMPTY", headers=HTMX).content
    form = {"name": "Mine", "query": "asignee is EMPTY", "visibility": "personal", "sort": "work", "view": "table", "is_open_only": "on"}
    wrong = client.post("/queues/new/", form, headers=HTMX)
    assert (wrong.status_code, b"Column 1" in wrong.content, b"asignee" in wrong.content) == (422, True, True)
    saved_answer = client.post("/queues/new/", {**form, "query": "assignee is EMPTY", "columns": ["status", "team"]}, headers=HTMX)
    assert (saved_answer.status_code, saved_answer["HX-Redirect"]) == (204, "/queues/mine-2/")
    assert incident.key.encode() in client.get("/queues/mine-2/").content
    assert sign_in(resolver).get("/queues/mine-2/").status_code == 404
    assert client.post("/queues/breached/star/", headers=HTMX).status_code == 204
    assert client.post("/queues/breached/moon/", headers=HTMX).status_code == 404
    assert client.post("/queues/mine-2/edit/", {**form, "query": "priority = P1", "name": "Ones"}, headers=HTMX).status_code == 204
    assert client.post("/queues/mine-2/delete/", headers=HTMX).status_code == 204
    assert client.get("/queues/mine-2/").status_code == 404


def test_exports_carry_the_list_and_no_formula(sign_in: SignIn, agent: User, service: Service, incident: Incident) -> None:
    evil = incidents.create(actor=agent, summary='=HYPERLINK("http://evil")', service=service, urgency=4)
    client = sign_in(agent)
    text = b"".join(client.get("/queues/open/export.csv").streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["key"] for row in rows] == [incident.key, evil.key]
    assert rows[1]["summary"].startswith("'=")
    told = orjson.loads(b"".join(client.get("/queues/open/export.json?priority=1").streaming_content))  # type: ignore[attr-defined]  # a stream
    assert [row["key"] for row in told] == [incident.key]
    assert client.get("/queues/open/export.xls").status_code == 404


def test_an_export_reads_a_page_at_a_time(agent: User, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PAGE", 2)
    keys = [incidents.create(actor=agent, summary=str(number), service=service, urgency=1).key for number in range(5)]
    tickets, order = saved.tickets_of(fresh(agent), Queue.objects.get(slug="open"), clock.now())
    assert [row["key"] for row in exporting.rows(tickets, queries.order_keys("key", order), [])] == keys


@pytest.mark.parametrize(("view", "mark"), [("table", 'class="ek-table'), ("split", 'class="ek-split"'), ("board", 'class="ek-board"')])
def test_the_views_of_a_queue(sign_in: SignIn, agent: User, incident: Incident, view: str, mark: str) -> None:
    page = sign_in(agent).get(f"/queues/open/?view={view}").content.decode()
    assert mark in page
    assert incident.summary in page


def test_columns_are_chosen_in_the_address_or_by_the_queue(sign_in: SignIn, agent: User, category: Any, incident: Incident) -> None:
    editing.edit(incident, actor=agent, category=category, labels=["vpn"])
    shown = sign_in(agent).get("/queues/open/?columns=category&columns=labels&columns=moon").content.decode()
    assert category.name in shown
    assert "vpn" in shown
    assert "Resolve in</a>" not in shown


def test_an_order_by_holds_until_a_head_is_clicked(sign_in: SignIn, agent: User, service: Service) -> None:
    older = incidents.create(actor=agent, summary="older", service=service, urgency=1)
    newer = incidents.create(actor=agent, summary="newer", service=service, urgency=4)
    queue = made(agent, name="Newest", query="ORDER BY created DESC, key DESC")
    client = sign_in(agent)
    assert [row.key for row in client.get(f"/queues/{queue.slug}/").context["tickets"]] == [newer.key, older.key]
    assert [row.key for row in client.get(f"/queues/{queue.slug}/?sort=priority").context["tickets"]] == [older.key, newer.key]


def test_the_split_view_previews_what_one_may_see(sign_in: SignIn, agent: User, outsider: User, incident: Incident) -> None:
    assert incident.summary in sign_in(agent).get(f"/tickets/{incident.key}/preview/", headers=HTMX).content.decode()
    assert sign_in(outsider).get(f"/tickets/{incident.key}/preview/", headers=HTMX).status_code in (302, 403, 404)


def test_a_dropped_card_moves_or_asks(sign_in: SignIn, agent: User, incident: Incident) -> None:
    client = sign_in(agent)
    assert client.post("/tickets/board/move/", {"key": incident.key, "lane": "triage"}, headers=HTMX).status_code == 204
    asked = client.post("/tickets/board/move/", {"key": incident.key, "lane": "pending"}, headers=HTMX)
    assert (asked["HX-Retarget"], b"It waits for" in asked.content) == ("#dialog-body", True)
    refused = client.post("/tickets/board/move/", {"key": incident.key, "lane": "closed"}, headers=HTMX)
    assert "cannot go there" in refused["HX-Trigger"]
    assert Ticket.objects.get(pk=incident.pk).status.key == "triage"


def test_the_figures_of_the_shipped_queues_never_touch_the_table(agent: User, incident: Incident) -> None:
    """QUE-04: exact counts of open work are read from one index."""
    shown = list(Queue.objects.filter(is_shipped=True))
    user = fresh(agent)
    assert user.rights and user.team_ids
    with CaptureQueriesContext(connection) as asked:
        assert saved.counts(user, shown, clock.now())["open"] == 1
    (query,) = [query for query in asked.captured_queries if "FILTER" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'ticket_open_work'")
        carried = set(re.findall(r"\w+", cursor.fetchone()[0]))
    assert set(re.findall(r'"tickets_ticket"\."(\w+)"', query["sql"])) <= carried


def test_a_long_filter_reads_its_options_when_it_opens(agent: User, sign_in: SignIn) -> None:
    long = options.Choice("service", "Service", [options.Option(str(number), "A service", is_on=number == 3) for number in range(10)])
    on_the_page = options.shortened(long)
    assert ([option.value for option in on_the_page.options], on_the_page.rest_url) == (["3"], "/tickets/filter/service/")
    short = options.Choice("priority", "Priority", long.options[:5])
    assert options.shortened(short) is short
    opened = sign_in(agent).get("/tickets/filter/status/?status=triage").content.decode()
    assert 'value="triage" data-label="Triage" checked' in opened and 'value="new" data-label="New">' in opened
    assert sign_in(agent).get("/tickets/filter/nonsense/").status_code == 404


def test_what_the_list_shows_is_what_is_saved(sign_in: SignIn, agent: User) -> None:
    made(agent, name="Mine or late", query="assignee = currentUser() OR due < 1h ORDER BY created")
    client = sign_in(agent)
    page = client.get(
        "/queues/new/", {"queue": "mine-or-late", "q": 'say "hi"', "priority": ["1", "2"], "assignee": "none", "jql": "status = New"}, headers=HTMX
    )
    wanted = '(assignee = currentUser() OR due < 1h) AND text ~ "say \\"hi\\"" AND priority in ("1", "2") AND assignee in (EMPTY) AND status = New ORDER BY created'
    assert page.context["form"]["query"].value() == wanted
    assert queries.compiled(agent, wanted).order
    assert client.get("/queues/new/", {"queue": "unassigned", "jql": 'summary ~ "a'}, headers=HTMX).context["form"]["query"].value() == 'summary ~ "a'
    assert client.get("/queues/new/", {"queue": "nobodys"}, headers=HTMX).status_code == 404


def test_a_changed_list_offers_to_be_saved(sign_in: SignIn, agent: User) -> None:
    made(agent, name="Mine or late", query="assignee = currentUser() ORDER BY created", columns=["status", "team"])
    client = sign_in(agent)
    for address, offered in {
        "/queues/mine-or-late/": [],
        "/queues/mine-or-late/?columns=team&columns=status&sort=&view=": [],
        "/queues/mine-or-late/?columns=team": ["save-changes", "save-new"],
        "/queues/mine-or-late/?sort=sla": ["save-changes", "save-new"],
        "/queues/mine-or-late/?view=board": ["save-changes", "save-new"],
        "/queues/open/?view=board": [],
        "/queues/open/?priority=1": ["save-new"],
        "/search/?jql=status = New": ["save-new"],
        "/search/": [],
    }.items():
        page = client.get(address).content.decode()
        assert [name for name in ("save-changes", "save-new") if f'id="{name}"' in page] == offered, address
        fresh_part = client.get(address, headers=HTMX).content.decode().partition('id="queue-save" hx-swap-oob="true">')[2]
        assert fresh_part.lstrip().startswith("<button" if offered else "</span>"), address
        late = client.get(address, headers={**HTMX, "HX-Target": "rows"}).content.decode()
        assert (
            'id="queue-count"' in late and 'id="queue-save"' not in late and 'id="given"' not in late
        )  # a late refresh of the old list brings no old order


def test_changes_of_a_list_are_saved_to_its_queue(sign_in: SignIn, agent: User) -> None:
    queue = made(agent, name="Mine or late", query="assignee = currentUser() ORDER BY created", columns=["status", "team"], view="split")
    client = sign_in(agent)
    url = f"/queues/{queue.slug}/edit/"
    shown = {"name": "Mine or late", "query": queue.query, "is_open_only": True, "sort": "work", "view": "split", "columns": ["status", "team"]}
    assert {name: client.get(url, headers=HTMX).context["form"][name].value() for name in shown} == shown
    asked = {"priority": "1", "columns": ["team", "labels"], "sort": "-sla", "view": "table"}
    form = client.get(url, asked, headers=HTMX).context["form"]
    assert form["query"].value() == 'assignee = currentUser() AND priority in ("1")'  # the head that was clicked takes the place of its order
    answer = client.post(url, {name: form[name].value() for name in shown} | {"visibility": "personal"}, headers=HTMX)
    assert answer.headers["HX-Redirect"] == f"/queues/{queue.slug}/"
    queue.refresh_from_db()
    assert (queue.query, queue.sort, queue.view, queue.columns) == (form["query"].value(), "-sla", "table", ["team", "labels"])


def test_a_list_of_everything_is_saved_with_what_is_done(sign_in: SignIn, agent: User) -> None:
    client = sign_in(agent)
    assert client.get("/queues/new/", {"all": "1", "sort": "priority"}, headers=HTMX).context["form"].initial["is_open_only"] is False
    form = client.get("/queues/new/", {"sort": "priority"}, headers=HTMX).context["form"]
    assert (form.initial["is_open_only"], form["sort"].value()) == (True, "work")


def test_every_sort_of_a_list_can_be_saved() -> None:
    assert {name for name, _label in forms.SORT_CHOICES} == set(queues.SORTS) - {"priority"}


def test_the_palette_leads_to_queues(sign_in: SignIn, agent: User, resolver: User) -> None:
    made(agent, name="Late for Oslo")
    page = sign_in(agent).get("/palette/?q=oslo late").content.decode()
    assert 'href="/queues/late-for-oslo/"' in page
    assert "/queues/late-for-oslo/" not in sign_in(resolver).get("/palette/?q=oslo late").content.decode()


def test_an_export_follows_the_query_of_the_list(sign_in: SignIn, agent: User, service: Service, incident: Incident) -> None:
    incidents.create(actor=agent, summary="Lesser", service=service, urgency=4)
    client = sign_in(agent)
    lines = client.get("/queues/open/export.csv", {"jql": f"key = {incident.key}"}).getvalue().decode()
    assert incident.summary in lines and "Lesser" not in lines
    assert client.get("/queues/open/export.csv", {"jql": "nonsense ="}).status_code == 422


def test_words_in_the_address_of_the_search_are_shown(sign_in: SignIn, agent: User, incident: Incident) -> None:
    assert b'name="q" value="gateway"' in sign_in(agent).get("/search/", {"q": "gateway"}).content
