"""How much two short texts say the same. Pure: no database, no Django.

Numbers, addresses and ids are masked first, because they tell two occurrences apart and not two kinds. The measure is the share of three-letter pieces
that two texts have in common (as PostgreSQL's pg_trgm counts it): 1.0 the same words, 0.0 nothing in common.
"""

import hashlib
import re
from functools import lru_cache

MASK = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # a UUID
    r"|(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}"  # an IPv6 or MAC address
    r"|0x[0-9a-f]+|\b(?=[0-9a-f]*[0-9])[0-9a-f]{7,}\b"  # a hash, the id of a container
    r"|[0-9]+(?:[.,:][0-9]+)*"  # numbers, IPv4 addresses, times
)
WORD = re.compile(r"\w+|#")
LONGEST = 300


@lru_cache(maxsize=8192)
def masked(text: str) -> str:
    """A text without what changes from one occurrence to the next, in small letters."""
    return " ".join(MASK.sub("#", text[:LONGEST].lower()).split())


@lru_cache(maxsize=8192)
def pieces(text: str) -> frozenset[str]:
    """The three-letter pieces of a masked text, word by word; the beginning of a word weighs more than its end."""
    found: set[str] = set()
    for word in WORD.findall(text):
        padded = f"  {word} "
        found.update(padded[place : place + 3] for place in range(len(padded) - 2))
    return frozenset(found)


def of(one: str, other: str) -> float:
    """How alike two masked texts are, 0.0 to 1.0."""
    if one == other:
        return 1.0
    return between(pieces(one), pieces(other))


def between(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the pieces of both that they have in common."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def digest(*parts: object) -> str:
    """32 hex digits for a key made of parts."""
    return hashlib.blake2b("\x1f".join(str(part) for part in parts).encode("utf-8", "replace"), digest_size=16).hexdigest()
