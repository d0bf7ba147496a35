"""What happens together (ALR-16): expressions of the search language over a window make a group with its incident, or propose one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from alerts import correlation, effects, grouping
from alerts.actions import alert_rules, correlating, intake, integrations, lifecycle, proposals
from alerts.correlation import ALL, ANY, AUTOMATIC, CANDIDATE, FORMED, PROPOSED, WAITING, Board, Bundle, Expression, Rule
from alerts.models import Alert, AlertGroup, AlertRule, Correlation, Integration
from alerts.opsgenie import finding, language, matching
from common import clock, errors
from common.query.errors import QueryError
from incidents.models import Incident
from oncall.models import Escalation
from services.models import Service
from tests.alerts.test_grouping import Said
from tests.alerts.test_query_language import FINDS, alerts  # noqa: F401  # a fixture

Fire = Callable[..., None]
DB = Expression("db", matching.compiled("message: disk"))
WEB = Expression("web", matching.compiled("message: 5xx"))


def rule(needs: str = ALL, outcome: str = AUTOMATIC, fields: tuple[str, ...] = ("service",), minutes: int = 10) -> Rule:
    return Rule(1, "Storage", "1", (DB, WEB), fields, minutes, needs, outcome)


def told(asked: Rule, *stream: Said, cuts: tuple[int, ...] = ()) -> list[tuple[str, str, bool]]:
    """For each alert the first of its bundle ("" when it came before the window), what became of that, and whether grouping was passed over.

    At each cut the bundles are read back as if from the database.
    """
    known: dict[str, Bundle] = {}
    board, placed = Board(), []
    for number, alert in enumerate(stream):
        if number in cuts:
            stored = [Bundle(**{name: getattr(one, name) for name in Bundle.__slots__}) for one in known.values()]
            board = Board(stored)
            known = {one.leader: one for one in stored}
        for one, look in correlation.looks([alert], lambda _alert: [asked]):
            place = board.place(one, look)
            known[place.bundle.leader] = place.bundle
            placed.append((one, place.bundle.leader, place.is_direct))
    return [
        (leader if correlation.belongs(one, known[leader]) else "", known[leader].state, is_direct) for one, leader, is_direct in placed
    ]  # fmt: skip


FULL, CODES, OTHER = "Disk full on kfk-1", "5xx ratio high", "Queue long"


@pytest.mark.parametrize(
    ("asked", "stream", "became"),
    [
        (rule(), [(FULL, 0), (CODES, 9)], [("ALR-0", FORMED), ("ALR-0", FORMED)]),
        (rule(), [(CODES, 0), (FULL, 9)], [("ALR-0", FORMED), ("ALR-0", FORMED)]),
        (rule(), [(FULL, 0), (CODES, 11)], [("ALR-0", WAITING), ("ALR-1", WAITING)]),
        (rule(), [(FULL, 0), (FULL, 1), (OTHER, 2)], [("ALR-0", WAITING), ("ALR-0", WAITING)]),
        # What came long before the condition was met is not part of it, though the bundle went on.
        (rule(), [(FULL, 0), (FULL, 9), (FULL, 18), (CODES, 19)], [("", FORMED), ("ALR-0", FORMED), ("ALR-0", FORMED), ("ALR-0", FORMED)]),
        (rule(), [(FULL, 0), (CODES, 1), (FULL, 11), (CODES, 21), (FULL, 32)], [*[("ALR-0", FORMED)] * 4, ("ALR-4", WAITING)]),
        (rule(ANY), [(FULL, 0), (FULL, 11)], [("ALR-0", FORMED), ("ALR-1", FORMED)]),
        (rule(outcome=CANDIDATE), [(FULL, 0), (CODES, 1), (CODES, 2)], [("ALR-0", PROPOSED)] * 3),
        (rule(fields=()), [(FULL, 0, 1), (CODES, 1, 2)], [("ALR-0", FORMED)] * 2),
        (rule(), [(FULL, 0, 1), (CODES, 1, 2)], [("ALR-0", WAITING), ("ALR-1", WAITING)]),
        (rule(fields=("details.cluster",)), [(FULL, 0)], []),
    ],
)
def test_when_a_rule_is_met(asked: Rule, stream: list[tuple[Any, ...]], became: list[tuple[str, str]]) -> None:
    said = [Said(number, one[0], one[1], one[2] if len(one) > 2 else 1) for number, one in enumerate(stream)]
    assert [one[:2] for one in told(asked, *said)] == became


def test_what_people_took_apart_does_not_happen_together() -> None:
    disk, codes = Said(1, FULL), Said(2, CODES, 1)
    lessons = grouping.Lessons()
    lessons.teach(grouping.kind_of(disk), grouping.kind_of(codes), False)
    board = Board((), lessons)
    places = [board.place(alert, look) for alert, look in correlation.looks([disk, codes], lambda _alert: [rule()])]
    assert [(place.bundle.leader, place.bundle.state) for place in places] == [("ALR-1", WAITING), ("ALR-2", WAITING)]


STREAMS = st.lists(st.tuples(st.sampled_from([FULL, CODES, OTHER]), st.integers(0, 8), st.sampled_from([1, 2])), min_size=1, max_size=40)
RULES = st.builds(rule, st.sampled_from([ANY, ALL]), st.sampled_from([AUTOMATIC, CANDIDATE]), st.sampled_from([(), ("service",)]), st.integers(3, 20))


@settings(deadline=None)
@given(STREAMS, RULES, st.sets(st.integers(1, 39), max_size=6))
def test_the_way_a_stream_is_cut_into_batches_changes_no_correlation(drawn: list[tuple[str, int, int]], asked: Rule, cuts: set[int]) -> None:
    minute, said = 0, []
    for number, (message, gap, service) in enumerate(drawn):
        minute += gap
        said.append(Said(number, message, minute, service))
    assert told(asked, *said, cuts=tuple(cuts)) == told(asked, *said)


MORE = [
    "service: payments*", "service: *gateway", "NOT service: *", 'service: "Payments gateway"', "teams: platform*", "NOT teams: *", "über*", "message: ÜBER",
    "NOT message: über", "tag: ÉTÉ", "tag: ét*", "entity: *", "NOT entity: *", "integration.name: *", "NOT integration.name: *", "owner: *", "NOT owner: *",
    "NOT snoozedUntil > 01-11-2026", "snoozedUntil <= 29-11-2026", "NOT (snoozedUntil > 01-11-2026 OR owner: hanna*)", "details.value: 5", "details.value: true",
    'NOT detailsPair("region":"eu")', 'detailsPair("REGION":"EU")', "details.key: re*", "NOT details.key: *", "acknowledgedBy: *", "description: 100%",
    "message: _", "message: 100%", "tag: *crit*", "tag: **", "**", "count != 1", "priority != P1", "NOT (disk OR cpu)", "NOT NOT disk", "source: (nag OR x)",
    "ALR-102", "NOT ALR-102", "createdAt != 20-11-2026", "actions: (restart AND NOT x)", "owner: Hanna*", 'owner: "hanna lindqvist"', "alias: *A*",
]  # fmt: skip


def test_memory_and_database_find_the_same(alerts: None, agent: User, service: Service) -> None:  # noqa: F811  # the fixture, imported above
    at = clock.now()
    more = {"first_occurred_at": at, "last_occurred_at": at, "service": service, "service_name": service.slug}
    Alert.objects.create(number=201, alias="f", message="Überlast auf der Datenbank", tags=["Été"], details={"n": 5, "ok": True, "no": None}, **more)
    Alert.objects.create(
        number=202, alias="g", message="under_score at 100 percent", service_name="payments-other", first_occurred_at=at, last_occurred_at=at
    )
    rows = list(Alert.objects.select_related("service__owner_team", "integration__team", "owner"))
    queries = [query for query, _found in FINDS if "recipients" not in query] + MORE
    wrong = {}
    for query in queries:
        found = set(Alert.objects.filter(finding.condition(language.parse(query))).values_list("alias", flat=True))
        if (own := {row.alias for row in rows if matching.compiled(query)(row)}) != found:
            wrong[query] = (own, found)
    assert (wrong, len(queries) > 100) == ({}, True)


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "does.expressions", "1 to 5"),
    ({"expressions": [{"query": "x"}] * 6}, "does.expressions", "1 to 5"),
    ({"expressions": ["disk"]}, "does.expressions.0", "query"),
    ({"expressions": [{"query": "disk"}, {"query": " "}]}, "does.expressions.1.query", "Expression 2 is empty"),
    ({"expressions": [{"query": "prioritty: P1"}]}, "does.expressions.0.query", "Expression 1, character 1: There is no field “prioritty”. Did you mean priority?"),
    ({"expressions": [{"query": "tag: db AND (x"}]}, "does.expressions.0.query", "character 13: This bracket is never closed"),
    ({"expressions": [{"query": "x " * 101}]}, "does.expressions.0.query", "100 terms"),
    ({"expressions": [{"query": "(" * 30 + "x" + ")" * 30}]}, "does.expressions.0.query", "20 levels"),
    ({"expressions": [{"query": "x" * 2001}]}, "does.expressions.0.query", "2000 characters"),
    ({"expressions": [{"query": "tag: db recipients: a"}]}, "does.expressions.0.query", "character 9: “recipients” cannot be asked here"),
    ({"expressions": [{"query": "x", "label": "y" * 61}]}, "does.expressions.0.label", "60"),
    ({"expressions": [{"query": "x"}], "fields": ["colour"]}, "does.fields", "colour cannot be compared"),
    ({"expressions": [{"query": "x"}], "minutes": 0}, "does.minutes", "1 to 1440"),
    ({"expressions": [{"query": "x"}], "needs": "most"}, "does.needs", "all, any"),
    ({"expressions": [{"query": "x"}], "outcome": "perhaps"}, "does.outcome", "candidate, automatic"),
    ({"expressions": [{"query": "x"}], "title": "{{colour}}"}, "does.title", "no field “colour”"),
    ({"expressions": [{"query": "x"}], "window": 3}, "does.window", "Known"),
]  # fmt: skip


@pytest.mark.parametrize(("does", "field", "words"), BAD)
def test_what_is_wrong_is_named_with_its_place(does: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(errors.Invalid) as caught:
        effects.check("correlation", does)
    assert (caught.value.field, words in caught.value.message) == (field, True), caught.value.message
    assert isinstance(caught.value, QueryError) is ("character" in words or "terms" in words or "levels" in words)


@pytest.fixture
def integration(house: None) -> Integration:
    """A source whose alerts open no incidents by themselves."""
    return integrations.create(actor=None, name="Anything", adapter="generic", incident_from_priority=None)


@pytest.fixture
def fire(integration: Integration, service: Service) -> Fire:
    """Alerts of payments-gateway in one batch, each by its message, or as a payload."""

    def send(*said: str | dict[str, str], **more: str) -> None:
        with connection.cursor() as cursor:
            for one in said:
                own = {"message": one} if isinstance(one, str) else one
                body = {"alias": f"{own['message']}-{Alert.objects.count()}", "priority": "P3", "service": service.slug, **own, **more}
                cursor.execute("INSERT INTO alerts_inbox (integration_id, body) VALUES (%s, %s)", [integration.pk, orjson.dumps(body)])
        intake.process_inbox()

    return send


def correlate(outcome: str = AUTOMATIC, **more: Any) -> AlertRule:
    does = {
        "expressions": [{"query": "message: disk", "label": "db"}, {"query": "message: 5xx", "label": "web"}], "fields": ["service"], "outcome": outcome,
        "title": "{{service}} fails on {{entity}} ({{count}} alerts, {{priority}})", **more,
    }  # fmt: skip
    return alert_rules.add(actor=None, kind="correlation", team=None, values={"name": "Storage", "does": does})


def grouped() -> list[list[str]]:
    """The messages of each group that a correlation rule made."""
    groups = AlertGroup.objects.filter(mode=AlertGroup.CORRELATED).order_by("pk")
    return [list(group.alerts.order_by("number").values_list("message", flat=True)) for group in groups]


@pytest.mark.parametrize("is_cut", [False, True])
def test_what_happens_together_has_one_group_and_one_incident_at_once(fire: Fire, is_cut: bool) -> None:
    correlate()
    first, second = {"message": "A disk full", "entity": "db-1"}, {"message": "B 5xx high", "entity": "web-2", "priority": "P2"}
    if is_cut:
        fire(first)
        assert (Incident.objects.count(), Alert.objects.get().group_why["how"]) == (0, "first")
        assert "would have to come within 10 minutes" in Alert.objects.get().decisions[-1]["what"]
        fire(second)
    else:
        fire(first, second)
    incident = Incident.objects.get()
    assert incident.summary == "Payments gateway fails on db-1, web-2 (2 alerts, P2)"
    assert grouped() == [["A disk full", "B 5xx high"]]
    assert {(alert.incident_id, alert.correlation_id) for alert in Alert.objects.all()} == {(incident.pk, None)}
    for alert in Alert.objects.all():
        assert alert.group_why == {"how": "together", "rule": "Storage", "words": "“db” and “web” within 10 minutes, same service"}
        last = [one for one in alert.decisions if one["stage"] == "correlation"][-1]
        assert (last["rule"], last["what"]) == ("Storage", "correlated: “db” and “web” within 10 minutes, same service")
    fire("Disk full again", "Queue long")
    assert grouped() == [["A disk full", "B 5xx high", "Disk full again"]]
    assert (Incident.objects.count(), AlertGroup.objects.get(title__gt="").size) == (1, 3)
    assert Alert.objects.get(message="Disk full again").incident_id == incident.pk
    assert Alert.objects.get(message="Queue long").incident_id is None


def test_an_alert_of_it_that_has_an_open_incident_gives_it_to_all(fire: Fire, agent: User) -> None:
    alert_rules.add(actor=None, kind="incident", team=None, values={"does": {"summary": "Own"}, "conditions": [_contains("disk")]})
    correlate()
    fire("Disk full")
    fire("5xx high")
    assert (Incident.objects.get().summary, Alert.objects.filter(incident=Incident.objects.get()).count()) == ("Own", 2)


def _contains(text: str) -> dict[str, str]:
    return {"field": "message", "operation": "contains", "expectedValue": text}


def test_what_is_quiet_opens_no_incident(fire: Fire) -> None:
    alert_rules.add(actor=None, kind="policy", team=None, values={"does": {"suppress": True}})
    correlate()
    fire("Disk full")
    fire("5xx high")
    assert (grouped(), Incident.objects.count()) == ([["Disk full", "5xx high"]], 0)


def test_a_candidate_proposes_and_pages_nobody(fire: Fire, agent: User) -> None:
    correlate(CANDIDATE)
    fire("Disk full", entity="db-1")
    before = list(Alert.objects.values_list("group", flat=True))
    fire("5xx high", entity="web-1")
    fire("5xx high too", entity="web-2")
    proposal = Correlation.objects.get()
    assert (proposal.state, proposal.title) == ("proposed", "Payments gateway fails on db-1, web-1, web-2 (3 alerts, P3)")
    assert (Incident.objects.count(), Escalation.objects.count(), grouped()) == (0, 0, [])
    assert list(Alert.objects.filter(message="Disk full").values_list("group", flat=True)) == before
    assert [one.decisions[-1]["what"].partition(":")[0] for one in Alert.objects.all()] == ["part of a proposed incident"] * 3
    incident = proposals.accept(proposal, actor=agent)
    assert proposals.accept(proposal, actor=agent) == incident
    assert (Incident.objects.get().summary, grouped()) == (proposal.title, [["Disk full", "5xx high", "5xx high too"]])
    assert {(alert.incident_id, alert.correlation_id) for alert in Alert.objects.all()} == {(incident.pk, None)}
    fire("5xx high at last")
    assert (Incident.objects.count(), Alert.objects.filter(incident=incident).count()) == (1, 4)
    assert len(grouped()[0]) == 4


def test_a_dismissed_proposal_changes_nothing_and_does_not_come_again(fire: Fire, agent: User, requester: User) -> None:
    correlate(CANDIDATE)
    fire("Disk full", "5xx high")
    proposal, groups = Correlation.objects.get(), set(Alert.objects.values_list("group", flat=True))
    for verb in (proposals.accept, proposals.dismiss, proposals.restore):
        with pytest.raises(errors.Refused):
            verb(proposal, actor=requester)
    proposals.dismiss(proposal, actor=agent)
    fire("Disk full again")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, Incident.objects.count()) == ("dismissed", agent, 0)
    assert set(Alert.objects.values_list("group", flat=True)) >= groups
    assert proposals.restore(proposal, actor=agent).state == "proposed"
    proposals.accept(proposal, actor=agent)
    with pytest.raises(errors.Conflict):
        proposals.dismiss(proposal, actor=agent)


def test_without_such_a_rule_nothing_is_asked_and_with_one_no_alert_costs_a_query(fire: Fire) -> None:
    def asked(amount: int) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            fire(*[f"Disk full on kfk-{number}" for number in range(amount)])
        return [one["sql"] for one in caught.captured_queries if "alerts_inbox" not in one["sql"] and "COUNT(*)" not in one["sql"]]

    asked(3)
    assert not [sql for sql in asked(3) if 'alerts_correlation"' in sql or "FROM alerts_correlation" in sql]
    correlate(CANDIDATE)
    asked(3)
    assert len(asked(15)) == len(asked(3))


def test_what_waits_for_more_than_a_day_is_forgotten(fire: Fire) -> None:
    correlate()
    fire("Disk full")
    assert correlating.forget() == 0
    Correlation.objects.update(last_at=clock.now() - timedelta(hours=26))
    assert correlating.forget() > 0
    assert Alert.objects.get().correlation_id is None


FORM = {
    "expressions-label": ["db", "", ""], "expressions-query": ["message: disk", "", "tag: web"], "needs": "all", "minutes": "15", "fields_": "service, tag.env",
    "outcome": "candidate", "title": "{{service}} fails", "zone": "UTC",
}  # fmt: skip


def test_a_rule_is_made_and_changed_on_the_page_of_rules(sign_in: Callable[[User], Client], admin: User) -> None:
    client = sign_in(admin)
    answer = client.post("/alerts/rules/new/correlation/", FORM)
    assert answer.status_code == 204, answer.context["form"].errors
    made = AlertRule.objects.get()
    assert made.does == {
        "expressions": [{"query": "message: disk", "label": "db"}, {"query": "tag: web"}], "needs": "all", "minutes": 15, "fields": ["service", "tag.env"],
        "outcome": "candidate", "title": "{{service}} fails",
    }  # fmt: skip
    page = client.get("/alerts/rules/?kind=correlation").content.decode()
    assert "“db” and “tag: web” within 15 minutes, same service, same env" in page
    assert client.get(f"/alerts/rules/{made.pk}/").context["form"].initial["fields_"] == "service, tag.env"
    for wrong, field in (
        ({"expressions-query": ["prioritty: P1", "", "x"]}, "expressions"),
        ({"fields_": "colour"}, "fields_"),
        ({"title": "{{x}}"}, "title"),
    ):
        answer = client.post(f"/alerts/rules/{made.pk}/", {**FORM, **wrong})
        assert (answer.status_code, set(answer.context["form"].errors)) == (422, {field})


def test_a_trial_says_what_would_have_come_together(fire: Fire, sign_in: Callable[[User], Client], admin: User) -> None:
    fire({"message": "Disk full", "entity": "db-1"}, {"message": "5xx high", "entity": "web-1"}, "Queue long")
    fire("Disk full", service="unheard-of")
    client = sign_in(admin)
    told = client.post(
        "/alerts/rules/try/correlation/", FORM | {"expressions-query": ["message: disk", "", "message: 5xx"], "fields_": "service"}
    ).content.decode()
    assert "Asked about 4 alerts" in told
    assert "1 group, 2 alerts" in told
    assert "1 would have waited in vain" in told
    assert "Payments gateway fails" in told
    assert (Correlation.objects.count(), AlertRule.objects.count(), Incident.objects.count()) == (0, 0, 0)
    assert "There is no rule yet" in client.post("/alerts/rules/try/correlation/").content.decode()
    alert_rules.switch(correlate(), actor=None, is_enabled=False)
    assert "1 group, 2 alerts" in client.post("/alerts/rules/try/correlation/").content.decode()
    answer = client.post("/alerts/rules/try/correlation/", FORM | {"expressions-query": ["prioritty: P1", "", ""]})
    assert (answer.status_code, "Did you mean priority" in answer.content.decode()) == (422, True)


def test_a_proposal_is_seen_and_answered_by_a_click(
    fire: Fire, sign_in: Callable[[User], Client], agent: User, auditor: User, requester: User
) -> None:
    correlate(CANDIDATE)
    fire("Disk full", "5xx high", "Queue long")
    proposal, client = Correlation.objects.get(), sign_in(agent)
    page = client.get("/alerts/").content.decode()
    assert "Proposed incident" in page and "“db” and “web” within 10 minutes, same service" in page
    assert client.get(f"/alerts/?correlation={proposal.pk}").content.decode().count("data-row ") == 2
    assert client.get("/alerts/?correlation=x").status_code == 200
    number = Alert.objects.get(message="Disk full").number
    drawer = client.get(f"/alerts/{number}/", headers={"HX-Request": "true"}).content.decode()
    assert "Part of a proposed incident" in drawer
    address = f"/alerts/proposals/{proposal.pk}/"
    assert (sign_in(auditor).post(f"{address}accept/").status_code, sign_in(requester).post(f"{address}accept/").status_code) == (403, 404)
    assert f"{address}accept/" not in sign_in(auditor).get("/alerts/").content.decode()
    assert f"{address}restore/" in client.post(f"{address}dismiss/")["HX-Trigger"]
    assert "Proposed incident" not in client.get("/alerts/").content.decode()
    assert "dismissed by" in client.get(f"/alerts/{number}/", headers={"HX-Request": "true"}).content.decode()
    assert client.post(f"{address}restore/").status_code == 204
    assert client.post(f"{address}explode/").status_code == 404
    assert Incident.objects.count() == 0
    assert "opened" in client.post(f"{address}accept/")["HX-Trigger"]
    assert Incident.objects.get().alerts.count() == 2
    assert client.post(f"{address}dismiss/").status_code == 409


def test_a_proposal_whose_alerts_are_closed_is_over(fire: Fire, sign_in: Callable[[User], Client], agent: User) -> None:
    correlate(CANDIDATE)
    fire("Disk full", "5xx high")
    for alert in Alert.objects.all():
        lifecycle.close(alert, actor=agent)
    assert "Proposed incident" not in sign_in(agent).get("/alerts/").content.decode()


def test_proposals_over_rest(fire: Fire, api: Callable[..., APIClient], agent: User, requester: User) -> None:
    correlate(CANDIDATE)
    fire("Disk full", "5xx high")
    client, base = api(agent), "/api/v1/alert-proposals/"
    row = client.get(f"{base}?state=proposed").data["results"][0]
    assert (row["title"], row["size"], row["open"], row["rule"], row["incident"]) == (
        "Payments gateway fails on (2 alerts, P3)",
        2,
        2,
        "Storage",
        None,
    )
    assert len(client.get(f"/api/v1/alerts/?correlation={row['id']}").data["results"]) == 2
    assert client.get(f"{base}?state=perhaps").status_code == 400
    assert [client.post(f"{base}{row['id']}/{verb}/").data["state"] for verb in ("dismiss", "restore", "accept")] == [
        "dismissed",
        "proposed",
        "formed",
    ]
    assert client.get(f"{base}{row['id']}/").data["incident"] == Incident.objects.get().key
    assert client.post(f"{base}{row['id']}/dismiss/").status_code == 409
    assert (api(requester).get(base).data["results"], api(requester).post(f"{base}{row['id']}/accept/").status_code) == ([], 404)


def test_a_rule_over_rest_says_where_it_is_wrong(api: Callable[..., APIClient], admin: User) -> None:
    client, body = api(admin), {"kind": "correlation", "does": {"expressions": [{"query": "tag: (db"}]}}
    answer = client.post("/api/v1/alert-rules/", body)
    assert (answer.status_code, set(answer.data["error"]["fields"])) == (400, {"does.expressions.0.query"})
    body["does"] = {"expressions": [{"query": "tag: db"}], "needs": "any"}
    assert client.post("/api/v1/alert-rules/", body).data["words"] == "“tag: db” within 10 minutes, proposes an incident"
