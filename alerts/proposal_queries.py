"""Reads of incidents that correlation rules propose (ALR-16)."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404

from accounts.models import User
from alerts.models import Alert, Correlation

SHOWN = 5
KEPT = (Correlation.PROPOSED, Correlation.DISMISSED, Correlation.FORMED)


def proposals_for(user: User) -> QuerySet[Correlation]:
    """What was proposed, for whoever sees alerts; `size`: how many alerts are in it, `open`: how many of them are not closed."""
    rows = Correlation.objects.filter(state__in=KEPT) if user.has_right("alert.view") else Correlation.objects.none()
    own = Alert.objects.filter(correlation=OuterRef("pk"), first_occurred_at__gte=OuterRef("first_at")).order_by().values("correlation")
    counted = {"size": Count("pk"), "open": Count("pk", filter=~Q(status=Alert.CLOSED))}
    return rows.select_related("rule", "group__incident", "decided_by").annotate(
        **{name: Coalesce(Subquery(own.annotate(n=count).values("n")), 0) for name, count in counted.items()}
    )


def waiting(user: User) -> list[Correlation]:
    """The proposals that wait for somebody, the newest first, at most five; those whose alerts are all closed are over."""
    alive = Alert.objects.filter(correlation=OuterRef("pk"), first_occurred_at__gte=OuterRef("first_at")).exclude(status=Alert.CLOSED)
    return list(proposals_for(user).filter(Exists(alive), state=Correlation.PROPOSED).order_by("-id")[:SHOWN])


def proposal_for(user: User, pk: int) -> Correlation:
    """One. Raises Http404 when this person may not see it."""
    found = proposals_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def of_alert(user: User, alert: Alert) -> Correlation | None:
    """What an alert is proposed with, or was until somebody dismissed it."""
    if alert.correlation_id is None:
        return None
    rows = proposals_for(user).filter(pk=alert.correlation_id, first_at__lte=alert.first_occurred_at)
    return rows.exclude(state=Correlation.FORMED).first()
