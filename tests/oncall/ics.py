"""Calendar files as programs write them."""


def calendar(*events: str, head: str = "") -> bytes:
    """A file of events, each a text with | between its lines."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *([head] if head else [])]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.split("|"), "END:VEVENT"]
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


def timed(uid: str, begin: str, end: str, title: str = "Away", *more: str) -> str:
    """An event with times such as 20261125T080000Z."""
    return "|".join([f"UID:{uid}", f"DTSTART:{begin}", f"DTEND:{end}", f"SUMMARY:{title}", *more])
