"""How static files are kept: hashed names and gzip."""

import re
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

CHUNK = re.compile(r"/chunks/[^/]+-[A-Z0-9]{8}\.js$|/fonts/[^/]+-[A-Z0-9]{8}\.woff2?$")
HASHED = re.compile(r"\.[0-9a-f]{12}\.[^/]+$")


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Gzip only: brotli at its highest level costs 60 seconds of processor time at every start, for a few kilobytes."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(**{**options, "use_brotli": False})


def is_immutable(path: str, url: str) -> bool:
    """True for files whose name changes with their content; a browser may keep them for ever."""
    return bool(HASHED.search(url) or CHUNK.search(url))
