"""Who is named in a text: `@first.last`, as in the e-mail address or the name, and `@[First Last]`."""

import re

HANDLE = re.compile(r"(?<![\w@./])@(?:\[(?P<name>[^\]\n@]{1,120})\]|(?P<handle>\w(?:[\w.\-]*\w)?))")
CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
MOST = 30


def handles_in(text: str) -> set[str]:
    """The handles of a text in small letters, a full name with dots between its words; code is left out. At most 30."""
    found: dict[str, None] = {}
    for match in HANDLE.finditer(CODE.sub(" ", text)):
        found[".".join((match["name"] or match["handle"]).lower().split())] = None
    return set(list(found)[:MOST])
