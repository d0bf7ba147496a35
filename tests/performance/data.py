"""Filling a throw-away database to a size, by SQL: a bench measures reading, not the seed."""

from django.db import connection

FILL = """
WITH made AS (
  INSERT INTO tickets_ticket (kind, number, key, summary, description, status_id, status_category, pending_reason, priority, impact, is_impact_given, urgency,
    service_id, category_id, team_id, owner_team_id, assignee_id, reporter_id, channel, labels, is_restricted, custom, reported_at, created_at, updated_at,
    resolved_at, sla_due_at, version, comment_count, attachment_count, resolution_id, is_priority_manual, priority_reason,
    support_level, reassignment_count, reopen_count, escalation_count)
  SELECT 'incident', n, 'INC-' || n, 'Bench incident ' || n || ' on ' || s.name, 'It began around noon. Colleagues see the same.',
    CASE WHEN n %% 20 = 0 THEN o.id ELSE d.id END, CASE WHEN n %% 20 = 0 THEN o.category ELSE 'done' END, '', 1 + n %% 5, 1 + n %% 4, false, 1 + n %% 4,
    s.id, c.id, s.owner_team_id, s.owner_team_id, CASE WHEN n %% 3 = 0 THEN NULL ELSE a.id END, r.id, 'portal', '{}', n %% 500 = 0, '{}',
    now() - (%(newest)s - n) * interval '1 minute', now() - (%(newest)s - n) * interval '1 minute', now() - (%(newest)s - n) * interval '30 seconds',
    CASE WHEN n %% 20 = 0 THEN NULL ELSE now() END, CASE WHEN n %% 20 = 0 THEN now() + (n %% 3000) * interval '1 minute' END, 1, 4, 0, NULL, false, '', 1, 0, 0, 0
  FROM generate_series(%(first)s::int, %(last)s::int) n
  JOIN LATERAL (SELECT id, name, owner_team_id FROM services_service ORDER BY id OFFSET n %% %(services)s LIMIT 1) s ON true
  JOIN LATERAL (SELECT id FROM tickets_category WHERE parent_id IS NOT NULL ORDER BY id OFFSET n %% 20 LIMIT 1) c ON true
  JOIN LATERAL (SELECT id FROM accounts_user ORDER BY id OFFSET n %% %(people)s LIMIT 1) a ON true
  JOIN LATERAL (SELECT id FROM accounts_user ORDER BY id OFFSET (n * 7) %% %(people)s LIMIT 1) r ON true
  JOIN workflows_status o ON o.key = 'in-progress' JOIN workflows_status d ON d.key = 'closed'
  RETURNING id, is_open, created_at, sla_due_at
), child AS (INSERT INTO incidents_incident (ticket_id) SELECT id FROM made),
clocks AS (
  INSERT INTO tickets_slaclock (ticket_id, metric, cycle, calendar_id, target_seconds, state, started_at, pauses,
    due_at, stopped_at, used_seconds, next_threshold_at, thresholds)
  SELECT made.id, m.name, 1, (SELECT min(id) FROM sla_calendar), 14400, CASE WHEN is_open THEN 'running' ELSE 'stopped' END, created_at, '[]', sla_due_at,
    CASE WHEN is_open THEN NULL ELSE now() END, CASE WHEN is_open THEN NULL ELSE 600 END,
    sla_due_at, CASE WHEN is_open THEN jsonb_build_array(jsonb_build_array(100, sla_due_at)) ELSE '[]' END
  FROM made, (VALUES ('first_response'), ('resolution')) m(name)
), comments AS (
  INSERT INTO tickets_comment (ticket_id, author_id, body, is_internal, created_at)
  SELECT made.id, (SELECT min(id) FROM accounts_user), 'Connection pool is at 98 %%. Same picture as **three weeks** ago.', k %% 2 = 0, created_at
  FROM made, generate_series(1, %(notes)s) k RETURNING id, ticket_id, is_internal, created_at
)
INSERT INTO journal_entry (event, subject_type, subject_id, actor_id, at, data)
SELECT 'comment.added', 'ticket', ticket_id, (SELECT min(id) FROM accounts_user), created_at, jsonb_build_object('comment', id, 'is_internal', is_internal) FROM comments
"""


def fill_tickets(first: int, last: int, notes: int = 4) -> None:
    """Adds incidents with these numbers, each with two clocks and some comments; every twentieth is open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM services_service), (SELECT count(*) FROM accounts_user)")
        services, people = cursor.fetchone()
        for start in range(first, last + 1, 20_000):
            cursor.execute(
                FILL, {"first": start, "last": min(last, start + 19_999), "services": services, "people": people, "notes": notes, "newest": last}
            )
        cursor.execute("SELECT setval('incidents_number', %s)", [last + 1])
        cursor.execute("VACUUM ANALYZE")
