"""What a person finds right for each real sample, written by reading it. The samples themselves are no part of the project.

File → the adapter, then either why it is no alert (words of the reason) or one line for each event: kind, priority, message, alias. A priority of None does not
matter, which is so for the end of a problem. An alias of ANY is the tool's secret, and a hash here.
"""

from dataclasses import dataclass

OPEN, CLOSE, ACKNOWLEDGE = "open", "close", "acknowledge"
ANY = ""


@dataclass(frozen=True)
class Says:
    kind: str
    priority: int | None
    message: str
    alias: str = ANY


@dataclass(frozen=True)
class Sample:
    adapter: str
    says: tuple[Says, ...] = ()
    ignored: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def one(adapter: str, kind: str, priority: int | None, message: str, alias: str = ANY, **headers: str) -> Sample:
    return Sample(adapter, (Says(kind, priority, message, alias),), headers=_headers(headers))


def ignored(adapter: str, why: str, **headers: str) -> Sample:
    return Sample(adapter, ignored=why, headers=_headers(headers))


def _headers(given: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name.replace("_", "-"), value) for name, value in given.items())


NODE = "f69dc3cb4c73002c9ab55f4f8fa67081dfcb1723fa475ff3e9160ef15e0cb217"
API = "b9b5c24eb5619a7a88f1399476a27fa3c9ca2bac16f5af44d24dce0abb2bbf8f"
SLOW = "c28c3dc1ea63e1bbe5561802deedd4f098fbbfe657f0af60e1a6e9f5c5431add"
DISK = "218aaab0e08fb54749b592649cdc0646e3df84847960d0bcfaf09c54bea36fb2"
AZURE = "/subscriptions/<subscription ID>/providers/Microsoft.AlertsManagement/alerts/b9569717-bc32-442f-add5-83a997729330"
STORAGE = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/Contoso/providers/microsoft.insights/metricAlerts/StorageCheck"
DIAG = "/subscriptions/1e3ff1c0-771a-4119-a03b-be82a51e232d/resourceGroups/Contoso/providers/Microsoft.Storage/storageAccounts/diag500"
FIRST = "Instance localhost:8081 down"
SECOND = "Instance localhost:8082 down"
CPU = "netdata/web01/system.cpu/10min_cpu_usage"
VAR = "netdata/web01/disk_space._var/disk_space_usage"

EXPECTED: dict[str, Sample] = {
    # Each alert of the group by its own; its fingerprint is the alias, and recovery carries the same.
    "alertmanager/captured_02_instancedown_firing_3.json": Sample(
        "alertmanager",
        (
            Says(OPEN, 1, "Instance 127.0.0.1:28111 down", "c2ecbd15837f5e89"),
            Says(OPEN, 1, "Instance 127.0.0.1:28112 down", "4588a9e445774a04"),
            Says(OPEN, 1, "Instance 127.0.0.1:28113 down", "bf99a4e74682b747"),
        ),
    ),
    "alertmanager/captured_05_instancedown_firing_1.json": one("alertmanager", OPEN, 1, "Instance 127.0.0.1:28121 down", "d5ae06a6a5beb7e0"),
    "alertmanager/captured_17_instancedown_resolved_1.json": one("alertmanager", CLOSE, 1, "Instance 127.0.0.1:28121 down", "d5ae06a6a5beb7e0"),
    "alertmanager/captured_23_diskfull_firing_1.json": one("alertmanager", OPEN, 1, "Disk /var 97% full on db1", "e682ad5b1cab1ff4"),
    "alertmanager/goalert_minimal.json": one("alertmanager", OPEN, 3, "My alert summary"),
    "alertmanager/oncall_example.json": Sample("alertmanager", (Says(OPEN, 1, FIRST, "f404ecabc8dd5cd7"), Says(OPEN, 1, SECOND, "f8f08d4e32c61a9d"))),
    "alertmanager/prometheus_v3_legacy.json": one("alertmanager", OPEN, 1, "Connect fail"),
    "alertmanager/prometheus_v4.json": one("alertmanager", OPEN, 1, "No things for over 10 minutes"),
    # Sev1 is an error in Azure, and Sev3 an information.
    "azure_monitor/common_fired_sev1.json": one(
        "azure", OPEN, 2, "High CPU on web-1", "/subscriptions/sub-1/providers/Microsoft.AlertsManagement/alerts/alert-1"
    ),
    "azure_monitor/common_schema_activity_log_admin.json": one("azure", OPEN, 4, "Contoso IT Metric Alert", AZURE),
    "azure_monitor/common_schema_metric_resolved.json": one("azure", CLOSE, 4, "WCUS-R2-Gen2", AZURE),
    "azure_monitor/near_realtime_metric_alert.json": one("azure", OPEN, 3, "StorageCheck", f"azure/{STORAGE}/{DIAG}"),
    # A build that passes may end an earlier failure of the same build.
    "bitbucket/commit_status_updated.json": one(
        "bitbucket", CLOSE, None, "Unit Tests (Python) succeeded in team_name/repo_name", "bitbucket/team_name/repo_name/mybuildtool"
    ),
    "bitbucket/repo_push.json": ignored("bitbucket", "push in team_name/repo_name"),
    "checkmk/host_recovery.json": one("checkmk", CLOSE, None, "server1 is UP", "checkmk/cmk/server1"),
    "cloudwatch_sns/notification_alarm.json": one("cloudwatch", OPEN, 3, "bucketbytesAlarm", "cloudwatch/1234567890/EU (Ireland)/bucketbytesAlarm"),
    "cloudwatch_sns/subscription_confirmation.json": ignored("cloudwatch", "asks to confirm the subscription of arn:aws:sns:eu-west-1:1234567890:alerta-test"),
    "datadog/keep_monitor_sim.json": one("datadog", OPEN, 3, "High CPU Usage", "datadog/1234567890"),
    "datadog/triggered_error.json": one("datadog", OPEN, 2, "High CPU on web-1", "datadog/123456789/agg-001"),
    "datadog/recovered.json": one("datadog", CLOSE, None, "High CPU on web-1", "datadog/123456789/agg-001"),
    # A person who presses "send test notification" wants to see it arrive; {PID} was left as it is, so that the number is ProblemID.
    "dynatrace/test_problem_open.json": one("dynatrace", OPEN, 3, "Dynatrace problem notification test run", "dynatrace/TESTID"),
    # No rule in it: what can be read.
    "elastalert/oncall_example.json": one("elastalert", OPEN, 3, "This alert was sent by user for demonstration purposes"),
    "gcp_monitoring/incident_0_5xx_errors_production.json": one(
        "gcp", OPEN, 1, "High rate of 5XX errors detected in production environment", "gcp/prod-5xx-123"
    ),
    "gcp_monitoring/incident_2_database_latency.json": one("gcp", OPEN, 3, "Database query latency above threshold", "gcp/db-345"),
    "gcp_monitoring/stackdriver_open.json": one(
        "gcp", OPEN, 3, "CPU (agent) for webserver-85 is above the threshold of 1% with a value of 28.5%", "gcp/f2e08c333dc64cb09f75eaab355393bz"
    ),
    "generic_formatted/oncall_formatted.json": one("generic", OPEN, 3, "TestAlert: The whole system is down", "08d6891a-835c-e661-39fa-96b6a9e26552"),
    # GitHub: ends of builds and security alerts count, everything else does not. The header only helps.
    "github/check_run_completed.json": one(
        "github", CLOSE, None, "Check Octocoders-linter succeeded in Codertocat/Hello-World (changes)",
        "github/Codertocat/Hello-World/check/Octocoders-linter/changes", x_github_event="check_run",
    ),
    "github/dependabot_alert.json": one(
        "github", CLOSE, 3, "Vulnerable dependency time: Segmentation fault in time", "github/github/sample-app-rs/dependabot/1"
    ),
    "github/deployment.json": ignored("github", "deployment", x_github_event="deployment"),
    "github/deployment_protection_rule_requested.json": ignored("github", "whether a deployment may begin", x_github_event="deployment_protection_rule"),
    "github/deployment_status_success.json": one(
        "github", CLOSE, None, "Deployment to production succeeded in Codertocat/Hello-World", "github/Codertocat/Hello-World/deployment/production",
        x_github_event="deployment_status",
    ),
    "github/issues_opened.json": ignored("github", "issue", x_github_event="issues"),
    "github/ping.json": ignored("github", "tests the webhook", x_github_event="ping"),
    "github/pull_request_opened.json": ignored("github", "pull request", x_github_event="pull_request"),
    "github/push.json": ignored("github", "push in Codertocat/Hello-World", x_github_event="push"),
    "github/push_new_branch.json": ignored("github", "push in Codertocat/Hello-World", x_github_event="push"),
    "github/release_published.json": ignored("github", "release", x_github_event="release"),
    "github/workflow_run_completed.json": one(
        "github", CLOSE, None, "Workflow test succeeded in octo-org/octo-repo (master)",
        "github/octo-org/octo-repo/workflow/.github/workflows/test.yml/master", x_github_event="workflow_run",
    ),
    "github/workflow_run_requested.json": ignored("github", "neither failure nor success", x_github_event="workflow_run"),
    "gitlab/deployment.json": one(
        "gitlab", CLOSE, None, "Deployment to staging succeeded in root/test-deployment-webhooks", "gitlab/root/test-deployment-webhooks/deployment/staging"
    ),
    "gitlab/pipeline.json": one("gitlab", CLOSE, None, "Pipeline succeeded in gitlab-org/gitlab-test (master)", "gitlab/gitlab-org/gitlab-test/pipeline/master"),
    "gitlab/push.json": ignored("gitlab", "a push in mike/diaspora"),
    "gitlab/release.json": ignored("gitlab", "a release in gitlab-org/release-webhook-example"),
    # A test of a contact point has the form of an alert, and who presses the button wants to see one.
    "grafana_alerting/grafana_v12_test_contact_point.json": one("grafana", OPEN, 3, "TEST", "c4edaaf9f9f839b0"),
    "grafana_alerting/oncall_example.json": Sample(
        "grafana",
        (
            Says(OPEN, 1, FIRST, "f404ecabc8dd5cd7"),
            Says(OPEN, 1, SECOND, "f8f08d4e32c61a9d"),
            Says(OPEN, 1, "Instance localhost:8083 down", "39f38c0611ee7abd"),
        ),
    ),
    "grafana_legacy/alerting.json": one("grafana", OPEN, 3, "Zeta CPU alert", "grafana/grafana.domain.tld/7"),
    "grafana_legacy/ok.json": one("grafana", CLOSE, None, "Zeta CPU alert", "grafana/grafana.domain.tld/7"),
    "grafana_legacy/goalert_minimal.json": one("grafana", OPEN, 3, "bob", "grafana/1"),
    "grafana_legacy/v6_alerting.json": one("grafana", OPEN, 3, "Testing -> Battery Voltage alert", "grafana/grafana.logreposit.com/58"),
    # 3 is high in Graylog.
    "graylog/event_aggregation.json": one("graylog", OPEN, 2, "Event - 1", "graylog/671a28a03696bb3801a7a9f1"),
    "jenkins/notification_completed.json": one("jenkins", CLOSE, None, "asgard succeeded (origin/master)", "jenkins/localhost:8080/job/asgard"),
    # A request to make an issue is not a machine that is broken, but who sends it to this door asked for an alert, as in Opsgenie.
    "jira/issue_created.json": one("jira", OPEN, 2, "TES-41 Unit test summary", "jira/some-instance-test.atlassian.net/TES-41"),
    "jira/issue_updated_resolved.json": one("jira", CLOSE, 2, "TES-41 Unit test summary 1", "jira/some-instance-test.atlassian.net/TES-41"),
    "jira/server_issue_reopened.json": one(
        "jira", OPEN, 3, "TES-4 Unit test summary 1", "jira/some-instance-test.centralus.cloudapp.azure.com:8080/TES-4"
    ),
    "jira/comment_created.json": ignored("jira", "comment created"),
    # The id names no host, so the host of the series tells two of them apart.
    "kapacitor/cpu_critical.json": one("kapacitor", OPEN, 1, "CPU usage above 95%", "kapacitor/cpu_usage_high/node-1"),
    "kapacitor/load_critical.json": one("kapacitor", OPEN, 1, "Load too high", "kapacitor/load_avg/node-3"),
    "kapacitor/oncall_example.json": one("kapacitor", OPEN, 3, "This alert was sent by user for demonstration purposes", "kapacitor/TestAlert"),
    "librenms/device_recovered.json": one("librenms", CLOSE, None, "Device 10.10.1.147 recovered from Devices up/down", "librenms/10.10.1.147/13"),
    "netbox/site_created.json": ignored("netbox", "“Test” was created"),
    # One alarm of one host, whichever of its two forms the agent sends.
    "netdata/alerta_style_warning.json": one("netdata", OPEN, 3, "disk_space_usage on web01: 91.2%", VAR),
    "netdata/opsgenie_integration_warning_null_old.json": one("netdata", OPEN, 3, "disk_space_usage on web01: 91.2%", VAR),
    "netdata/opsgenie_integration_critical.json": one("netdata", OPEN, 1, "10min_cpu_usage on web01: 96.3%", CPU),
    "netdata/opsgenie_integration_clear.json": one("netdata", CLOSE, None, "10min_cpu_usage on web01: 12.1%", CPU),
    "newrelic/issue_activated_default.json": one(
        "newrelic", OPEN, 1, "zulip_app query result is > 1.0 for 1 minutes on 'Zulip Server Low Storage'", "newrelic/c5faa7e6-7b54-402d-af79-f99601e0278c"
    ),
    "newrelic/legacy_incident.json": one("newrelic", OPEN, 5, "I am a test Violation", "newrelic/11111/0"),
    "newrelic/workflow_activated.json": one("newrelic", OPEN, 1, "High error rate on payment-service", "newrelic/issue-abc-123"),
    "newrelic/workflow_closed.json": one("newrelic", CLOSE, 1, "High error rate on payment-service", "newrelic/issue-xyz-456"),
    "opsgenie_api_requests/captured_00_create.json": one("opsgenie", OPEN, 1, "[FIRING:3] InstanceDown node (lab-eu1 prod a critical)", NODE),
    "opsgenie_api_requests/captured_10_create.json": one(
        "opsgenie", OPEN, 3, "[FIRING:1] ScrapeSlow prometheus (lab-eu1 127.0.0.1:29090 a warning observability)", SLOW
    ),
    "opsgenie_api_requests/captured_25_create.json": one("opsgenie", OPEN, 3, "[FIRING:1] DiskFull node (db1:9100 /var page)", DISK),
    # The address says which alert is meant; without it they are no alerts of their own.
    "opsgenie_api_requests/captured_04_description.json": ignored("opsgenie", "change of an alert that exists"),
    "opsgenie_api_requests/captured_13_description.json": ignored("opsgenie", "change of an alert that exists"),
    "opsgenie_api_requests/captured_14_description.json": ignored("opsgenie", "change of an alert that exists"),
    "opsgenie_api_requests/captured_15_close.json": ignored("opsgenie", "change of an alert that exists"),
    "opsgenie_api_requests/captured_22_description.json": ignored("opsgenie", "change of an alert that exists"),
    "pagerduty_events_requests/captured_01_trigger.json": one("pagerduty", OPEN, 1, "[FIRING:3] InstanceDown node (lab-eu1 prod a critical)", NODE),
    "pagerduty_events_requests/captured_06_trigger.json": one("pagerduty", OPEN, 1, "[FIRING:1] InstanceDown api (lab-eu1 127.0.0.1:28121 a critical)", API),
    "pagerduty_events_requests/captured_16_resolve.json": one("pagerduty", CLOSE, None, "[RESOLVED] InstanceDown api (lab-eu1 127.0.0.1:28121 a critical)", API),
    "pagerduty_events_requests/captured_18_trigger.json": one("pagerduty", OPEN, 1, "[FIRING:1] InstanceDown node (lab-eu1 prod a critical)", NODE),
    "pagerduty_events_requests/captured_24_trigger.json": one("pagerduty", OPEN, 1, "[FIRING:1] DiskFull node (db1:9100 /var page)", DISK),
    "pagerduty_events_requests/openapi_build_change_event.json": ignored("pagerduty", "a change that PagerDuty keeps for context"),
    "pagerduty_events_requests/openapi_event.json": one("pagerduty", OPEN, 1, "DISK at 99% on machine prod-datapipe03.example.com", "srv01/mysql"),
    "pagerduty_webhook/rest_incident_object.json": one("pagerduty", OPEN, 3, "Fifth Alert", "pagerduty/Q11LATZGWTP02U"),
    "pagerduty_webhook/v2_incident_ack.json": Sample(
        "pagerduty", (Says(ACKNOWLEDGE, None, "45645", "pagerduty/PIJ90N7"), Says(CLOSE, None, "45645", "pagerduty/PIJ90N7"))
    ),
    "pingdom/http_down.json": one("pingdom", OPEN, 2, "Alerta API on OpenShift is down: HTTP Error 503", "pingdom/803318"),
    "sensu_go/event_ok.json": one("sensu", CLOSE, None, "check_cpu on sensu-centos is passing", "sensu/default/sensu-centos/check_cpu"),
    "sentry/keep_browser_timeout.json": one("sentry", OPEN, 2, "Failed to fetch user profile", "sentry/4616132097"),
    "sentry/keep_database_timeout.json": one("sentry", OPEN, 2, "Failed to load product catalog", "sentry/4616132099"),
    "sentry/keep_server_overload.json": one("sentry", OPEN, 2, "Order submission failed", "sentry/4616132098"),
    "sentry/legacy_plugin_v8.json": one("sentry", OPEN, 2, "This is an example Python exception", "sentry/541485531"),
    "sentry/legacy_plugin_v9.json": one("sentry", OPEN, 2, "This is an example Python exception", "sentry/5"),
    "sentry/metric_or_issue_triggered.json": one("sentry", OPEN, 2, "ZeroDivisionError: division by zero", "sentry/42"),
    "splunk/search_one_result.json": one("splunk", OPEN, 3, "sudo", "splunk/search/sudo"),
    "statuscake/up_form.json": one("statuscake", CLOSE, None, "My Website is up", "statuscake/My Website/https://www.example.com"),
    "statuspage_webhook/incident_created.json": one("statuspage", OPEN, 4, "Database query delays", "statuspage/z3lct0r596n4"),
    "uptime_kuma/up_http.json": one("uptime-kuma", CLOSE, None, "My Site is up", "uptime-kuma/1/My Site"),
    "uptime_kuma/v1_11_ping_down.json": one("uptime-kuma", OPEN, 1, "Testing is down", "uptime-kuma/10/Testing"),
    "uptime_kuma/v1_23_group_down_heartbeat.json": one("uptime-kuma", OPEN, 1, "Group is down: Child inaccessible", "uptime-kuma/10/Group"),
    "uptimerobot/monitor_down.json": one("uptimerobot", OPEN, 1, "Web Server is down: Host Is Unreachable", "uptimerobot/Web Server/server1.example.com"),
    # The trigger, as a recovery carries another number of the event.
    "zabbix/media_problem.json": one(
        "zabbix", OPEN, 3, "Zabbix agent on www.example.com is unreachable for 5 minutes", "zabbix/www.example.com/14032"
    ),
    "zabbix/oncall_script_problem.json": one("zabbix", OPEN, 3, "TestAlert: The whole system is down", "08d6891a-835c-e661-39fa-96b6a9e26552"),
}  # fmt: skip

# Calls of Opsgenie's API that say in their address which alert they change; a body like theirs alone is one to create, so only the address can read them right.
BY_ADDRESS = {
    "opsgenie_api_requests/captured_03_message.json": (NODE, "message"),
    "opsgenie_api_requests/captured_11_message.json": (API, "message"),
    "opsgenie_api_requests/captured_12_message.json": (SLOW, "message"),
    "opsgenie_api_requests/captured_21_message.json": (NODE, "message"),
    "opsgenie_api_requests/captured_26_message.json": (DISK, "message"),
}
