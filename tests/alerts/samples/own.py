"""Payloads written here after each tool's documentation: a problem, what ends it, and what is no alert."""

from dataclasses import dataclass, field
from typing import Any

import orjson


@dataclass(frozen=True)
class Case:
    """A problem as a tool tells it. recovery: what closes it; acknowledgement: what says that somebody has it; other: another problem of the same tool."""

    slug: str
    firing: Any
    message: str
    priority: int
    recovery: Any = None
    acknowledgement: Any = None
    other: Any = None
    says: dict[str, Any] = field(default_factory=dict)


def nagios(kind: str, state: str, service: str = "HTTP", **more: str) -> dict[str, str]:
    return {"notification_type": kind, "host": "web01", "service": service, "state": state, "output": "HTTP CRITICAL: 503", **more}


def zabbix(status: str, event: str, trigger: str = "14032", **more: str) -> dict[str, str]:
    return {
        "trigger_id": trigger, "event_id": event, "status": status, "update_status": "0", "update_action": "{EVENT.UPDATE.ACTION}", "severity": "Disaster",
        "trigger": "MySQL is down", "host": "db1", "opdata": "0", "tags": "service:orders-db,scope:availability", "url": "", **more,
    }  # fmt: skip


def alarm(state: str, name: str = "queue-age") -> dict[str, Any]:
    return {
        "AlarmName": name, "AlarmDescription": "Orders wait too long", "AWSAccountId": "123456789012", "NewStateValue": state, "NewStateReason": "Threshold Crossed",
        "StateChangeTime": "2026-11-20T10:00:00.000+0000", "Region": "EU (Ireland)", "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
        "OldStateValue": "OK", "Trigger": {"MetricName": "Age", "Namespace": "AWS/SQS", "Dimensions": [{"name": "QueueName", "value": "orders"}]},
    }  # fmt: skip


def sns(message: Any, subject: str | None = None) -> dict[str, Any]:
    return {
        "Type": "Notification", "MessageId": "m1", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:ops", "Subject": subject,
        "Message": message if isinstance(message, str) else orjson.dumps(message).decode(), "Timestamp": "2026-11-20T10:00:01.000Z", "SignatureVersion": "1",
    }  # fmt: skip


def eventbridge(state: str) -> dict[str, Any]:
    arn = "arn:aws:cloudwatch:eu-west-1:1:alarm:a"
    return {"detail-type": "CloudWatch Alarm State Change", "resources": [arn], "detail": {"alarmName": "a", "state": {"value": state}}}


def from_pagerduty(kind: str) -> dict[str, Any]:
    data = {"id": "Q1", "title": "Shop is down", "urgency": "high", "service": {"summary": "Shop"}}
    return {"event": {"event_type": f"incident.{kind}", "data": data}}


def from_opsgenie(action: str) -> dict[str, Any]:
    return {"action": action, "alert": {"alias": "db1/disk", "message": "Disk is full"}}


def sentry_issue(action: str, number: str = "1117540176") -> dict[str, Any]:
    issue = {
        "id": number,
        "title": "ReferenceError: heck",
        "level": "error",
        "project": {"slug": "shop"},
        "permalink": f"https://sentry.example/issues/{number}/",
    }
    return {"action": action, "data": {"issue": issue}}


def metric(action: str) -> dict[str, Any]:
    return {
        "action": action,
        "data": {
            "metric_alert": {"id": "7", "identifier": "7", "alert_rule": {"id": "3", "name": "Too many errors"}, "projects": ["shop"]},
            "description_title": "Critical: Too many errors", "description_text": "1000 events in the last 10 minutes", "web_url": "https://sentry.example/a/7/",
        },
    }  # fmt: skip


def workflow(conclusion: str | None, branch: str = "main") -> dict[str, Any]:
    run = {
        "name": "CI", "path": ".github/workflows/ci.yml", "head_branch": branch, "conclusion": conclusion, "status": "completed", "run_number": 8,
        "html_url": "https://github.com/acme/shop/actions/runs/1", "updated_at": "2026-11-20T10:00:00Z",
    }  # fmt: skip
    repository = {"full_name": "acme/shop", "name": "shop", "default_branch": "main"}
    return {"action": "completed", "workflow_run": run, "workflow": {"name": "CI"}, "repository": repository, "sender": {"login": "ana"}}


def pipeline(status: str, ref: str = "main") -> dict[str, Any]:
    attributes = {
        "id": 31,
        "ref": ref,
        "status": status,
        "source": "push",
        "finished_at": "2026-11-20 10:00:00 UTC",
        "url": "https://gitlab.example/p/31",
    }
    project = {"name": "Shop", "path_with_namespace": "acme/shop", "web_url": "https://gitlab.example/acme/shop", "default_branch": "main"}
    return {"object_kind": "pipeline", "object_attributes": attributes, "project": project, "builds": [{"name": "unit", "status": status}]}


def jenkins(status: str, phase: str = "COMPLETED", job: str = "shop") -> dict[str, Any]:
    build = {"full_url": f"https://ci.example/job/{job}/8/", "number": 8, "phase": phase, "status": status, "scm": {"branch": "main"}}
    return {"name": job, "url": f"job/{job}/", "build": build}


def azure(condition: str, number: str = "a1") -> dict[str, Any]:
    essentials = {
        "alertId": f"/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/{number}", "alertRule": "CPU of shop", "severity": "Sev0",
        "monitorCondition": condition, "firedDateTime": "2026-11-20T10:00:00.1234567Z", "resolvedDateTime": "2026-11-20T10:05:00.1234567Z",
        "alertTargetIDs": ["/subscriptions/s/resourceGroups/r/providers/x/virtualMachines/shop-1"], "configurationItems": ["shop-1"],
    }  # fmt: skip
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {"essentials": essentials, "alertContext": {"condition": {"allOf": [{"metricName": "CPU"}]}}},
    }


def datadog(transition: str, kind: str, level: str = "P2", group: str = "g1") -> dict[str, Any]:
    return {
        "alert_id": "99", "aggreg_key": group, "alert_title": "Queue of orders grows on host:web-1", "title": f"[{transition} on {{host:web-1}}] Queue of orders",
        "alert_transition": transition, "alert_type": kind, "alert_priority": level, "date": "1795168800000", "host": "web-1", "tags": "service:orders,env:prod",
        "link": "https://app.datadoghq.eu/event/1", "body": "too long",
    }  # fmt: skip


def newrelic(state: str) -> dict[str, Any]:
    return {
        "id": "i-1",
        "issueUrl": "https://one.newrelic.com/i-1",
        "title": "Errors of checkout",
        "priority": "HIGH",
        "state": state,
        "impactedEntities": ["checkout"],
    }


def dynatrace(state: str, number: str = "-42_1V") -> dict[str, Any]:
    return {
        "State": state, "PID": number, "ProblemID": "P-1", "ProblemTitle": "Response time degradation", "ProblemSeverity": "AVAILABILITY", "ProblemImpact": "SERVICES",
        "ProblemURL": "https://dt.example/p", "ImpactedEntities": [{"type": "SERVICE", "name": "checkout", "entity": "SERVICE-1"}], "Tags": "prod, shop",
    }  # fmt: skip


def incident(state: str, number: str = "0.abc") -> dict[str, Any]:
    return {"version": "1.2", "incident": {
        "incident_id": number, "state": state, "severity": "Critical", "summary": "CPU of shop is above 0.9", "policy_name": "CPU", "condition_name": "above",
        "started_at": 1795168800, "ended_at": 1795169800 if state == "closed" else None, "url": "https://console.cloud.google.com/i", "resource_display_name": "shop-1",
    }}  # fmt: skip


def kibana(group: str, alert: str = "web-1") -> dict[str, Any]:
    return {
        "rule": {"id": "r1", "name": "CPU", "tags": "prod,shop"},
        "alert": {"id": alert, "action_group": group},
        "reason": "95 %",
        "severity": "critical",
    }


def kuma(status: int, number: int = 4) -> dict[str, Any]:
    return {
        "heartbeat": {"monitorID": number, "status": status, "time": "2026-11-20 10:00:00", "msg": "timeout"},
        "monitor": {"id": number, "name": "Shop"},
        "msg": "x",
    }


def robot(kind: str, number: str = "777") -> dict[str, str]:
    return {
        "monitorID": number,
        "monitorURL": "https://shop.example",
        "monitorFriendlyName": "Shop",
        "alertType": kind,
        "alertDetails": "Connection timeout",
    }


def pingdom(state: str, number: int = 5) -> dict[str, Any]:
    return {
        "check_id": number,
        "check_name": "Shop",
        "current_state": state,
        "importance_level": "HIGH",
        "description": "timeout",
        "state_changed_timestamp": 1795168800,
    }


def cake(state: str, name: str = "Shop") -> dict[str, str]:
    return {"Token": "t", "Name": name, "Status": state, "StatusCode": "503", "URL": "https://shop.example"}


def site24x7(state: str, number: int = 12) -> dict[str, Any]:
    return {"MONITOR_ID": number, "MONITORNAME": "Shop", "STATUS": state, "INCIDENT_REASON": "Timeout.", "MONITORURL": "https://shop.example"}


def cloud(severity: str, alert: str = "disk_full") -> dict[str, Any]:
    return {
        "message": "disk_full on web-1",
        "alert": alert,
        "chart": "disk_space._var",
        "severity": severity,
        "date": "2026-11-20T10:00:00Z",
        "alert_url": "https://n.example",
    }


def sensu(status: int, name: str = "check-http") -> dict[str, Any]:
    check = {"status": status, "output": "HTTP 503\n", "executed": 1795168800, "metadata": {"name": name, "namespace": "prod"}}
    return {"check": check, "entity": {"metadata": {"name": "web-1", "namespace": "prod", "labels": {"service": "shop"}}}}


def kapacitor(level: str, number: str = "cpu:host=web-1") -> dict[str, Any]:
    return {
        "id": number,
        "message": "CPU is 97 %",
        "level": level,
        "time": "2026-11-20T10:00:00.123456789Z",
        "data": {"series": [{"tags": {"host": "web-1"}}]},
    }


def librenms(state: str, rule: str = "13") -> dict[str, str]:
    return {
        "title": "Alert for device sw1 - Port down",
        "hostname": "sw1",
        "rule_id": rule,
        "name": "Port down",
        "severity": "critical",
        "state": state,
    }


def honeycomb(status: str, number: str = "t1") -> dict[str, Any]:
    return {
        "id": number,
        "name": "Slow checkout",
        "status": status,
        "trigger_url": "https://ui.honeycomb.io/t",
        "result_groups_triggered": [{"Group": {"a": "b"}}],
    }


def checks(status: str, code: str = "c0de") -> dict[str, str]:
    return {"code": code, "name": "Backup", "status": status, "tags": "prod db", "now": "2026-11-20T10:00:00+00:00"}


def prtg(status: str, number: str = "2001") -> dict[str, str]:
    return {"sensorid": number, "device": "sw1", "sensor": "Ping", "status": status, "message": "Request timed out", "priority": "%prio"}


def cloudevent(kind: str, subject: str = "orders") -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"{kind}-{subject}", "source": "/shop", "type": f"com.example.queue.full.{kind}", "subject": subject, "time": "2026-11-20T10:00:00Z",
        "data": {"message": "The queue is full", "severity": "high", "service": "shop"},
    }  # fmt: skip


def pagerduty(action: str, key: str = "db1/disk") -> dict[str, Any]:
    return {
        "routing_key": "r",
        "event_action": action,
        "dedup_key": key,
        "payload": {"summary": "Disk is full", "source": "db1", "severity": "error"},
    }


def supplier(status: str, number: str = "z3") -> dict[str, Any]:
    return {
        "page": {"id": "p"},
        "incident": {"id": number, "name": "Cards fail", "status": status, "impact": "major", "components": [{"name": "Cards"}]},
    }


def jira(status: str, what: str = "jira:issue_created", key: str = "OPS-1") -> dict[str, Any]:
    fields = {
        "summary": "Printer burns",
        "priority": {"name": "Highest"},
        "status": {"name": status, "statusCategory": {"key": "done" if status == "Done" else "new"}},
    }
    moved = [{"field": "status", "fromString": "To Do", "toString": status}] if what.endswith("updated") else []
    return {
        "webhookEvent": what,
        "timestamp": 1795168800000,
        "issue": {"key": key, "self": "https://j.example/1", "fields": fields},
        "changelog": {"items": moved},
    }


def bitbucket(state: str, key: str = "build") -> dict[str, Any]:
    return {
        "actor": {},
        "repository": {"full_name": "acme/shop", "name": "shop"},
        "commit_status": {"state": state, "key": key, "name": "Build", "refname": "main"},
    }


def grafana(status: str, fingerprint: str = "f00d") -> dict[str, Any]:
    alert = {
        "status": status, "labels": {"alertname": "CPU", "severity": "critical"}, "annotations": {"summary": "CPU is high"}, "fingerprint": fingerprint,
        "startsAt": "2026-11-20T10:00:00Z", "endsAt": "2026-11-20T11:00:00Z", "panelURL": "https://g.example/p", "silenceURL": "https://g.example/s",
    }  # fmt: skip
    return {"receiver": "ek", "status": status, "alerts": [alert], "externalURL": "https://g.example/", "orgId": 1}


CASES = [
    Case("alertmanager", grafana("firing"), "CPU is high", 1, grafana("resolved"), other=grafana("firing", "f00e")),
    Case("grafana", grafana("firing"), "CPU is high", 1, grafana("resolved"), other=grafana("firing", "f00e")),
    Case("zabbix", zabbix("PROBLEM", "1"), "MySQL is down", 1, zabbix("OK", "2"), zabbix("PROBLEM", "1", update_status="1", update_action="acknowledged"),
         zabbix("PROBLEM", "3", "14033"), {"entity": "db1", "services": ("orders-db",)}),
    Case("nagios", nagios("PROBLEM", "CRITICAL"), "HTTP on web01 is CRITICAL: HTTP CRITICAL: 503", 1, nagios("RECOVERY", "OK"),
         nagios("ACKNOWLEDGEMENT", "CRITICAL"), nagios("PROBLEM", "DOWN", ""), {"entity": "web01"}),
    Case("icinga", nagios("PROBLEM", "WARNING"), "HTTP on web01 is WARNING: HTTP CRITICAL: 503", 3, nagios("RECOVERY", "OK"),
         nagios("ACKNOWLEDGEMENT", "WARNING"), nagios("PROBLEM", "DOWN", "")),
    Case("icinga", {"type": "StateChange", "host": "web01", "service": "http", "state": 2.0, "check_result": {"output": "503"}},
         "http on web01 is CRITICAL: 503", 1, {"type": "StateChange", "host": "web01", "service": "http", "state": 0.0, "check_result": {"output": "200"}}),
    Case("checkmk", nagios("PROBLEM", "CRIT", site="oslo"), "HTTP on web01 is CRIT: HTTP CRITICAL: 503", 1, nagios("RECOVERY", "OK", site="oslo"),
         nagios("ACKNOWLEDGEMENT", "CRIT", site="oslo"), nagios("PROBLEM", "CRIT", site="rome"), {"source": "oslo"}),
    Case("prtg", prtg("Down"), "Ping on sw1 is Down: Request timed out", 1, prtg("Up"), prtg("Down (Acknowledged)"), prtg("Down", "2002"), {"entity": "sw1"}),
    Case("datadog", datadog("Triggered", "error"), "Queue of orders grows on host:web-1", 2, datadog("Recovered", "success"),
         other=datadog("Triggered", "error", group="g2"), says={"services": ("orders",), "entity": "web-1"}),
    Case("newrelic", newrelic("ACTIVATED"), "Errors of checkout", 2, newrelic("CLOSED"), newrelic("ACKNOWLEDGED"), says={"services": ("checkout",)}),
    Case("dynatrace", dynatrace("OPEN"), "Response time degradation", 1, dynatrace("RESOLVED"), other=dynatrace("OPEN", "-43_1V"), says={"services": ("checkout",)}),
    Case("cloudwatch", sns(alarm("ALARM")), "queue-age", 3, sns(alarm("OK")), other=sns(alarm("ALARM", "dlq")), says={"entity": "orders"}),
    Case("cloudwatch", alarm("ALARM"), "queue-age", 3, alarm("OK")),
    Case("cloudwatch", eventbridge("ALARM"), "a", 3, eventbridge("OK")),
    Case("cloudwatch", sns("The batch of tonight failed.\nSee the log.", "Batch failed"), "Batch failed", 3,
         says={"description": "The batch of tonight failed.\nSee the log."}),
    Case("azure", azure("Fired"), "CPU of shop", 1, azure("Resolved"), other=azure("Fired", "a2"), says={"entity": "shop-1"}),
    Case("gcp", incident("open"), "CPU of shop is above 0.9", 1, incident("closed"), other=incident("open", "0.abd"), says={"entity": "shop-1"}),
    Case("sentry", {"action": "triggered", "data": {"event": {"event_id": "e", "issue_id": "1117540176", "title": "ReferenceError: heck", "level": "error", "web_url": "https://sentry.example/x"}}},
         "ReferenceError: heck", 2, sentry_issue("resolved"), other=sentry_issue("created", "2")),
    Case("sentry", metric("critical"), "Too many errors", 1, metric("resolved"), says={"services": ("shop",)}),
    Case("splunk", {"search_name": "Failed logins", "app": "search", "sid": "s1", "result": {"host": "web-1", "severity": "high", "_raw": "x"}}, "Failed logins", 2,
         other={"search_name": "Errors", "app": "search", "sid": "s2", "result": {}}, says={"entity": "web-1"}),
    Case("elastic", kibana("threshold met"), "CPU (web-1)", 1, kibana("recovered"), other=kibana("threshold met", "web-2")),
    Case("elastic", {"watch_id": "disk", "severity": "warning", "message": "92 %"}, "disk", 3, {"watch_id": "disk", "status": "resolved"}),
    Case("elastalert", {"rule_name": "Errors", "alert_key": "web-1", "severity": "critical", "message": "x"}, "Errors (web-1)", 1,
         other={"rule_name": "Errors", "alert_key": "web-2"}),
    Case("graylog", {"event_definition_id": "d1", "event_definition_title": "Logins", "event": {"key": "ana", "message": "Logins: ana", "priority": 3}}, "Logins: ana", 2,
         other={"event_definition_id": "d1", "event_definition_title": "Logins", "event": {"key": "bob", "message": "Logins: bob", "priority": 1}}),
    Case("uptime-kuma", kuma(0), "Shop is down: timeout", 1, kuma(1), other=kuma(0, 5)),
    Case("uptimerobot", robot("1"), "Shop is down: Connection timeout", 1, robot("2"), other=robot("3")),
    Case("pingdom", pingdom("DOWN"), "Shop is down: timeout", 2, pingdom("UP"), other=pingdom("DOWN", 6)),
    Case("statuscake", cake("Down"), "Shop is down: HTTP 503", 1, cake("Up"), other=cake("Down", "Blog")),
    Case("site24x7", site24x7("TROUBLE"), "Shop is in trouble: Timeout", 3, site24x7("UP"), other=site24x7("DOWN", 13)),
    Case("netdata", cloud("critical"), "disk_full on web-1", 1, cloud("clear"), other=cloud("critical", "ram")),
    Case("kapacitor", kapacitor("WARNING"), "CPU is 97 %", 3, kapacitor("OK"), other=kapacitor("WARNING", "cpu:host=web-2")),
    Case("sensu", sensu(2), "check-http on web-1 is critical: HTTP 503", 1, sensu(0), other=sensu(1, "check-dns"), says={"services": ("shop",)}),
    Case("librenms", librenms("1"), "Alert for device sw1 - Port down", 1, librenms("0"), librenms("2"), librenms("1", "14")),
    Case("honeycomb", honeycomb("TRIGGERED"), "Slow checkout", 3, honeycomb("OK"), other=honeycomb("TRIGGERED", "t2")),
    Case("jenkins", jenkins("FAILURE"), "shop failed (main)", 2, jenkins("SUCCESS"), other=jenkins("UNSTABLE", job="blog")),
    Case("github", workflow("failure"), "Workflow CI failed in acme/shop (main)", 2, workflow("success"),
         other=workflow("failure", "next"), says={"services": ("shop",)}),
    Case("gitlab", pipeline("failed"), "Pipeline failed in acme/shop (main)", 2, pipeline("success"),
         other=pipeline("failed", "next"), says={"services": ("Shop", "shop")}),
    Case("bitbucket", bitbucket("FAILED"), "Build failed in acme/shop (main)", 2, bitbucket("SUCCESSFUL"), other=bitbucket("FAILED", "lint")),
    Case("healthchecks", checks("down"), "Backup is down", 1, checks("up"), other=checks("down", "c0df"), says={"tags": ("prod", "db")}),
    Case("cloudevents", cloudevent("raised"), "The queue is full", 2, cloudevent("resolved"), other=cloudevent("raised", "mails"), says={"services": ("shop",)}),
    Case("opsgenie", {"message": "Disk is full", "alias": "db1/disk", "priority": "P1", "tags": ["a"]}, "Disk is full", 1,
         from_opsgenie("Close"), from_opsgenie("Acknowledge")),
    Case("pagerduty", pagerduty("trigger"), "Disk is full", 2, pagerduty("resolve"), pagerduty("acknowledge"), pagerduty("trigger", "db2"), {"entity": "db1"}),
    Case("pagerduty", from_pagerduty("triggered"), "Shop is down", 2, from_pagerduty("resolved"), from_pagerduty("acknowledged")),
    Case("pagerduty", {"service_key": "k", "event_type": "trigger", "incident_key": "db1", "description": "Disk is full"}, "Disk is full", 3,
         {"service_key": "k", "event_type": "resolve", "incident_key": "db1"}),
    Case("statuspage", supplier("investigating"), "Cards fail", 2, supplier("resolved"), other=supplier("identified", "z4"), says={"services": ("Cards",)}),
    Case("jira", jira("To Do"), "OPS-1 Printer burns", 1, jira("Done", "jira:issue_updated"), other=jira("To Do", key="OPS-2")),
    Case("generic", {"id": "d1", "title": "Disk is full", "severity": "high"}, "Disk is full", 2, {"id": "d1", "title": "Disk is full", "status": "ok"},
         {"id": "d1", "title": "Disk is full", "status": "acknowledged"}, {"id": "d2", "title": "Disk is full"}),
]  # fmt: skip

NO_ALERTS: list[tuple[str, Any, str]] = [
    ("zabbix", zabbix("PROBLEM", "1", update_status="1", update_action="commented"), "update"),
    ("nagios", nagios("FLAPPINGSTART", "CRITICAL"), "flapping"),
    ("icinga", nagios("DOWNTIMESTART", "CRITICAL"), "planned downtime"),
    ("checkmk", nagios("DOWNTIMEEND", "OK"), "planned downtime"),
    ("prtg", prtg("Paused"), "Paused"),
    ("dynatrace", dynatrace("MERGED"), "merged"),
    ("cloudwatch", sns(alarm("INSUFFICIENT_DATA")), "not enough data"),
    ("cloudwatch", {"Type": "UnsubscribeConfirmation", "TopicArn": "arn:aws:sns:eu-west-1:1:ops", "Message": "x"}, "has ended"),
    ("gcp", {"incident": {"incident_id": "0.test"}}, "tests"),
    ("sentry", sentry_issue("assigned"), "assigned"),
    ("grafana", {"ruleName": "x", "ruleId": 1, "state": "paused"}, "paused"),
    ("graylog", {"event_definition_id": "NotificationTestId", "event_definition_title": "x", "event": {"message": "x"}}, "tests"),
    ("uptime-kuma", {"heartbeat": None, "monitor": None, "msg": "Webhook Testing"}, "tests"),
    ("uptime-kuma", kuma(3), "in maintenance"),
    ("uptimerobot", {**robot("9"), "alertTypeFriendlyName": "Paused"}, "paused"),
    ("site24x7", site24x7("MAINTENANCE"), "MAINTENANCE"),
    ("netdata", {"host": "web-1", "chart": "c", "name": "n", "status": "UNDEFINED"}, "no value yet"),
    ("sensu", {"metrics": {}, "entity": {"metadata": {"name": "web-1"}}}, "metrics"),
    ("honeycomb", {**honeycomb("TRIGGERED"), "isTest": True}, "tests"),
    ("jenkins", jenkins("", "STARTED"), "only its end counts"),
    ("jenkins", jenkins("ABORTED"), "neither failure nor success"),
    ("github", workflow("cancelled"), "neither failure nor success"),
    ("github", {"zen": "x", "hook_id": 1}, "tests the webhook"),
    ("gitlab", pipeline("running"), "neither failure nor success"),
    ("gitlab", {"object_kind": "note", "project": {"path_with_namespace": "acme/shop"}}, "a comment"),
    (
        "gitlab",
        {"object_kind": "build", "build_status": "failed", "build_allow_failure": True, "build_name": "lint", "project_name": "acme/shop"},
        "allowed to fail",
    ),
    ("bitbucket", bitbucket("INPROGRESS"), "neither failure nor success"),
    ("healthchecks", checks("paused"), "paused"),
    ("opsgenie", {"action": "AddNote", "alert": {"alias": "a"}}, "AddNote"),
    ("pagerduty", {"event": {"event_type": "pagey.ping", "data": {}}}, "tests"),
    ("statuspage", supplier("scheduled"), "announces maintenance"),
    ("jira", {"webhookEvent": "worklog_created"}, "worklog created"),
    ("jira", jira("In Progress", "jira:issue_updated"), "neither begins nor ends"),
    ("netbox", {"event": "updated", "model": "device", "data": {"name": "sw1"}}, "change of the inventory"),
]
