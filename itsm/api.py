"""The router of the REST API, `/api/v1/`."""

from rest_framework.routers import DefaultRouter

from accounts.api import OrganisationViewSet, PersonViewSet, TeamViewSet, TokenViewSet
from alerts.alert_rule_api import AlertRuleViewSet, MaintenanceViewSet
from alerts.api import AlertViewSet, IntegrationViewSet
from alerts.group_api import AlertGroupViewSet
from alerts.noise_api import NoiseViewSet
from alerts.proposal_api import ProposalViewSet
from incidents.api import IncidentViewSet
from notifications.api.notices import NoticeViewSet
from notifications.api.reach import ContactMethodViewSet, PersonalRuleViewSet
from oncall.api.policies import PolicyViewSet, RoutingViewSet
from oncall.api.schedules import ScheduleViewSet
from services.api import ServiceViewSet, TierViewSet
from tickets.api.everything import AllTicketsViewSet
from tickets.api.tickets import CategoryViewSet

router = DefaultRouter()
router.include_format_suffixes = False
router.register("tickets", AllTicketsViewSet, basename="ticket")
router.register("incidents", IncidentViewSet, basename="incident")
router.register("alerts", AlertViewSet, basename="alert")
router.register("alert-groups", AlertGroupViewSet, basename="alert-group")
router.register("alert-proposals", ProposalViewSet, basename="alert-proposal")
router.register("integrations", IntegrationViewSet, basename="integration")
router.register("alert-rules", AlertRuleViewSet, basename="alert-rule")
router.register("maintenance", MaintenanceViewSet, basename="maintenance")
router.register("noise", NoiseViewSet, basename="noise")
router.register("categories", CategoryViewSet, basename="category")
router.register("services", ServiceViewSet, basename="service")
router.register("schedules", ScheduleViewSet, basename="schedule")
router.register("escalation-policies", PolicyViewSet, basename="escalation-policy")
router.register("routing-rules", RoutingViewSet, basename="routing-rule")
router.register("tiers", TierViewSet, basename="tier")
router.register("teams", TeamViewSet, basename="team")
router.register("organisations", OrganisationViewSet, basename="organisation")
router.register("people", PersonViewSet, basename="person")
router.register("notifications", NoticeViewSet, basename="notification")
router.register("contact-methods", ContactMethodViewSet, basename="contact-method")
router.register("personal-rules", PersonalRuleViewSet, basename="personal-rule")
router.register("tokens", TokenViewSet, basename="token")
