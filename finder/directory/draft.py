"""Drafts as JSON: their digest, what the audit keeps of them, and the columns of a meeting."""

import datetime as dt
import hashlib
from dataclasses import replace
from typing import Any

import orjson

from finder.domain.listing import ListingDraft


def _plain(value: object) -> object:
    if isinstance(value, dt.timedelta):
        return int(value.total_seconds())
    raise TypeError(f"{type(value).__name__} has no place in a draft.")


def digest_of(draft: ListingDraft) -> str:
    """SHA-256 of everything a draft says; equal drafts have equal digests."""
    return hashlib.sha256(orjson.dumps(draft, default=_plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def audited(draft: ListingDraft) -> dict[str, Any]:
    """A draft as JSON for the audit chain, without the private contacts."""
    if draft.group and draft.group.contacts:
        draft = replace(draft, group=replace(draft.group, contacts=()))
    content: dict[str, Any] = orjson.loads(orjson.dumps(draft, default=_plain))
    return content


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
        "demo": draft.demo,
        "extra": dict(draft.extra),
        "published": True,
    }
