"""What the public would see of a draft: made by the very code that puts listings on the shelf, written nowhere."""

from dataclasses import asdict
from typing import Any

from finder.directory.draft import draft_of, meeting_columns
from finder.directory.register import RegisterRow
from finder.directory.shelf import public_document
from finder.domain import schedule
from finder.domain.listing import ListingDraft, public_words
from finder.domain.text import slugify
from finder.store.meeting import Meeting, Override
from finder.store.people import Group
from finder.store.place import Location, Region


def preview_document(draft: ListingDraft, held: RegisterRow | None) -> dict[str, Any]:
    """The public document that *draft* would have, over the listing there is (*held*) or as a new one (id 0)."""
    row = RegisterRow(
        meeting=_meeting(draft, held),
        program=draft.program,
        source=held.source if held else "",
        group=_group(draft),
        location=_location(draft),
        regions=_regions(draft, held),
        bodies=held.bodies if held else (),
        overrides=_overrides(draft, held),
    )
    return public_document(row, revision=0)


def _meeting(draft: ListingDraft, held: RegisterRow | None) -> Meeting:
    return Meeting(
        **meeting_columns(draft),
        id=held.meeting.id if held else 0,
        slug=held.meeting.slug if held else "",
        bmlt_id=held.meeting.bmlt_id if held else 0,
        formats=" ".join(draft.formats),
        source_key=draft.source_key,
    )


def _group(draft: ListingDraft) -> Group | None:
    if draft.group is None:
        return None
    return Group(id=0, **public_words(draft.group))


def _location(draft: ListingDraft) -> Location | None:
    return Location(id=0, **asdict(draft.location)) if draft.location else None


def _regions(draft: ListingDraft, held: RegisterRow | None) -> tuple[Region, ...]:
    if held and tuple(region.name for region in held.regions) == draft.region:
        return held.regions
    return tuple(Region(id=0, slug=slugify(name), name=name, latitude=None, longitude=None) for name in draft.region)


def _overrides(draft: ListingDraft, held: RegisterRow | None) -> tuple[Override, ...]:
    """The exceptions there are, those of the place and the body included, and the ones that the draft adds."""
    known = draft_of(held).overrides if held else ()
    added = tuple(_override(each) for each in draft.overrides if each not in known)
    return (*held.overrides, *added) if held else added


def _override(override: schedule.Override) -> Override:
    return Override(
        kind=override.kind,
        first_date=override.first_date,
        last_date=override.last_date,
        start_minute=override.start and override.start.hour * 60 + override.start.minute,
        duration_min=override.duration and int(override.duration.total_seconds()) // 60,
        place=override.place,
        note=override.note,
    )
