"""Bitbucket."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, obj, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

RESULTS = {"SUCCESSFUL": "succeeded", "FAILED": "failed"}


class Bitbucket(Adapter):
    """Webhooks of Bitbucket Cloud (https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/): build statuses. The alias is repository, build and branch."""

    slug = "bitbucket"
    label = "Bitbucket"
    signing = "hub"
    docs = "https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/"
    snippet = """{url}

In Bitbucket open Repository settings, Webhooks, Add webhook, paste this address, and choose the triggers “Build status created” and “Build status updated”."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """A build that failed, or its end."""
        payload = obj(sent.payload)
        repository = first(payload, "repository.full_name", "repository.name")
        if not repository or "actor" not in payload:
            return []
        status = obj(payload, "commit_status")
        if status:
            return _build(status, repository, payload)
        what = sent.headers.get("x-event-key", "") or next(
            (name for name in ("push", "comment", "pullrequest", "issue") if name in payload), "a change"
        )
        return Ignored(f"Bitbucket tells of {what.replace(':', ' ')} in {repository}, which is no alert.")


def _build(status: Mapping[str, Any], repository: str, payload: Mapping[str, Any]) -> list[Event] | Ignored:
    state, name, branch = first(status, "state"), first(status, "name", "key"), first(status, "refname")
    if state not in RESULTS:
        return Ignored(f"The build “{name}” of {repository} is {state.lower() or 'not at its end'}, which is neither failure nor success.")
    at = normal.instant(status.get("updated_on"))
    return [
        event(
            CLOSE if state == "SUCCESSFUL" else OPEN,
            alias("bitbucket", repository, first(status, "key") or name, branch),
            f"{name} {RESULTS[state]} in {repository}{' (' + branch + ')' if branch else ''}",
            description=text(status.get("description")),
            priority=state,
            services=(first(payload, "repository.name"),),
            entity=repository,
            source="Bitbucket",
            tags=["build", branch],
            details={"repository": repository, "branch": branch, "build": first(status, "key"), "by": first(payload, "actor.display_name")},
            links=normal.link("Build", status.get("url")),
            starts_at=at,
            ended_at=at,
            payload=payload,
        )
    ]
