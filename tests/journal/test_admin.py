"""What an admin saves in Django admin is in the ledger, also rows inside a form."""

from collections.abc import Callable

from django.test import Client

from accounts.models import Membership, Team, User
from journal.models import Entry

SignIn = Callable[[User], Client]


def form(team: Team, *rows: dict[str, object], before: int) -> dict[str, object]:
    """The team's form as the browser sends it."""
    body: dict[str, object] = {"name": team.name, "slug": team.slug, "description": team.description}
    body |= {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": before}
    for number, row in enumerate(rows):
        body |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return body


def events() -> list[str]:
    return list(Entry.objects.filter(subject_type="accounts.membership").order_by("id").values_list("event", flat=True))


def test_members_of_a_team_come_change_and_go_with_an_entry_each(sign_in: SignIn, admin: User, agent: User) -> None:
    team = Team.objects.create(name="Night watch", slug="night-watch")
    client, url = sign_in(admin), f"/admin/accounts/team/{team.pk}/change/"
    new = {"user": agent.pk, "team": team.pk, "id": ""}
    assert client.post(url, form(team, new, before=0)).status_code == 302
    member = Membership.objects.get(team=team)
    assert events() == ["register.added"]
    kept = {"user": agent.pk, "team": team.pk, "id": member.pk, "is_lead": "on"}
    assert client.post(url, form(team, kept, before=1)).status_code == 302
    assert events() == ["register.added", "register.changed"]
    assert client.post(url, form(team, kept | {"DELETE": "on"}, before=1)).status_code == 302
    assert events() == ["register.added", "register.changed", "register.removed"]
    assert not Membership.objects.filter(team=team).exists()
