"""How instants, spans and figures read on the screen (design guide, sections 8 and 9)."""

from datetime import date, datetime, timedelta

from django.utils import formats, timezone
from django.utils.translation import gettext as _

MINUTE, HOUR, DAY = 60, 3_600, 86_400
EXACT_BELOW = 5 * MINUTE
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"


def span(seconds: float) -> str:
    """How long something lasted or lasts: 45s, 9m, 3h 15m, 1d 2h."""
    whole = int(abs(seconds))
    sign = MINUS if seconds < 0 else ""
    days, hours, minutes = whole // DAY, whole % DAY // HOUR, whole % HOUR // MINUTE
    if days:
        return f"{sign}{days}d {hours}h"
    if hours:
        return f"{sign}{hours}h {minutes:02d}m"
    return f"{sign}{minutes}m" if minutes else f"{sign}{whole}s"


def countdown(seconds: float) -> str:
    """What is left: 3h 15m, 9m, 4m 20s in the last five minutes, −12m when it is past."""
    if 0 <= seconds < EXACT_BELOW:
        return f"{int(seconds) // MINUTE}m {int(seconds) % MINUTE:02d}s"
    return f"{MINUS}0m" if -MINUTE < seconds < 0 else span(seconds)


def distance(seconds: int) -> str:
    """A length of time as people type it, to the second: 15m, 4h, 2d 4h 30m. A day has 24 hours."""
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    parts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds % MINUTE, "s")]
    return " ".join(f"{amount}{unit}" for amount, unit in parts if amount) or "0m"


def exact(at: datetime) -> str:
    """The instant to the second with its zone: 24 Nov 2026, 10:55:12 CET."""
    local = timezone.localtime(at)
    return f"{formats.date_format(local, 'j M Y')}, {local:%H:%M:%S} {local.tzname()}"


def midnight(at: datetime) -> datetime:
    """When this day began, on the wall of the person's zone."""
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def moment(at: datetime, now: datetime) -> str:
    """An instant on a record or in a plan: Sat 28 Nov, 22:00 CET; with the year when it is another one."""
    local = timezone.localtime(at)
    day = formats.date_format(local, "D j M" if local.year == timezone.localtime(now).year else "D j M Y")
    return f"{day}, {local:%H:%M} {local.tzname()}"


def until(at: datetime, now: datetime) -> str:
    """When something ends, in a narrow column: 08:00 within 24 hours, else 2 Dec, with the year when it is another one."""
    local = timezone.localtime(at)
    if at - now < timedelta(days=1):
        return f"{local:%H:%M}"
    return formats.date_format(local, "j M" if local.year == timezone.localtime(now).year else "j M Y")


def day(on: date) -> str:
    """A date without a time: 28 Nov 2026."""
    return formats.date_format(on, "j M Y")


def ago(at: datetime, now: datetime) -> str:
    """An instant in a list: relative for 24 hours, then Yesterday 14:20, then 19 Nov, then with the year."""
    seconds = (now - at).total_seconds()
    if -DAY < seconds < 0:
        return _("in {span}").format(span=span(-seconds))
    if 0 <= seconds < DAY:
        return _recent(int(seconds))
    local, today = timezone.localtime(at), timezone.localtime(now)
    if local.date() == (today - timedelta(days=1)).date():
        return _("Yesterday {time}").format(time=f"{local:%H:%M}")
    return formats.date_format(local, "j M" if local.year == today.year else "j M Y")


def _recent(seconds: int) -> str:
    if seconds < 10:
        return _("just now")
    if seconds < MINUTE:
        return _("{n} s ago").format(n=seconds)
    if seconds < HOUR:
        return _("{n} min ago").format(n=seconds // MINUTE)
    return _("{n} h ago").format(n=seconds // HOUR)


def grouped(figure: float) -> str:
    """1 280 instead of 1280: thousands apart by a space that does not break."""
    return f"{figure:,}".replace(",", NO_BREAK_SPACE).replace("-", MINUS)


class Capped(int):
    """A figure up to which somebody counted, and there are more."""


def counted(figure: int) -> str:
    """A figure as people read it: exact, or 1 000+ when nobody counted further."""
    return f"{grouped(figure)}+" if isinstance(figure, Capped) else grouped(figure)


def script_words() -> dict[str, str]:
    """The words that the page's scripts show; {name} is filled in by the script."""
    return {
        "close": _("Close"), "undo": _("Undo"), "undone": _("Undone"), "try again": _("Try again"),
        "copied": _("Copied"), "not copied": _("The browser did not allow copying."),
        "readers": _("People who may read it"), "remove file": _("Remove {name}"), "file too large": _("{name} is larger than {most} MB."),
        "not allowed": _("You may not do this. Nothing was changed."),
        "not found": _("It is not there any more, or it is not yours to see."),
        "server error": _("The server could not do this. Your input is kept."),
        "offline": _("No connection to the server. Your input is kept."),
        "check fields": _("Some fields need another look."),
        "selected": _("{n} selected"),
        "live": _("Updated {time}, live"), "polling": _("Updated {time}, every 15 s"),
        "connecting": _("Updated {time}"),
        "stream down": _("Live updates stopped. The page now asks every 15 seconds."),
        "stream up": _("Live updates are back."),
        "new rows": _("{n} new in the list"), "several": _("{n} chosen"), "several suggestions": _("{n} suggestions"), "step": _("{n} of {total}"),
        "just now": _("just now"), "seconds ago": _("{n} s ago"), "minutes ago": _("{n} min ago"),
        "hours ago": _("{n} h ago"),
        "sla ok": _("on track"), "sla risk": _("at risk"), "sla breach": _("breached"),
        "sla ok title": _("On track"), "sla risk title": _("At risk"), "sla breach title": _("Breached"),
        "breached now": _("{name} breached"),
    }  # fmt: skip
