"""Jenkins."""

from alerts import normal
from alerts.adapters.base import Adapter, alias, event, first, host_of, obj
from alerts.normal import CLOSE, OPEN, Event, Ignored, Sent

FAILED = {"FAILURE": "failed", "UNSTABLE": "is unstable"}


class Jenkins(Adapter):
    """The Notification plugin (https://plugins.jenkins.io/notification/). The alias is the job on its server; a build that succeeds closes it."""

    slug = "jenkins"
    label = "Jenkins"
    docs = "https://plugins.jenkins.io/notification/"
    snippet = """{url}

In Jenkins install the plugin “Notification”. In a job open Configure, Job Notifications, Add Endpoint: format JSON, protocol HTTP, event “Job Completed”,
and paste this address as URL."""
    words = {"unstable": 3, "failure": 2}

    def read(self, sent: Sent) -> list[Event] | Ignored:
        """The end of a build."""
        payload = obj(sent.payload)
        build, name = obj(payload, "build"), first(payload, "displayName", "display_name", "name")
        if not build or not (name or first(payload, "url")):
            return []
        phase, status = first(build, "phase").upper(), first(build, "status").upper()
        if phase not in ("", "COMPLETED", "FINALIZED"):
            return Ignored(f"Jenkins says that a build of {name} is {phase.lower()}; only its end counts.")
        if status != "SUCCESS" and status not in FAILED:
            return Ignored(f"A build of {name} ended as {status.lower().replace('_', ' ') or 'unknown'}, which is neither failure nor success.")
        link, number = first(build, "full_url"), first(build, "number")
        branch = first(build, "scm.branch")
        at = normal.instant(build.get("timestamp"))
        return [
            event(
                CLOSE if status == "SUCCESS" else OPEN,
                alias("jenkins", host_of(link), first(payload, "url").strip("/") or name),
                f"{name} {'succeeded' if status == 'SUCCESS' else FAILED[status]}{' (' + branch + ')' if branch else ''}",
                description=first(build, "notes", "log"),
                priority=status,
                services=(first(build, "parameters.service"), name),
                entity=name,
                source=host_of(link) or "Jenkins",
                tags=["build", branch],
                details={"build": number, "branch": branch, "commit": first(build, "scm.commit"), "repository": first(build, "scm.url")},
                links=normal.link("Build", link),
                starts_at=at,
                ended_at=at,
                payload=payload,
            )
        ]
