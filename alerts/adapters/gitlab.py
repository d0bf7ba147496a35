"""GitLab."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, host_of, obj, rows
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

SAID = {
    "push": "a push",
    "tag_push": "a new tag",
    "note": "a comment",
    "merge_request": "a merge request",
    "issue": "an issue",
    "release": "a release",
}


class GitLab(Adapter):
    """Project and group webhooks (https://docs.gitlab.com/user/project/integrations/webhook_events/): pipelines, jobs and deployments that fail, and the
    success that ends it; and GitLab's own alerts. The alias is the project with branch, job or environment.
    """

    slug = "gitlab"
    label = "GitLab"
    signing = "gitlab"
    docs = "https://docs.gitlab.com/user/project/integrations/webhook_events/"
    snippet = """{url}

In GitLab open the project's Settings, Webhooks, Add new webhook, paste this address, and choose “Pipeline events” and “Deployment events”."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """A failure or its end."""
        payload = obj(sent.payload)
        kind = first(payload, "object_kind", "event_name")
        if not kind:
            return []
        project = first(payload, "project.path_with_namespace", "project_name", "project.name")
        if kind in ("pipeline", "build", "deployment") and project:
            return _build(kind, payload, project)
        if not project and "x-gitlab-event" not in sent.headers:
            return []
        return Ignored(f"GitLab tells of {SAID.get(kind, '“' + kind.replace('_', ' ') + '”')} in {project or 'a group'}, which is no alert.")


def _build(kind: str, payload: Mapping[str, Any], project: str) -> list[Event] | Ignored:
    build = obj(payload, "object_attributes") if kind == "pipeline" else payload
    status = first(build, "build_status" if kind == "build" else "status")
    branch = first(build, "ref") if kind != "deployment" else ""
    what, identity = _identity(kind, build)
    if status not in ("failed", "success"):
        return Ignored(f"{what} of {project} is {status or 'not at its end'}, which is neither failure nor success.")
    if kind == "build" and build.get("build_allow_failure") is True:
        return Ignored(f"{what} of {project} is allowed to fail.")
    home = first(payload, "project.web_url", "repository.homepage")
    failed = [first(job, "name") for job in rows(payload.get("builds")) if first(job, "status") == "failed"]
    said = (first(payload, "commit.title", "commit.message", "commit_title"), ", ".join(failed), first(build, "build_failure_reason"))
    at = normal.instant(first(build, "finished_at", "build_finished_at", "status_changed_at", "created_at"))
    return [
        event(
            CLOSE if status == "success" else OPEN,
            alias("gitlab", project, *identity, branch),
            f"{what} {'succeeded' if status == 'success' else 'failed'} in {project}{' (' + branch + ')' if branch else ''}",
            description="\n".join(filter(None, said)),
            priority=status if status == "failed" else "",
            services=(first(payload, "project.name"), project.rpartition("/")[2]),
            entity=project,
            source=host_of(home) or "GitLab",
            tags=["build", branch, "default branch" if branch and branch == first(payload, "project.default_branch") else "", first(build, "source")],
            details={
                "project": project, "branch": branch, "commit": first(build, "sha") or first(payload, "short_sha"), "failed jobs": ", ".join(failed),
                "by": first(payload, "user.name"), "environment": first(payload, "environment"),
            },
            links=normal.link("GitLab", first(build, "url") if kind == "pipeline" else first(payload, "deployable_url"))
            + normal.link("Job", f"{home}/-/jobs/{first(payload, 'build_id')}" if kind == "build" and home and first(payload, "build_id") else ""),
            starts_at=at,
            ended_at=at,
            payload=payload,
        )
    ]  # fmt: skip


def _identity(kind: str, build: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """How people call it, and what it is known by in its project."""
    if kind == "deployment":
        return f"Deployment to {first(build, 'environment') or 'an environment'}", ("deployment", first(build, "environment"))
    if kind == "build":
        return f"Job {first(build, 'build_name')}", ("job", first(build, "build_name"))
    return "Pipeline", ("pipeline",)
