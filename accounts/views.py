"""Signing in, the own profile, the own API tokens."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import actions, forms, queries
from accounts.models import User
from common import clock, errors


class Login(auth.LoginView):
    """Signing in. Whoever is signed in already goes on."""

    template_name = "accounts/login.html"
    authentication_form = forms.LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    """Asking for a new password. The answer is the same, in words and time, whether the address is known or not."""
    form = forms.ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.ask_password_reset(form.cleaned_data["email"])
        return redirect("accounts:password_reset_done")
    return render(request, "accounts/password_reset_form.html", {"form": form}, status=422 if form.errors else 200)


class PasswordResetConfirm(auth.PasswordResetConfirmView):
    """Choosing the new password behind the link."""

    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:password_reset_complete")


class PasswordChange(auth.PasswordChangeView):
    """Changing the password while signed in."""

    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Password changed"))
        return super().form_valid(form)


@login_required
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """Name, time zone, theme, shortcuts, and the API tokens."""
    user = _user(request)
    form = forms.ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        actions.change_profile(user, actor=user, **form.cleaned_data)
        messages.success(request, _("Profile saved"))
        return redirect("accounts:profile")
    return _profile_page(request, form, forms.TokenForm(), status=422 if form.errors else 200)


def _profile_page(request: HttpRequest, form: forms.ProfileForm, token_form: forms.TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    context = {"form": form, "token_form": token_form, "tokens": queries.tokens_of(_user(request)), "secret": secret, "now": clock.now()}
    return render(request, "accounts/profile.html", context, status=status)


@login_required
@require_POST
@never_cache
def create_token(request: HttpRequest) -> HttpResponse:
    """Makes an API token and shows its text this once."""
    user = _user(request)
    token_form = forms.TokenForm(request.POST)
    profile_form = forms.ProfileForm(instance=user)
    if not token_form.is_valid():
        return _profile_page(request, profile_form, token_form, status=422)
    days = token_form.cleaned_data["days"]
    expires_at = clock.now() + timedelta(days=days) if days else None
    try:
        _token, secret = actions.create_token(
            actor=user, name=token_form.cleaned_data["name"], scope=token_form.cleaned_data["scope"], expires_at=expires_at,
            networks=token_form.cleaned_data["networks"],
        )  # fmt: skip
    except errors.Invalid as error:
        token_form.add_error(error.field if error.field in token_form.fields else None, error.message)
        return _profile_page(request, profile_form, token_form, status=422)
    return _profile_page(request, profile_form, forms.TokenForm(), secret=secret, status=201)


@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keeps the choice of the theme button."""
    wanted = request.POST.get("theme", "")
    if wanted in dict(User.THEMES):
        actions.choose_theme(_user(request), actor=_user(request), theme=wanted)
    return HttpResponse(status=204)


@login_required
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Ends one of the own tokens."""
    user = _user(request)
    token = queries.tokens_of(user).filter(pk=token_id).first()
    if token is None:
        raise Http404
    actions.revoke_token(token, actor=user)
    messages.success(request, _("Token %(name)s revoked") % {"name": token.name})
    return redirect("accounts:profile")


@login_required
@require_POST
@never_cache
def rotate_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Gives one of the own tokens a new text and shows it this once; the one before works for another day."""
    user = _user(request)
    token = queries.tokens_of(user).filter(pk=token_id).first()
    if token is None:
        raise Http404
    _token, secret = actions.rotate_token(token, actor=user)
    return _profile_page(request, forms.ProfileForm(instance=user), forms.TokenForm(), secret=secret, status=201)


def _user(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return user
