"""What the lock-out counts by."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest


def address_of(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """The e-mail address that was tried, in lower case, so that another spelling is no new try."""
    given = (credentials or {}).get("username") or (request.POST.get("username", "") if request is not None else "")
    return str(given).strip().lower()[:254]
