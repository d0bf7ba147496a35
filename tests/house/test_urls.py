"""Every URL needs a login or stands in the committed list of public ones."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {line.strip() for line in (Path(__file__).parent / "public_urls.txt").read_text().splitlines() if line.strip()}


def patterns(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + re.sub(r"^\^|\$$|\\Z$", "", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from patterns(entry, route)
        elif isinstance(entry, URLPattern):
            yield route


def example(route: str) -> str:
    """A concrete path of a route: numbers for numbers, a key for a key."""
    path = re.sub(r"<int:[a-z_]+>", "1", route)
    path = re.sub(r"<path:[a-z_]+>", "x", path)
    path = re.sub(r"\(\?P<key>[^)]*\)", "INC-1", path)
    path = re.sub(r"\(\?P<format>[^)]*\)", "json", path)
    path = re.sub(r"\(\?P<[a-z_]+>[^)]*\)", "1", path)
    path = re.sub(r"<(str:|slug:)?key>", "INC-1", path)
    path = re.sub(r"<[^>]+>", "x", path)
    return path.replace("\\.", ".").replace("\\", "").replace("/?", "/").replace("//", "/").rstrip("$")


ROUTES = sorted({example(route) for route in patterns(get_resolver()) if not route.startswith("/static/")})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ROUTES)
def test_a_stranger_is_sent_to_the_login(house: None, path: str) -> None:
    response = Client().get(path)
    response.close()  # a file that nobody reads
    if path in PUBLIC:
        assert response.status_code in (200, 302, 404, 503), path
        return
    is_sent_away = response.status_code in (301, 302) and "login" in response["Location"] or path == "/"
    assert is_sent_away or response.status_code in (401, 403, 405), f"{path} answers {response.status_code} to a stranger"
