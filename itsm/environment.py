"""Reading the environment: every secret may also come from a file, as container platforms hand them over."""

import os
from pathlib import Path
from typing import Any

import environ


def secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points to. Raises OSError when that file cannot be read."""
    direct = os.environ.get(name, "")
    if direct:
        return direct
    file = os.environ.get(f"{name}_FILE", "")
    return Path(file).read_text(encoding="utf-8").strip() if file else default


def is_given_twice(name: str) -> bool:
    """True when both NAME and NAME_FILE are set."""
    return bool(os.environ.get(name) and os.environ.get(f"{name}_FILE"))


def flag(name: str, default: bool = False) -> bool:
    """True for 1, true, yes and on, whatever the case."""
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def words(name: str) -> list[str]:
    """The words of a comma-separated list, without empty ones."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def number(name: str, default: int) -> int:
    """A whole number; anything else counts as the default, which the system checks then complain about."""
    text = os.environ.get(name, "").strip()
    return int(text) if text.isdigit() else default


def is_postgresql(url: str) -> bool:
    """True for the ways to write the address of a PostgreSQL."""
    return url.partition("://")[0] in ("postgres", "postgresql")


def database(url: str) -> dict[str, Any]:
    """Django's settings for a database URL. What is no PostgreSQL leads nowhere, and the system check evenkeel.E004 says so."""
    return dict(environ.Env.db_url_config(url if is_postgresql(url) else "postgresql:///"))


def celery_broker(redis_url: str) -> str:
    """The same Redis in the words of Celery: a socket is redis+socket:///path?virtual_host=N there, and unix:///path?db=N elsewhere."""
    if not redis_url.startswith("unix://"):
        return redis_url
    path, _mark, query = redis_url.removeprefix("unix://").partition("?")
    database = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair).get("db", "0")
    return f"redis+socket://{path}?virtual_host={database}"
