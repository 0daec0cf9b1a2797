"""A group's listings in words, for the page that asks whether they are still right."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from finder.domain.asked import schedule_of
from finder.domain.schedule_words import describe
from finder.review.freshness import AskedGroup
from finder.web.presenters.labels import counted
from finder.web.presenters.times import zone_words
from finder.web.presenters.trust import Trust, trust


@dataclass(frozen=True, slots=True)
class Line:
    """One listing: where its page is, its name, when and where it meets, and when that was last confirmed."""

    id: int
    slug: str
    name: str
    when: str
    where: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """The page: whose listings, and each of them."""

    group: str
    counted: str
    lines: list[Line]


def confirm_page(group: AskedGroup, *, now: dt.datetime) -> ConfirmPage:
    """What there is to confirm, as of *now*."""
    lines = [
        Line(each.id, each.slug, each.name, _when(each.fields), where_words(each.fields), trust(each.confirmed_at, now))
        for each in group.listings
    ]
    return ConfirmPage(group.name, counted(len(lines), "listing"), lines)


def _when(fields: Mapping[str, Any]) -> str:
    return f"{describe(schedule_of(fields))} ({zone_words(fields['zone'])})"


def where_words(fields: Mapping[str, Any]) -> str:
    """Where a listing of these fields meets, whole: it is shown to those who keep it."""
    link = fields["conference_url"] or fields["conference_phone"] or "no link or phone is listed"
    if fields["attendance"] == "online":
        return f"Online: {link}"
    lines = (fields["place_name"], fields["street"] or fields["formatted_address"], fields["unit"], fields["city"])
    place = ", ".join(dict.fromkeys(line for line in lines if line)) or "Address not given"
    return f"{place}. And online: {link}" if fields["attendance"] == "hybrid" else place


def thanks(count: int) -> str:
    """The sentence after the press."""
    if not count:
        return "Nothing was confirmed."
    return "Your listing is confirmed." if count == 1 else f"Your {count} listings are confirmed."
