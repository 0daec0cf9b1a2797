"""The health of listings in words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from finder.review.health import PER_PAGE, BodyHealth, Ill, IllListing
from finder.review.twins import Pair
from finder.web.presenters.labels import counted
from finder.web.presenters.trust import Trust, trust

#: What each list is called, and what it means; in the order in which they are shown.
WORDS: dict[Ill, tuple[str, str]] = {
    Ill.LOOK: (
        "Look at these first",
        "Nobody has confirmed them for a year, or somebody reported a problem.",
    ),
    Ill.REPORTED: ("A problem was reported", "Somebody says that something is wrong, and nobody has decided yet."),
    Ill.STALE: (
        "Not confirmed for half a year",
        "The finder says “please check first”. Groups with a contact are asked by mail by themselves.",
    ),
    Ill.NEVER: ("Never confirmed", "No group has ever said that they are right."),
    Ill.DEAD_LINK: ("Dead link", "Their website, or that of their group, led nowhere on three days."),
    Ill.NO_POINT: ("No point on the map", "Searches near a place miss them."),
    Ill.APPROXIMATE: ("Approximate point", "The town is right, the building is a guess."),
    Ill.NO_ZONE: ("No time zone", "The zone is missing, or is UTC for a meeting in a building."),
    Ill.MEETING_GUIDE: (
        "Hidden from Meeting Guide apps",
        "They need a time, an address, and for what is online an open link or phone.",
    ),
    Ill.BMLT: ("Hidden from BMLT programs", "They need a weekday and a time, and a point for what is in a building."),
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many, of what, and where they are listed."""

    words: str
    number: str
    href: str
    hint: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class BodyLine:
    """A service body on the overview."""

    name: str
    href: str
    listings: str
    counts: list[Count]


def overview_page(bodies: Sequence[BodyHealth]) -> list[BodyLine]:
    """The bodies, those with most to look at first."""
    ordered = sorted(bodies, key=lambda body: -body.ills[Ill.LOOK])
    return [BodyLine(each.name, _href(each.slug), counted(each.listings, "listing"), _counts(each)) for each in ordered]


def _href(slug: str) -> str:
    return f"/moderate/health/{slug}"


def _counts(body: BodyHealth, *, all_of_them: bool = False) -> list[Count]:
    return [
        Count(words, f"{body.ills[ill]:,}", f"{_href(body.slug)}/{ill}", hint, urgent=ill is Ill.LOOK)
        for ill, (words, hint) in WORDS.items()
        if body.ills[ill] or all_of_them
    ]


@dataclass(frozen=True, slots=True)
class TwinLine:
    """Two listings that may be one; ``bodies`` are the names of theirs."""

    one: str
    other: str
    why: str
    href: str
    bodies: str


@dataclass(frozen=True, slots=True)
class BodyPage:
    """One service body."""

    name: str
    listings: str
    counts: list[Count]
    twins: list[TwinLine]


def body_page(slug: str, name: str, found: Sequence[BodyHealth], twins: Sequence[Pair]) -> BodyPage:
    """One service body; *found* is empty when it has no listing."""
    body = next(iter(found), BodyHealth(slug=slug, name=name, listings=0, ills=dict.fromkeys(Ill, 0)))
    return BodyPage(name, counted(body.listings, "listing"), _counts(body, all_of_them=True), twin_lines(twins))


def twin_lines(twins: Sequence[Pair]) -> list[TwinLine]:
    """Each pair with the page on which the two are looked at."""
    return [
        TwinLine(
            pair.one_name,
            pair.other_name,
            pair.words,
            f"/moderate/merge?one={pair.one}&other={pair.other}",
            " and ".join(dict.fromkeys(each or "no service body" for each in (pair.one_body, pair.other_body))),
        )
        for pair in twins
    ]


@dataclass(frozen=True, slots=True)
class IllLine:
    """A listing in a list."""

    name: str
    slug: str
    place: int | None
    trust: Trust
    lacks: Sequence[str]


@dataclass(frozen=True, slots=True)
class IllPage:
    """A list; ``before`` and ``after`` are the pages beside this one, "" when there is none."""

    title: str
    hint: str
    body: str
    body_href: str
    total: str
    lines: list[IllLine]
    before: str
    after: str


def ill_page(
    slug: str, name: str, ill: Ill, rows: Sequence[IllListing], total: int, *, number: int, now: dt.datetime
) -> IllPage:
    """Page *number* of the list."""
    title, hint = WORDS[ill]
    href = f"{_href(slug)}/{ill}"
    lines = [IllLine(row.name, row.slug, row.location_id, trust(row.confirmed_at, now), row.lacks) for row in rows]
    before = f"{href}?page={number - 1}" if number > 1 else ""
    after = f"{href}?page={number + 1}" if number * PER_PAGE < total else ""
    return IllPage(title, hint, name, _href(slug), counted(total, "listing"), lines, before, after)
