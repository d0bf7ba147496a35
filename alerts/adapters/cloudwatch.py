"""Amazon CloudWatch, through SNS or EventBridge."""

from collections.abc import Mapping
from typing import Any

import orjson

from alerts import normal
from alerts.adapters import sns
from alerts.adapters.base import Adapter, alias, event, first, flat, obj, reason, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent


class CloudWatch(Adapter):
    """An alarm's SNS notification (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html), raw or in SNS's envelope
    (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html), or EventBridge's “CloudWatch Alarm State Change”. The alias is the alarm's ARN.
    """

    slug = "cloudwatch"
    label = "Amazon CloudWatch (SNS)"
    docs = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"
    snippet = """aws sns subscribe --topic-arn arn:aws:sns:REGION:ACCOUNT:TOPIC --protocol https --notification-endpoint {url}

Or in the SNS console: your topic, Create subscription, protocol HTTPS, this address, raw message delivery off.
Evenkeel confirms the subscription by itself. Name the topic in the alarms, for ALARM and for OK."""
    words = {"alarm": 3}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The alarm, or what somebody published to the topic."""
        payload = obj(sent.payload)
        kind = first(payload, "Type") or _type_by_header(sent.headers)
        if kind in sns.SIGNED and "TopicArn" in payload:
            return _notified(kind, payload)
        if first(payload, "AlarmName") and "NewStateValue" in payload:
            return _alarm(payload)
        if "CloudWatch Alarm State Change" in first(payload, "detail-type"):
            return _from_eventbridge(payload)
        return []


def _type_by_header(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-sns-message-type", "")


def _notified(kind: str, payload: Mapping[str, Any]) -> list[Event] | Ignored:
    topic = first(payload, "TopicArn")
    if kind == sns.CONFIRMATION:
        return Ignored(f"Amazon SNS asks to confirm the subscription of {topic}, which is no alert.")
    if kind == "UnsubscribeConfirmation":
        return Ignored(f"Amazon SNS says that the subscription of {topic} has ended.")
    message = text(payload.get("Message"))
    inner = _json(message)
    if first(inner, "AlarmName") and "NewStateValue" in inner:
        return _alarm(inner)
    if "CloudWatch Alarm State Change" in first(inner, "detail-type"):
        return _from_eventbridge(inner)
    return [_published(topic, payload, message, flat(inner))]


def _json(message: str) -> Mapping[str, Any]:
    try:
        return obj(orjson.loads(message)) if message.lstrip().startswith("{") else {}
    except orjson.JSONDecodeError:
        return {}


def _published(topic: str, payload: Mapping[str, Any], message: str, inner: Mapping[str, Any]) -> Event:
    """Text that a program or another AWS service sent to the topic; the same subject is the same alert."""
    title = first(payload, "Subject") or first(inner, "title", "summary", "subject", "message") or message.strip().partition("\n")[0]
    return event(
        OPEN,
        first(inner, "alias", "dedupkey") or alias("sns", topic, normal.fingerprint(title)),
        title or "Message without a text",
        description=message,
        priority=first(inner, "priority", "severity"),
        source=topic.rpartition(":")[2] or "Amazon SNS",
        details={"topic": topic},
        starts_at=normal.instant(payload.get("Timestamp")),
        payload=payload,
    )


def _alarm(alarm: Mapping[str, Any]) -> list[Event] | Ignored:
    state, name = first(alarm, "NewStateValue").upper(), first(alarm, "AlarmName")
    if state == "INSUFFICIENT_DATA":
        return Ignored(f"CloudWatch has not enough data to say how “{name}” is.")
    trigger = obj(alarm, "Trigger")
    dimensions = {first(item, "name", "Name"): first(item, "value", "Value") for item in rows(trigger.get("Dimensions"))}
    at = normal.instant(alarm.get("StateChangeTime"))
    return [
        event(
            CLOSE if state == "OK" else OPEN,
            first(alarm, "AlarmArn") or alias("cloudwatch", first(alarm, "AWSAccountId"), first(alarm, "Region"), name),
            name,
            description="\n".join(filter(None, (text(alarm.get("AlarmDescription")), text(alarm.get("NewStateReason"))))),
            priority=state,
            hints=tuple(dimensions.values()),
            entity=next(iter(reversed(dimensions.values())), ""),
            source=" ".join(filter(None, ("CloudWatch", first(alarm, "Region")))),
            tags=[first(trigger, "Namespace"), first(trigger, "MetricName"), first(alarm, "Region")],
            details={
                **dimensions, "account": first(alarm, "AWSAccountId"), "metric": first(trigger, "MetricName"), "namespace": first(trigger, "Namespace"),
                "threshold": first(trigger, "Threshold"), "state before": first(alarm, "OldStateValue"),
            },
            starts_at=at,
            ended_at=at,
            payload=alarm,
        )
    ]  # fmt: skip


def _from_eventbridge(payload: Mapping[str, Any]) -> list[Event] | Ignored:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    detail = obj(payload, "detail")
    state = obj(detail, "state")
    value, name = first(state, "value").upper(), first(detail, "alarmName")
    if value == "INSUFFICIENT_DATA":
        return Ignored(f"CloudWatch has not enough data to say how “{name}” is.")
    resources = payload.get("resources")
    arn = next((item for item in resources if isinstance(item, str)), "") if isinstance(resources, list) else ""
    at = normal.instant(state.get("timestamp") or payload.get("time"))
    if not name:
        return []
    return [
        event(
            CLOSE if value == "OK" else OPEN,
            arn or alias("cloudwatch", first(payload, "account"), first(payload, "region"), name),
            reason(name, ""),
            description="\n".join(filter(None, (first(obj(detail, "configuration"), "description"), first(state, "reason")))),
            priority=value,
            source=" ".join(filter(None, ("CloudWatch", first(payload, "region")))),
            tags=[first(payload, "region")],
            details={"account": first(payload, "account")},
            starts_at=at,
            ended_at=at,
            payload=payload,
        )
    ]
