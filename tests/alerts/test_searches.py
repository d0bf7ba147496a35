"""Searches of alerts on their list: what is asked, what is said about mistakes, what is offered while writing, and what is kept (ALR-24)."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team, User
from alerts import search_queries, suggesting
from alerts.actions import searching
from alerts.models import Alert, SavedSearch
from common import clock, errors

HTMX = {"HX-Request": "true"}
OWNERS = [("hanna@example.com", "Hanna"), ("two words", "")]


@pytest.mark.parametrize(
    ("text", "cursor", "first", "span"),
    [
        ("", 0, ["status:", "priority:"], (0, 0)),
        ("prio", 4, ["priority:"], (0, 4)),
        ("status: open AND pri", 20, ["priority:"], (17, 20)),
        ("status:", 7, ["open", "closed"], (7, 7)),
        ("status:cl", 9, ["closed"], (7, 9)),
        ("status: open ", 13, ["AND", "OR"], (13, 13)),
        ("(status: open ", 14, ["AND", "OR", ")"], (14, 14)),
        ("priority: (P1 ", 14, ["OR", "AND", ")"], (14, 14)),
        ("priority: (P1 OR ", 17, ["P1", "P2", "P3", "P4", "P5"], (17, 17)),
        ("acknowledged: f", 15, ["false"], (14, 15)),
        ("NOT owner: h", 12, ["hanna@example.com", '"two words"'], (11, 12)),
        ('owner: "tw', 10, ["hanna@example.com"], (7, 10)),
        ("status: open", 4, ["status:"], (0, 6)),
        ("disk ", 5, ["AND", "OR"], (5, 5)),
        ("a ! b", 5, [], (5, 5)),
        ("nonsense: ", 10, [], (10, 10)),
        ("))((", 4, ["status:"], (4, 4)),
    ],
)
def test_what_may_stand_at_the_cursor(text: str, cursor: int, first: list[str], span: tuple[int, int]) -> None:
    found = suggesting.suggest(text, cursor, lambda name, _typed: OWNERS if name == "owner" else [])
    assert ([one.text for one in found.suggestions][: len(first)], (found.start, found.end)) == (first, span)
    assert bool(found.suggestions) is bool(first)


@pytest.mark.parametrize(
    ("text", "position", "length", "suggestions", "said"),
    [
        ("stattus: open", 1, 7, ("status",), "There is no field “stattus”. Did you mean status?"),
        ("disk AND status: opened", 18, 6, ("open",), "“status” is open or closed"),
        ("priority: high", 11, 4, (), "“priority” is P1, P2, P3, P4 or P5."),
        ("(status: open", 1, 1, (), "This bracket is never closed."),
        ("status:", 8, 1, (), "The query ends too early"),
        ('"open', 1, 1, (), "This quotation mark is never closed."),
    ],
)
def test_a_mistake_says_where_and_what_to_write(text: str, position: int, length: int, suggestions: tuple[str, ...], said: str) -> None:
    error = search_queries.asked(text).error
    assert error is not None
    assert (error.position, error.length, error.suggestions, error.field) == (position, length, suggestions, "query")
    assert error.message.startswith(said)


@pytest.mark.parametrize(("text", "names_state"), [("disk", False), ("status: closed", True), ("NOT (a OR status: open)", True), ("alr-7", True)])
def test_a_query_that_names_a_state_is_asked_of_all_alerts(text: str, names_state: bool) -> None:
    assert search_queries.asked(text).names_state is names_state


@pytest.fixture
def alerts(house: None) -> None:
    """Two that are open, and one that is closed."""
    now = clock.now()
    for number, message, priority, closed in ((1, "Disk full", 1, False), (2, "CPU load", 3, False), (3, "Disk slow", 3, True)):
        Alert.objects.create(
            number=number, alias=str(number), message=message, priority=priority, status="closed" if closed else "open", closed_at=now if closed else None,
            first_occurred_at=now, last_occurred_at=now, tags=["night shift"] if number == 2 else [],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [("disk", [1]), ("priority: P1", [1]), ("status: closed", [3]), ("status: (open OR closed) AND disk*", [3, 1]), ('tag: "night shift"', [2]),
     ("ALR-3", [3]), ("disk&state=closed", [3]), ("disk&priority=3", [])],
)  # fmt: skip
def test_the_list_answers_a_query(sign_in: Callable[[User], Client], agent: User, alerts: None, query: str, found: list[int]) -> None:
    page = sign_in(agent).get(f"/alerts/?query={query}")
    assert [alert.number for group in page.context["groups"] for alert in group.alerts] == found
    assert page.status_code == 200


def test_a_wrong_query_leaves_the_list(sign_in: Callable[[User], Client], api: Callable[..., APIClient], agent: User, alerts: None) -> None:
    client = sign_in(agent)
    answer = client.get("/alerts/?query=stattus: open", headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#query-error")
    assert 'data-replace="status"' in answer.content.decode()
    whole = client.get("/alerts/?query=stattus: open")
    assert (whole.status_code, "The query cannot be understood" in whole.content.decode()) == (422, True)
    told = api(agent).get("/api/v1/alerts/?query=stattus: open")
    assert (told.status_code, told.data["error"]["position"], told.data["error"]["suggestions"]) == (400, 1, ["status"])
    assert [row["number"] for row in api(agent).get("/api/v1/alerts/?query=disk AND status: open").data["results"]] == [1]
    assert client.get("/alerts/?query=a%00b").status_code == 200


def test_values_are_offered_over_rest(api: Callable[..., APIClient], agent: User, requester: User, team: Team, alerts: None) -> None:
    def offered(user: User, query: str) -> list[str]:
        return [one["text"] for one in api(user).get("/api/v1/alerts/suggest/", {"query": query}).data["suggestions"]]

    assert offered(agent, "owner: hann") == [agent.email]
    assert offered(agent, "tag: ni") == ['"night shift"']
    assert offered(agent, "teams: pay") == [f'"{team.name}"']
    assert offered(agent, "integration.type: zab") == ["zabbix"]
    assert offered(requester, "owner: hann") == []
    assert api(agent).get("/api/v1/alerts/suggest/", {"cursor": "x"}).data["error"]["fields"].keys() == {"cursor"}


def save(actor: User | None, name: str, visibility: str, team: Team | None = None) -> SavedSearch:
    return searching.create(actor=actor, values={"name": name, "query": "status: open", "visibility": visibility, "team": team})


def names(user: User) -> list[str]:
    return [search.name for search in search_queries.searches_for(user)]


def test_who_sees_and_changes_a_search(agent: User, resolver: User, collaborator: User, requester: User, admin: User, team: Team) -> None:
    mine, ours = save(agent, "Mine", SavedSearch.PERSONAL), save(agent, "Ours", SavedSearch.TEAM, team)
    everyones = save(agent, "Everybody's", SavedSearch.SHARED)
    assert names(agent) == ["Everybody's", "Mine", "Ours"]
    assert names(resolver) == ["Everybody's", "Ours"]  # of the same team
    assert names(collaborator) == ["Everybody's"]
    assert names(admin) == ["Everybody's", "Ours"]
    assert names(requester) == []
    searching.change(ours, actor=resolver, values={"name": "Our plate"})
    for foreign in (mine, everyones):
        with pytest.raises(errors.Refused):
            searching.change(foreign, actor=resolver, values={"name": "Taken"})
        with pytest.raises(errors.Refused):
            searching.delete(foreign, actor=resolver)
    assert sorted(SavedSearch.objects.values_list("name", flat=True)) == ["Everybody's", "Mine", "Our plate"]


def test_a_search_is_shared_with_own_teams_only(agent: User, team: Team, other_team: Team) -> None:
    with pytest.raises(errors.Refused):
        save(agent, "Theirs", SavedSearch.TEAM, other_team)
    with pytest.raises(errors.Invalid) as none:
        save(agent, "Nobody's", SavedSearch.TEAM)
    assert none.value.field == "team"
    assert not SavedSearch.objects.exists()


def test_a_search_is_kept_opened_renamed_and_deleted(sign_in: Callable[[User], Client], agent: User, resolver: User, team: Team) -> None:
    client = sign_in(agent)
    assert 'name="visibility"' in client.get("/alerts/searches/new/?query=priority: P1", headers=HTMX).content.decode()
    given = {"name": "Urgent", "query": "priority: P1", "visibility": "personal"}
    for wrong in ({"query": "stattus: x"}, {"visibility": "team"}, {"name": ""}):
        assert client.post("/alerts/searches/new/", given | wrong, headers=HTMX).status_code == 422
    made = client.post("/alerts/searches/new/", given, headers=HTMX)
    assert (made.status_code, made["HX-Redirect"]) == (204, "/alerts/?query=priority%3A+P1")
    assert client.post("/alerts/searches/new/", given, headers=HTMX).status_code == 422  # the name is taken
    assert "Urgent" in client.get("/alerts/").content.decode()
    search = SavedSearch.objects.get()
    address = f"/alerts/searches/{search.pk}/"
    assert sign_in(resolver).get(address, headers=HTMX).status_code == 404
    assert client.post(address, given | {"name": "Ours", "visibility": "team", "team": team.pk}, headers=HTMX).status_code == 204
    search.refresh_from_db()
    assert (search.name, search.visibility, search.team) == ("Ours", "team", team)
    assert team.name in client.get("/alerts/searches/", headers=HTMX).content.decode()
    assert client.post(f"{address}delete/", headers=HTMX).status_code == 204
    assert not SavedSearch.objects.exists()
