"""What readers of Meeting Guide feeds make of a row, written from their rules and from nothing of ours.

The rules are those of the most used reader: a row without a slug, with one that was seen before, without any address or
with a time but no zone is dropped; a list of days is more than it can count; a row is approximate when it says so, and
where it does not say when its address has fewer than four parts.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

HOSTS = (
    *("bluejeans.com", "discord.gg", "freeconference.com", "freeconferencecall.com", "goto.com", "gotomeet.me"),
    *("gotomeeting.com", "horizon.meta.com", "maps.secondlife.com", "meet.google.com", "meet.jit.si"),
    *("meetings.dialpad.com", "signal.group", "skype.com", "slurl.com", "teams.live.com", "teams.microsoft.com"),
    *("vrchat.com", "webex.com", "zoho.com", "zoom.us"),
)
ENOUGH_DIGITS = 10
FULL_PARTS = 4
KINDS = ("in_person", "hybrid", "online", "inactive")
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
PARTS = ("address", "city", "state", "postal_code", "country")


class DroppedError(Exception):
    """A row that the reader does not show."""


def is_online(row: dict[str, Any]) -> bool:
    """Whether there is a link of a known service, or a phone to dial."""
    pieces = (row.get("conference_url") or "").split("/")
    by_link = len(pieces) > 2 and pieces[2].endswith(HOSTS)
    dialled = re.sub(r"[^\d,+#]", "", row.get("conference_phone") or "")
    return by_link or len(dialled) >= ENOUGH_DIGITS


def is_approximate(row: dict[str, Any]) -> bool:
    """Whether the reader sends nobody to the address."""
    said = row.get("approximate")
    if isinstance(said, str):
        return said.lower() == "yes"
    return len(address_of(row).split(",")) < FULL_PARTS


def address_of(row: dict[str, Any]) -> str:
    """The address that is shown."""
    return row.get("formatted_address") or ", ".join(row[name] for name in PARTS if row.get(name))


def kind_of(row: dict[str, Any]) -> str:
    """How one can take part, as the reader has it."""
    in_person = "TC" not in (row.get("types") or []) and not is_approximate(row)
    if is_online(row):
        return "hybrid" if in_person else "online"
    return "in_person" if in_person else "inactive"


def read(rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Slug -> kind of every row. Raises DroppedError for one that the reader would leave out or stumble over."""
    found: dict[str, str] = {}
    for row in rows:
        slug = row.get("slug")
        if not slug or slug in found:
            raise DroppedError(f"{slug!r} is no slug of its own")
        if not address_of(row):
            raise DroppedError(f"{slug} has no address")
        if isinstance(row.get("day"), list):
            raise DroppedError(f"{slug} has a list of days")
        if "day" in row and "time" in row:
            _read_time(row)
        found[slug] = kind_of(row)
    return found


def _read_time(row: dict[str, Any]) -> None:
    if row["day"] not in range(7) or not CLOCK.fullmatch(row["time"]) or not CLOCK.fullmatch(row["end_time"]):
        raise DroppedError(f"{row['slug']} has no day and time that can be read")
    if not row.get("timezone"):
        raise DroppedError(f"{row['slug']} has no zone")


def counts(rows: Iterable[dict[str, Any]]) -> tuple[int, ...]:
    """How many rows are in person, hybrid, online, and not meeting."""
    found = Counter(read(rows).values())
    return tuple(found[kind] for kind in KINDS)
