"""By what a tool tells that it sends the same thing again (RELIABILITY A10). Pure: no database, no Django.

Only what the sender documents as staying the same when it tries again; an id that is new for each attempt (X-Request-Id of proxies, Request-ID of Sentry,
X-Request-UUID of Bitbucket) says nothing.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

LONGEST = 200
# Idempotency-Key: GitLab (https://docs.gitlab.com/user/project/integrations/webhooks/#delivery-headers) and whoever follows the IETF's draft of that name.
# webhook-id: Standard Webhooks. x-github-delivery: also a redelivery by hand keeps it. x-amz-sns-message-id: Amazon SNS.
# x-atlassian-webhook-identifier: Jira, "the same across webhook retries".
ANYWHERE = ("idempotency-key",)
HEADERS = (*ANYWHERE, "x-github-delivery", "x-amz-sns-message-id", "webhook-id", "x-atlassian-webhook-identifier")


def of_call(headers: Mapping[str, str]) -> str:
    """The id of a delivery to another product's API, by which its client may say that it tries again."""
    return _named(headers, ANYWHERE)


def of(headers: Mapping[str, str], value: Any) -> str:
    """The id of a tool's delivery, by its headers or its body; empty when it has none."""
    found = _named(headers, HEADERS)
    if found:
        return found
    if "ce-id" in headers:  # CloudEvents: source and id are together unique
        return cut(f"ce:{headers.get('ce-source', '')}:{headers['ce-id']}")
    return _in_body(value) if isinstance(value, dict) else ""


def _named(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if name in headers and headers[name].strip():
            return cut(f"{name}:{headers[name].strip()}")
    return ""


def _in_body(value: Mapping[str, Any]) -> str:
    if "specversion" in value and isinstance(value.get("id"), str | int) and "source" in value:
        return cut(f"ce:{value['source']}:{value['id']}")
    if "TopicArn" in value and isinstance(value.get("MessageId"), str):
        return cut(f"x-amz-sns-message-id:{value['MessageId']}")
    event = value.get("event")  # PagerDuty's webhooks v3: {"event": {"id", "event_type", "data"}}
    if isinstance(event, dict) and "event_type" in event and isinstance(event.get("id"), str):
        return cut(f"pagerduty:{event['id']}")
    return ""


def cut(text: str) -> str:
    """As it is, or its digest when it is long or holds what a database cannot."""
    return text if len(text) <= LONGEST and text.isprintable() else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
