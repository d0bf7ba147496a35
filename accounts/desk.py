"""The desk's door: its screens are for people with the right desk.access."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.models import User

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def required(view: View[Arguments]) -> View[Arguments]:
    """Decorator: a stranger is sent to the login, everybody else without the right gets 404. Nothing of the desk is cached."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if not user_of(request).has_right("desk.access"):
            raise Http404
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))


def user_of(request: HttpRequest) -> User:
    """The person behind the request. Raises Http404 for a stranger, whom login_required has sent away before."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user
