"""A group's listings as the group sees them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from finder.domain.schedule_words import describe_date
from finder.review.case import Step
from finder.review.manage import Managed, ManagedListing
from finder.web.presenters.answers import Line, rule_words
from finder.web.presenters.moderate_history import ACTS
from finder.web.presenters.moderate_words import when


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnListing:
    """One listing: its name, when and where, how fresh it is."""

    id: int
    slug: str
    name: str
    rule: str
    where: str
    fresh: str
    waiting: str
    published: bool


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """One group and its listings."""

    id: int
    name: str
    listings: Sequence[OwnListing]


def manage_page(found: Managed, *, now: dt.datetime) -> list[OwnGroup]:
    """The groups in words."""
    return [OwnGroup(group.id, group.name, [_listing(each, now) for each in group.listings]) for group in found.groups]


def _listing(each: ManagedListing, now: dt.datetime) -> OwnListing:
    fields, held = each.listing.fields, each.listing
    where = ", ".join(part for part in (fields["place_name"], fields["formatted_address"]) if part)
    fresh = f"Confirmed {when(each.confirmed_at, now)}" if each.confirmed_at else "Never confirmed"
    count = each.waiting
    return OwnListing(
        id=held.id,
        slug=held.slug,
        name=held.name,
        rule=rule_words(fields),
        where=where or ("Online" if fields["attendance"] == "online" else ""),
        fresh=fresh if each.published else "Not in the finder any more",
        waiting="" if not count else "One request waits" if count == 1 else f"{count} requests wait",
        published=each.published,
    )


def history_lines(steps: Sequence[Step]) -> list[Line]:
    """What was done to a listing, and when (UTC). Who did it and why are words among moderators."""
    return [Line(describe_date(step.at.date()), ACTS.get(step.act, step.act)) for step in steps]
