"""Stamps: a step is skipped while the hash of what it depends on stands in its stamp file."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

SKIPPED = {"__pycache__", "node_modules", ".venv", ".git", "var", "tests"}


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """A hash over the names and contents of files (folders with all that is in them) and over some words."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        files = sorted(_below(path)) if path.is_dir() else [path]
        for file in files:
            total.update(f"{path.name}/{file.relative_to(path)}\0".encode())
            if file.is_file():
                total.update(file.read_bytes())
    return total.hexdigest()


def _below(folder: Path) -> Iterable[Path]:
    for entry in folder.iterdir():
        if entry.name in SKIPPED or entry.suffix == ".pyc":
            continue
        if entry.is_dir():
            yield from _below(entry)
        else:
            yield entry


def is_fresh(stamp: Path, value: str) -> bool:
    """True when the stamp holds this value."""
    try:
        return stamp.read_text(encoding="utf-8").strip() == value
    except OSError:
        return False


def write(stamp: Path, value: str) -> None:
    """Puts the value into the stamp, in one step."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    half = stamp.with_name(f"{stamp.name}.new")
    half.write_text(f"{value}\n", encoding="utf-8")
    half.replace(stamp)
