"""Drafts as JSON: their digest, what the audit keeps of them, and the columns of a meeting."""

import datetime as dt
import hashlib
from dataclasses import fields, replace
from typing import Any

import orjson

from finder.directory.register import RegisterRow
from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft, public_words
from finder.domain.schedule import Override, Schedule
from finder.domain.text import PATH_MARK
from finder.domain.vocabulary import (
    AddressVisibility,
    Attendance,
    JoinPolicy,
    OverrideKind,
    Precision,
    RecurrenceKind,
)
from finder.store.meeting import Meeting
from finder.store.meeting import Override as OverrideRow
from finder.store.people import Group

_NO_NAME = b'"own":"",'


def _plain(value: object) -> object:
    if isinstance(value, dt.timedelta):
        return int(value.total_seconds())
    raise TypeError(f"{type(value).__name__} has no place in a draft.")


def digest_of(draft: ListingDraft) -> str:
    """SHA-256 of everything a draft says; equal drafts have equal digests."""
    said = orjson.dumps(draft, default=_plain, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said.replace(_NO_NAME, b"")).hexdigest()  # as it was before groups could have one


def audited(draft: ListingDraft) -> dict[str, Any]:
    """A draft as JSON for the audit chain, without the private contacts."""
    if draft.group and draft.group.contacts:
        draft = replace(draft, group=replace(draft.group, contacts=()))
    content: dict[str, Any] = orjson.loads(orjson.dumps(draft, default=_plain))
    if draft.group and not draft.group.own:
        del content["group"]["own"]
    return content


def draft_of(row: RegisterRow) -> ListingDraft:
    """A listing as the register holds it, as a draft; publishing it again would change nothing.

    Private contacts are left out: they belong to the group and stay with it. Of the dated exceptions only the
    listing's own are told, not those of its building or service body.
    """
    meeting, group, place = row.meeting, row.group, row.location
    return ListingDraft(
        name=meeting.name,
        program=row.program,
        attendance=meeting.attendance,
        schedule=_schedule(meeting),
        slug=meeting.slug,
        source_key=meeting.source_key or "",
        temporarily_closed=meeting.temporarily_closed,
        formats=tuple(meeting.formats.split()),
        unmapped_types=tuple(meeting.unmapped_types or ()),
        group=group_draft(group) if group else None,
        location=LocationDraft(**{name: getattr(place, name) for name in _PLACE}) if place else None,
        region=tuple(region.name for region in row.regions),
        service_body=f" {PATH_MARK} ".join(body.name for body in row.bodies),
        overrides=tuple(_override(override) for override in row.overrides if override.meeting_id == meeting.id),
        **{name: getattr(meeting, name) for name in _SAME},
        extra=dict(meeting.extra or {}),
    )


def group_draft(row: Group) -> GroupDraft:
    """A group as the register holds it, without its private contacts."""
    return GroupDraft(**public_words(row), own=row.own)


_PLACE = tuple(field.name for field in fields(LocationDraft))
_SAME = (
    "conference_url",
    "conference_url_notes",
    "conference_phone",
    "conference_phone_notes",
    "join_policy",
    "notes",
    "website",
    "url",
    "confirmed_at",
    "updated_at",
    "world_id",
    "bmlt_id",
    "demo",
)


def _time(minute: int | None) -> dt.time | None:
    return None if minute is None else dt.time(minute // 60, minute % 60)


def _schedule(meeting: Meeting) -> Schedule:
    return Schedule(
        kind=meeting.recurrence,
        weekdays=tuple(day for day in range(7) if meeting.weekdays >> day & 1),
        start=_time(meeting.start_minute),
        duration=dt.timedelta(minutes=meeting.duration_min),
        zone=meeting.zone,
        interval=meeting.interval_weeks,
        weeks_of_month=tuple(int(week) for week in meeting.weeks_of_month.split(",") if week),
        first_date=meeting.first_date,
        last_date=meeting.last_date,
    )


def _override(row: OverrideRow) -> Override:
    return Override(
        kind=row.kind,
        first_date=row.first_date,
        last_date=row.last_date,
        start=_time(row.start_minute),
        duration=None if row.duration_min is None else dt.timedelta(minutes=row.duration_min),
        place=row.place,
        note=row.note,
    )


def from_audit(content: dict[str, Any]) -> ListingDraft:
    """The draft that `audited` made *content* of, so that an act can be taken back."""
    group, place, schedule = content["group"], content["location"], content["schedule"]
    return ListingDraft(
        **{
            **content,
            "attendance": Attendance(content["attendance"]),
            "join_policy": JoinPolicy(content["join_policy"]),
            "schedule": Schedule(
                **{
                    **schedule,
                    "kind": RecurrenceKind(schedule["kind"]),
                    "weekdays": tuple(schedule["weekdays"]),
                    "weeks_of_month": tuple(schedule["weeks_of_month"]),
                    **_read_times(schedule),
                }
            ),
            "formats": tuple(content["formats"]),
            "unmapped_types": tuple(content["unmapped_types"]),
            "region": tuple(content["region"]),
            "group": group and GroupDraft(**{**group, "contacts": ()}),
            "location": place
            and LocationDraft(
                **{
                    **place,
                    "precision": Precision(place["precision"]),
                    "address_visibility": AddressVisibility(place["address_visibility"]),
                }
            ),
            "overrides": tuple(
                Override(**{**each, "kind": OverrideKind(each["kind"]), **_read_times(each)})
                for each in content["overrides"]
            ),
            "confirmed_at": _instant(content["confirmed_at"]),
            "updated_at": _instant(content["updated_at"]),
        }
    )


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _read_times(content: dict[str, Any]) -> dict[str, Any]:
    """Start, duration (seconds) and dates of a schedule or an exception, as values."""
    duration = content["duration"]
    return {
        "start": dt.time.fromisoformat(content["start"]) if content["start"] else None,
        "duration": None if duration is None else dt.timedelta(seconds=duration),
        "first_date": dt.date.fromisoformat(content["first_date"]) if content["first_date"] else None,
        "last_date": dt.date.fromisoformat(content["last_date"]) if content["last_date"] else None,
    }


def meeting_columns(draft: ListingDraft) -> dict[str, Any]:
    """The columns of ``meeting`` that a draft fills by itself (those that refer to other rows are left out)."""
    schedule = draft.schedule
    return {
        "name": draft.name,
        "attendance": draft.attendance,
        "temporarily_closed": draft.temporarily_closed,
        "recurrence": schedule.kind,
        "weekdays": sum(1 << day for day in set(schedule.weekdays)),
        "start_minute": None if schedule.start is None else schedule.start.hour * 60 + schedule.start.minute,
        "duration_min": max(1, min(1440, int(schedule.duration.total_seconds()) // 60)),
        "zone": schedule.zone,
        "interval_weeks": schedule.interval,
        "weeks_of_month": ",".join(str(week) for week in sorted(set(schedule.weeks_of_month))),
        "first_date": schedule.first_date,
        "last_date": schedule.last_date,
        "unmapped_types": list(draft.unmapped_types),
        "conference_url": draft.conference_url,
        "conference_url_notes": draft.conference_url_notes,
        "conference_phone": draft.conference_phone,
        "conference_phone_notes": draft.conference_phone_notes,
        "join_policy": draft.join_policy,
        "notes": draft.notes,
        "website": draft.website,
        "url": draft.url,
        "confirmed_at": draft.confirmed_at,
        "updated_at": draft.updated_at,
        "source_digest": digest_of(draft),
        "world_id": draft.world_id,
        "demo": draft.demo,
        "extra": dict(draft.extra),
        "published": True,
    }
