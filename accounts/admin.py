from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import actions, rights
from accounts.models import ApiToken, Membership, Organisation, Role, RoleRight, Team, User
from journal.admin import ReadOnlyAdmin, RegisterAdmin

admin.site.unregister(Group)
admin.site.site_header = "Evenkeel"
admin.site.site_title = "Evenkeel"
admin.site.index_title = gettext_lazy("Settings")


class MembershipInline(admin.TabularInline):
    """Members of a team."""

    model = Membership
    autocomplete_fields: ClassVar[list[str]] = ["user"]

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new team begins with rows for its first people."""
        return 0 if obj is not None else 3

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """The roles as ticks: a list to hold Ctrl in hides what is chosen."""
        return super().formfield_for_manytomany(db_field, request, widget=forms.CheckboxSelectMultiple, **options)


@admin.register(Team)
class TeamAdmin(RegisterAdmin):
    """Teams and their members."""

    list_display = ("name", "slug", "description")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ["name"]}
    inlines = (MembershipInline,)


class RoleRightForm(forms.ModelForm):
    """A right, chosen from the product's table."""

    right = forms.ChoiceField(choices=[(code, f"{code}: {meaning}") for code, meaning in rights.RIGHTS.items()])

    class Meta:
        model = RoleRight
        fields: ClassVar[list[str]] = ["right"]


class RoleRightInline(admin.TabularInline):
    """The rights of a role."""

    model = RoleRight
    form = RoleRightForm
    extra = 0


@admin.register(Role)
class RoleAdmin(RegisterAdmin):
    """Roles and what they may do."""

    list_display = ("name", "slug", "description")
    inlines = (RoleRightInline,)
    actions = ("copy",)

    @admin.action(description=gettext_lazy("Copy the selected roles"))
    def copy(self, request: HttpRequest, queryset: QuerySet[Role]) -> None:
        """A new role with the same rights, to be changed from there."""
        actor: Any = request.user
        for role in queryset:
            actions.copy_role(role, actor=actor)
        messages.success(request, _("Copied. Give the copy a name and change its rights."))


@admin.register(Organisation)
class OrganisationAdmin(RegisterAdmin):
    """Where requesters belong, and whether colleagues see each other's requests."""

    list_display = ("name", "shares_requests")
    list_filter = ("shares_requests",)
    search_fields = ("name",)


@admin.register(User)
class UserAdmin(RegisterAdmin, DjangoUserAdmin):
    """People: their roles, team and access."""

    list_display = ("name", "email", "organisation", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "roles", "organisation")
    search_fields = ("name", "email")
    ordering = ("name",)
    filter_horizontal = ("roles",)
    readonly_fields = ("last_login", "created_at", "effective")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (gettext_lazy("Person"), {"fields": ("name", "organisation", "is_vip", "away_until", "time_zone", "avatar_hue", "theme", "has_shortcuts")}),
        (gettext_lazy("Access"), {"fields": ("is_active", "roles", "effective", "is_staff", "is_superuser", "last_login", "created_at")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2", "roles")}),)

    @admin.display(description=gettext_lazy("effective rights"))
    def effective(self, user: User) -> str:
        """The way to the page that says what the person may do, and why."""
        return format_html('<a href="{}">{}</a>', reverse("tickets:rights", args=[user.pk]), _("What this person may do, and why"))


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """API tokens of everybody, to see their use and to revoke them."""

    list_display = ("name", "user", "prefix", "scope", "networks", "expires_at", "last_used_at", "former_until", "revoked_at")
    list_select_related = ("user",)
    exclude: ClassVar[list[str]] = ["digest", "former_digest"]
    actions = ("revoke",)

    @admin.action(description=gettext_lazy("Revoke the selected tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Ends the tokens at once."""
        actor: Any = request.user
        for token in queryset:
            actions.revoke_token(token, actor=actor)
        messages.success(request, _("The tokens are revoked."))
