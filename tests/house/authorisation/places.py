"""What stands in the address of each operation of the authorisation table, for each relation of a person to what it acts on."""

from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from tests.house.authorisation.cases import Case
from tests.house.authorisation.cast import TICKET_KINDS, World
from tests.house.authorisation.routes import Operation

QUEUE_KINDS = ("own", "team", "foreign", "shared")
PERSON_KINDS = ("own", "foreign")
OWN_OPERATIONS = ("contact-method-detail", "contact-method-verify", "contact-method-send-code", "personal-rule-detail")
SCHEDULE_PAGES = (
    "oncall:calendar", "oncall:forget_calendar", "oncall:note", "oncall:change_schedule",
    "oncall:add_rotation", "oncall:rotation", "oncall:remove_rotation",
)  # fmt: skip


def kinds_of(operation: Operation, case: Case) -> tuple[str, ...]:
    """The relations of a person to what the operation acts on."""
    if operation.route.startswith("/admin/"):
        return ("any",)
    if case.names_ticket or {"key", "token"} & set(operation.parameters):
        return TICKET_KINDS if "password_reset" not in operation.name else ("any",)
    if operation.name in ("tickets:undo", "notification-read") or {"notice", "contact", "rule", "page"} & set(operation.parameters):
        return PERSON_KINDS
    if operation.route.startswith("/queues/{slug}"):
        return QUEUE_KINDS
    if operation.name in (
        "organisation-detail",
        "person-detail",
        "token-revoke",
        *OWN_OPERATIONS,
        "token-rotate",
        "accounts:revoke_token",
        "accounts:rotate_token",
    ) or {"user_id", "organisation_id"} & set(operation.parameters):
        return PERSON_KINDS
    return ("any",)


def values_of(operation: Operation, case: Case, world: World, role: str, kind: str) -> dict[str, Any]:
    """What stands in the address."""
    thing = world.thing(role, kind if kind in TICKET_KINDS else "foreign", case.state)
    given: dict[str, Any] = {
        "field": "urgency",
        "verb": "start",
        "extension": "csv",
        "path": "nowhere",
        "ident": {"escalation": "gateways-first", "team": "payments", "user": "agent@example.com"}.get(
            operation.name.partition(":")[2], "payments-primary"
        ),
        "rotation": "Primary",
        "alias": world.more["override"].pk,
        "uidb64": "x",
        "kind": "incident",
        **thing.parts,
    }
    given |= {"number": world.more["alert free"].number, "pk": thing.parts["link" if operation.name == "tickets:unlink" else "task"]}
    given |= {
        "slug": _slug(operation, world, role, kind),
        "source": "holidays",
        "app_label": "accounts",
        "url": "nowhere",
        "content_type_id": 1,
        "id": 1,
    }
    if operation.name.startswith(("alerts_opsgenie:", "jsm_alerts:")):
        given["ident"] = world.more["alert free"].uid
    given |= {"silence_id": UUID(int=1), "request_id": UUID(int=1), "attachment_id": 1, "rest": "nowhere"}
    given["group"] = world.more["grouped"].group_id if operation.route.startswith("/alerts/groups/") else world.more["alert group"].pk
    if "heartbeat" in operation.name or operation.name.startswith(("ping", "badge")):
        beat = world.more["heartbeat"]
        given |= {"pk": beat.pk, "uuid": beat.uuid, "badge": beat.badge, "signal": "start", "ping_key": "nokey", "name": beat.name}
        given["kind"] = "svg" if operation.name == "badge" else given["kind"]
    if operation.route.startswith("/alerts/integrations/"):
        kept = world.more["kept body"]
        given |= {
            "pk": world.more["integration"].pk,
            "stamp": kept.stamp,
            "row": kept.pk,
            "tool": "zabbix",
            "rule_id": world.more["integration rule"].pk,
        }
    if operation.route.startswith("/alerts/proposals/"):
        given["pk"] = world.more["proposal"].pk
    if operation.route.startswith("/alerts/searches/"):
        given["pk"] = world.more["alert search"].pk
    if operation.route.startswith(("/alerts/rules/", "/alerts/maintenance/")):
        made = "lookup table" if "table" in operation.name else "maintenance" if "maintenance" in operation.name else "alert rule"
        given |= {"pk": world.more[made].pk, "kind": "expiry"}
    if operation.name == "tickets:custom":
        given["field"] = "region"
    if operation.name == "tickets:undo":
        given["pk"] = world.more[f"change {role}" if kind == "own" and role in world.people else "change stranger"]
    person = role if kind == "own" and role in world.people else "customer"
    given |= {name: world.more[f"{name} {person}"].pk for name in ("contact", "rule", "page")}
    given["signed"] = world.more["page link"]
    given["notice"] = world.more[f"notice {person}"].pk
    given |= {
        "token_id": world.more[f"token {person}"].pk,
        "user_id": world.people[person].pk,
        "organisation_id": world.people[person].organisation_id,
    }
    if operation.route.startswith("/admin/"):
        given |= _admin_values(operation)
    if operation.is_api and "pk" in operation.parameters:
        known: dict[str, Any] = {
            "person": world.people[person],
            "organisation": world.people[person].organisation,
            "token": world.more[f"token {person}"],
            "notification": world.more[f"notice {person}"],
            "contact": world.more[f"contact {person}"],
            "personal": world.more[f"rule {person}"],
            "category": world.more["category"],
            "alert": world.more["grouped"].group
            if "group" in operation.name
            else world.more["proposal" if "proposal" in operation.name else "alert rule"],
            "maintenance": world.more["maintenance"],
        }
        given["pk"] = {**known, "integration": world.more["integration"], "tier": world.more["service"].tier}[operation.name.split("-")[0]].pk
    return {**given, **case.values(world, thing)}


def _slug(operation: Operation, world: World, role: str, kind: str) -> str:
    if operation.route.startswith("/queues/"):
        known = f"queue {role}" if kind == "own" and f"queue {role}" in world.more else f"queue {kind}"
        return str(world.more.get(known, world.more["queue foreign"]).slug)
    if operation.name.startswith("escalation-policy") or operation.name in ("oncall:policy", "oncall:archive_policy"):
        return "gateways-first"
    if operation.name.startswith("routing-rule") or operation.name == "oncall:add_routing_rule":
        return "payments"
    if operation.name.startswith("schedule") or operation.name in SCHEDULE_PAGES:
        return "payments-primary"
    return "payments" if operation.name.startswith("team") else "wiki"


def _admin_values(operation: Operation) -> dict[str, Any]:
    """The first row of the register, or one that does not exist."""
    label = operation.route.split("/")[2:4]
    if len(label) < 2 or label[0] not in apps.app_configs or operation.name == "admin:app_list":
        return {"object_id": 1, "content_type_id": ContentType.objects.get_for_model(apps.get_model("accounts", "team")).pk}
    row = apps.get_model(label[0], label[1])._default_manager.order_by("pk").first()
    return {"object_id": row.pk if row else 1, "pk": row.pk if row else 1, "id": row.pk if row else 1}
