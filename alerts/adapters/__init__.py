"""The adapters: what a payload says, as normal events. A new tool is a new file and a line here."""

import logging
from collections.abc import Mapping

from alerts.adapters import (
    alertmanager,
    azure,
    bitbucket,
    checkmk,
    cloudevents,
    cloudwatch,
    datadog,
    dynatrace,
    elastalert,
    elastic,
    gcp,
    generic,
    github,
    gitlab,
    grafana,
    graylog,
    healthchecks,
    honeycomb,
    icinga,
    jenkins,
    jira,
    kapacitor,
    librenms,
    nagios,
    netbox,
    netdata,
    newrelic,
    opsgenie,
    pagerduty,
    pingdom,
    prtg,
    sensu,
    sentry,
    site24x7,
    splunk,
    statuscake,
    statuspage,
    uptime_kuma,
    uptimerobot,
    zabbix,
)  # fmt: skip
from alerts.adapters.base import Adapter
from alerts.normal import Event, Ignored, Sent

log = logging.getLogger(__name__)

GENERIC = generic.Generic()

ADAPTERS: dict[str, Adapter] = {
    adapter.slug: adapter
    for adapter in (
        alertmanager.Alertmanager(),
        cloudwatch.CloudWatch(),
        azure.Azure(),
        bitbucket.Bitbucket(),
        checkmk.Checkmk(),
        cloudevents.CloudEvents(),
        datadog.Datadog(),
        dynatrace.Dynatrace(),
        elastalert.ElastAlert(),
        elastic.Elastic(),
        github.GitHub(),
        gitlab.GitLab(),
        gcp.GoogleCloud(),
        grafana.Grafana(),
        graylog.Graylog(),
        healthchecks.Healthchecks(),
        honeycomb.Honeycomb(),
        icinga.Icinga(),
        jenkins.Jenkins(),
        jira.Jira(),
        kapacitor.Kapacitor(),
        librenms.LibreNms(),
        nagios.Nagios(),
        netbox.NetBox(),
        netdata.Netdata(),
        newrelic.NewRelic(),
        opsgenie.Opsgenie(),
        pagerduty.PagerDuty(),
        pingdom.Pingdom(),
        prtg.Prtg(),
        sensu.Sensu(),
        sentry.Sentry(),
        site24x7.Site24x7(),
        splunk.Splunk(),
        statuscake.StatusCake(),
        statuspage.Statuspage(),
        uptime_kuma.UptimeKuma(),
        uptimerobot.UptimeRobot(),
        zabbix.Zabbix(),
        GENERIC,
    )
}
CHOICES = [(slug, adapter.label) for slug, adapter in ADAPTERS.items()]


def choices() -> list[tuple[str, str]]:
    """The tools to choose from; a function, so that a new one asks for no migration."""
    return CHOICES


def read(slug: str, sent: Sent) -> list[Event] | Ignored:
    """The events of a payload, or why it is no alert. What the named adapter does not understand is read as generic JSON, so that nothing is lost."""
    adapter = ADAPTERS.get(slug, GENERIC)
    try:
        said = adapter.read(sent)
    except Exception:  # a payload of a shape that nobody foresaw must still become an alert
        log.exception("adapters: %s failed", slug)
        said = []
    if isinstance(said, Ignored) or said:
        return said
    return GENERIC.read(Sent(sent.payload))


def words_of(slug: str) -> Mapping[str, int]:
    """What the priorities of a tool mean, where they mean something of their own."""
    adapter = ADAPTERS.get(slug)
    return adapter.words if adapter else {}


def signing_of(slug: str) -> str:
    """How a tool signs what it sends; empty when it does not."""
    adapter = ADAPTERS.get(slug)
    return adapter.signing if adapter else ""
