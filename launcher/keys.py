"""Keys and first passwords: made once, kept in files that only the owner can read."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from launcher.places import State

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def files(state: State) -> dict[str, str]:
    """The environment that names the files, except for what the environment already gives."""
    kept = {
        "EVENKEEL_SECRET_KEY": _kept(state, "secret_key", lambda: secrets.token_urlsafe(48)),
        "EVENKEEL_ENCRYPTION_KEY": _kept(state, "encryption_key", lambda: base64.urlsafe_b64encode(os.urandom(32)).decode()),
        "EVENKEEL_FIRST_PASSWORD": _kept(state, "first_password", password),
    }
    return {f"{name}_FILE": str(path) for name, path in kept.items() if not (os.environ.get(name) or os.environ.get(f"{name}_FILE"))}


def password() -> str:
    """Sixteen letters in four groups: easy to type, hard to guess (79 bits)."""
    return "-".join("".join(secrets.choice(ALPHABET) for _letter in range(4)) for _group in range(4))


def _kept(state: State, name: str, make: Callable[[], str]) -> Path:
    state.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = state.secrets / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    return path
