"""GitHub."""

from collections.abc import Mapping
from typing import Any

from alerts import normal
from alerts.adapters.base import Adapter, alias, clean, event, first, obj, rows, text
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

FAILED = ("failure", "timed_out", "startup_failure", "error", "failed")
BUILDS = ("workflow_run", "workflow_job", "check_run", "check_suite", "deployment_status", "status")
ALERTS = ("dependabot_alert", "code_scanning_alert", "secret_scanning_alert", "repository_vulnerability_alert")
OVER = ("dismissed", "fixed", "resolved", "auto_dismissed", "closed_by_user", "resolve")
# Events that a body can be known by when the header is missing, the most special first.
KNOWN_BY = (
    *BUILDS[:5], "deployment_callback_url", "deployment", "release", "pull_request", "comment", "issue", "check", "package", "discussion", "forkee", "pages",
)  # fmt: skip
SAID = {
    "ping": "GitHub tests the webhook",
    "push": "GitHub tells of a push",
    "deployment_callback_url": "GitHub asks whether a deployment may begin",
    "deployment_protection_rule": "GitHub asks whether a deployment may begin",
    "issue": "GitHub tells of an issue",
    "comment": "GitHub tells of a comment",
}


class GitHub(Adapter):
    """Webhooks of repositories and organisations (https://docs.github.com/webhooks/webhook-events-and-payloads): failed workflows, checks, commit statuses and
    deployments, and security alerts. The alias is the repository with workflow and branch, environment, or number of the alert; a success closes it.
    """

    slug = "github"
    label = "GitHub"
    signing = "github"
    docs = "https://docs.github.com/webhooks/webhook-events-and-payloads"
    snippet = """{url}

In GitHub open the repository's Settings, Webhooks, Add webhook: this address as payload URL, content type application/json, individual events “Workflow runs”,
“Deployment statuses” and the security alerts you want."""

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """A failure, its end, or a security alert."""
        payload = obj(sent.payload)
        repository = first(obj(payload, "repository"), "full_name")
        name = sent.headers.get("x-github-event", "") or _name(payload)
        if not name or not (repository or "x-github-event" in sent.headers or name == "ping"):
            return []
        if name in BUILDS:
            return _build(name, payload, repository)
        if name in ALERTS or "alert" in payload:
            return _alert(payload, repository)
        said = SAID.get(name, f"GitHub tells of “{name.replace('_', ' ')}”")
        return Ignored(f"{said}{' in ' + repository if repository else ''}, which is no alert.")


def _name(payload: Mapping[str, Any]) -> str:
    """The event, from the body alone."""
    if "zen" in payload and "hook_id" in payload:
        return "ping"
    if "pusher" in payload and "ref" in payload:
        return "push"
    if obj(payload, "alert") and "repository" in payload:
        return "dependabot_alert"
    if "context" in payload and "state" in payload and "sha" in payload and "repository" in payload:
        return "status"
    if "deployment" in payload and first(payload, "action") == "requested":
        return "deployment_protection_rule"
    return next(
        (name for name in KNOWN_BY if payload.get(name) and "repository" in payload),
        "repository" if "sender" in payload and "repository" in payload else "",
    )


def _build(name: str, payload: Mapping[str, Any], repository: str) -> list[Event] | Ignored:
    build = obj(payload, name) or payload
    result = first(build, "conclusion") or first(build, "state")
    title, identity, branch = _identity(name, build, payload)
    if result not in FAILED and result != "success":
        return Ignored(
            f"“{title}” in {repository} is {(result or first(build, 'status') or 'not at its end').replace('_', ' ')}, which is neither failure nor success."
        )
    where = f"{repository} ({branch})" if branch else repository
    at = normal.instant(build.get("completed_at") or build.get("updated_at") or build.get("created_at"))
    return [
        event(
            CLOSE if result == "success" else OPEN,
            alias("github", repository, *identity, branch),
            f"{title} {'succeeded' if result == 'success' else 'failed'} in {where}",
            description="\n".join(filter(None, (first(build, "display_title"), first(build, "description"), text(obj(build, "output").get("summary"))))),
            priority="failure" if result in FAILED else "",
            services=(first(payload, "repository.name"),),
            entity=repository,
            source="GitHub",
            tags=["build", branch, "default branch" if branch and branch == first(payload, "repository.default_branch") else "", first(build, "event")],
            details={
                "repository": repository, "branch": branch, "commit": first(build, "head_sha", "sha") or first(payload, "deployment.sha"), "result": result,
                "run": first(build, "run_number"), "attempt": first(build, "run_attempt"), "by": first(payload, "sender.login"),
            },
            links=normal.link("Run", first(build, "html_url", "target_url", "log_url", "details_url")),
            starts_at=at,
            ended_at=at,
            payload=payload,
        )
    ]  # fmt: skip


def _identity(name: str, build: Mapping[str, Any], payload: Mapping[str, Any]) -> tuple[str, tuple[str, ...], str]:
    """How people call what was built, what it is known by in its repository, and its branch."""
    if name == "deployment_status":
        environment = first(build, "environment") or first(payload, "deployment.environment")
        return f"Deployment to {environment or 'an environment'}", ("deployment", environment), ""
    if name == "status":
        branches = rows(build.get("branches"))
        return first(build, "context"), ("status", first(build, "context")), first(branches[0], "name") if branches else ""
    if name == "workflow_run":
        title = first(build, "name") or first(payload, "workflow.name") or first(build, "path")
        return f"Workflow {title}", ("workflow", first(build, "path") or title), first(build, "head_branch")
    if name == "check_suite":
        app = first(build, "app.name", "app.slug")
        return f"Checks by {app or 'an app'}", ("checks", app), first(build, "head_branch")
    title = first(build, "name")
    kind = "job" if name == "workflow_job" else "check"
    return (
        f"{kind.capitalize()} {title}",
        (kind, first(build, "workflow_name"), title),
        first(build, "head_branch") or first(build, "check_suite.head_branch"),
    )


def _alert(payload: Mapping[str, Any], repository: str) -> list[Event] | Ignored:
    """Dependabot, code scanning and secret scanning."""
    alert, action = obj(payload, "alert"), first(payload, "action")
    advisory, package = obj(alert, "security_advisory"), first(alert, "dependency.package.name") or first(alert, "affected_package_name")
    number = first(alert, "number", "id")
    kind = "dependabot" if advisory or package else "secret" if "secret_type" in alert else "code"
    if not number:
        return []
    if action in ("appeared_in_branch", "assignees_changed", "validated"):
        return Ignored(f"GitHub says “{action.replace('_', ' ')}” of a security alert of {repository}, which changes nothing about it.")
    what = {
        "dependabot": f"Vulnerable dependency {package}" if package else "Vulnerable dependency",
        "secret": f"Secret found: {first(alert, 'secret_type_display_name', 'secret_type')}",
        "code": f"Code scanning: {first(obj(alert, 'rule'), 'description', 'name', 'id')}",
    }[kind]
    summary = first(advisory, "summary")
    return [
        event(
            CLOSE if action in OVER or first(alert, "state") in ("dismissed", "fixed", "resolved", "auto_dismissed") else OPEN,
            alias("github", repository, kind, number),
            f"{what}: {summary}" if summary else what,
            description=clean(text(advisory.get("description"))),
            priority=first(advisory, "severity") or first(obj(alert, "rule"), "security_severity_level", "severity") or ("high" if kind == "secret" else ""),
            services=(first(payload, "repository.name"),),
            entity=repository,
            source="GitHub",
            tags=["security", kind, first(alert, "dependency.package.ecosystem")],
            details={
                "repository": repository, "file": first(alert, "dependency.manifest_path"), "cve": first(advisory, "cve_id"), "ghsa": first(advisory, "ghsa_id"),
            },
            links=normal.link("Alert", alert.get("html_url")),
            starts_at=normal.instant(alert.get("created_at")),
            ended_at=normal.instant(alert.get("fixed_at") or alert.get("dismissed_at") or alert.get("updated_at")),
            payload=payload,
        )
    ]  # fmt: skip
