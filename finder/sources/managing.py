"""Verbs for sources themselves: what one is, whose, how far it is trusted, when it is read. Each is in the audit chain.

Who may do so is for the callers to say.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory import audit
from finder.directory.audit import Act
from finder.directory.revision import take_lock
from finder.domain.countries import read_country
from finder.domain.errors import BadInputError, ScheduleError
from finder.domain.review import StaleError
from finder.domain.schedule import zone_of
from finder.domain.sourced import is_field
from finder.domain.sources import EVERY_FIELD, FieldRule, SourcePolicy
from finder.domain.text import PATH_MARK, clean
from finder.sources.connection import FetchError, check_port, read_target
from finder.sources.lookup import LONGEST_NAME, checked_name, source_of
from finder.sources.readers import reader_of
from finder.sources.renaming import follow_name
from finder.store.people import ServiceBody
from finder.store.source import Source
from finder.store.vocabulary import Program

LONGEST_REGION = 1024
#: Minutes between two refreshes: others' servers are not to be pestered, and a source that is read yearly is not read.
SHORTEST, LONGEST = 15, 60 * 24 * 60
#: Settings by which a source is read: what was wrong with one of them may be mended by another.
READ_BY = ("url", "kind", "program", "service_body_id", "region", "zone", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDraft:
    """A source as it is to be. The fields are those of `finder.store.source.Source`."""

    name: str
    kind: str
    program: str
    url: str = ""
    service_body_id: int | None = None
    region: str = ""
    zone: str = ""
    country: str = ""
    policy: SourcePolicy = SourcePolicy.PROPOSE
    field_rules: Mapping[str, str] = field(default_factory=dict)
    every_min: int = 0


def draft_of_source(row: Source) -> SourceDraft:
    """A source as it is."""
    values = {name: getattr(row, name) for name in SourceDraft.__dataclass_fields__}
    return SourceDraft(**{**values, "field_rules": dict(row.field_rules or {})})


def seen_of(row: Source) -> str:
    """A key of a source as it is, by which an editor says what they looked at."""
    return audit.content_digest(_told(draft_of_source(row)))


def add_source(
    session: Session, draft: SourceDraft, *, by: str, reason: str, now: dt.datetime, allow: tuple[str, ...] = ()
) -> int:
    """Make a source; gives its id. With a schedule it is due at once. *allow* as in `fetch`.

    Raises BadInputError naming the field.
    """
    take_lock(session)
    checked = check_source(session, draft, but=0)
    _check_port(checked.url, allow)
    row = Source(**asdict(checked), due_at=now if checked.every_min else None, validators={}, words="")
    session.add(row)
    session.flush()  # the chain names its id
    _audit(session, "create", row, None, by=by, reason=reason, now=now)
    return row.id


def change_source(
    session: Session,
    number: int,
    draft: SourceDraft,
    *,
    seen: str | None,
    by: str,
    reason: str,
    now: dt.datetime,
    allow: tuple[str, ...] = (),
) -> bool:
    """Give a source other settings; False when it has them already. What it says is compared anew when it is read next.

    One with a schedule is read at once where it is read otherwise than before, however often it could not be read.
    *allow* as in `fetch`. Raises NotFoundError, BadInputError, and StaleError when it is no longer as *seen*
    (see `seen_of`).
    """
    take_lock(session)
    row = source_of(session, number)
    before = draft_of_source(row)
    if seen is not None and seen != seen_of(row):
        raise StaleError("Somebody has changed this source since you opened it: compare, then send it again.", {})
    checked = check_source(session, draft, but=number)
    if checked == before:
        return False
    if checked.url != before.url:  # one that is held already fails when it is read, and may be paused or renamed
        _check_port(checked.url, allow)
    if checked.every_min != before.every_min:
        every = dt.timedelta(minutes=checked.every_min)
        row.due_at = (max(now, row.looked_at + every) if row.looked_at else now) if checked.every_min else None
    if checked.every_min and any(getattr(checked, name) != getattr(before, name) for name in READ_BY):
        row.failures, row.due_at = 0, now
    for name, value in asdict(checked).items():
        setattr(row, name, value)
    row.validators, row.payload_digest = {}, ""
    session.flush()
    if checked.name != before.name:
        follow_name(session, row, before=before.name, now=now)
    _audit(session, "revise", row, before, by=by, reason=reason, now=now)
    return True


def _audit(
    session: Session, act: str, row: Source, before: SourceDraft | None, *, by: str, reason: str, now: dt.datetime
) -> None:
    told = Act(
        act=act,
        target_kind="source",
        target_id=row.id,
        before=None if before is None else _told(before),
        after=_told(draft_of_source(row)),
    )
    audit.append(session, [told], actor=by, reason=reason, now=now)


def _told(draft: SourceDraft) -> dict[str, Any]:
    return {**asdict(draft), "policy": draft.policy.value, "field_rules": dict(draft.field_rules)}


def check_source(session: Session, draft: SourceDraft, *, but: int) -> SourceDraft:
    """*draft*, tidied, when a source can be so. Raises BadInputError naming the field, with what to do."""
    name = checked_name(session, draft.name, but=but)
    reader_of(draft.kind)
    if session.execute(select(Program.id).where(Program.slug == draft.program)).scalar() is None:
        raise BadInputError("program", f"There is no program {draft.program!r}: see the list under /programs.")
    body = draft.service_body_id
    if body is not None and session.get(ServiceBody, body) is None:
        raise BadInputError("service_body", "There is no such service body: choose one from the list.")
    every = _every(draft)
    return SourceDraft(
        name=name,
        kind=draft.kind,
        program=draft.program,
        url=_url(draft.url.strip()),
        service_body_id=body,
        region=_region(draft.region),
        zone=_zone(draft.zone.strip()),
        country=read_country(draft.country),
        policy=SourcePolicy(draft.policy),
        field_rules=_rules(draft.field_rules),
        every_min=every,
    )


def _every(draft: SourceDraft) -> int:
    if draft.every_min == 0:
        return 0
    if not draft.url.strip():
        raise BadInputError("every_min", "A source that is read by itself needs an address: give one, or no schedule.")
    if not SHORTEST <= draft.every_min <= LONGEST:
        raise BadInputError("every_min", f"Give between {SHORTEST} minutes and {LONGEST // 60 // 24} days, or 0.")
    return draft.every_min


def _url(url: str) -> str:
    try:
        if url:
            read_target(url)
    except FetchError as error:
        raise BadInputError("url", str(error)) from error
    return url


def _check_port(url: str, allow: tuple[str, ...]) -> None:
    try:
        if url:
            check_port(url, allow)
    except FetchError as error:
        raise BadInputError("url", str(error)) from error


def _region(text: str) -> str:
    names = [clean(part) for part in text.split(PATH_MARK)]
    region = f" {PATH_MARK} ".join(part for part in names if part)
    if len(region) > LONGEST_REGION or any(len(part) > LONGEST_NAME for part in names):
        raise BadInputError("region", 'Shorten the region: names with ">" between them, "Texas > Austin".')
    return region


def _zone(zone: str) -> str:
    try:
        if zone:
            zone_of(zone)
    except ScheduleError as error:
        raise BadInputError("zone", str(error)) from error
    return zone


def _rules(rules: Mapping[str, str]) -> dict[str, str]:
    for name, rule in rules.items():
        if name != EVERY_FIELD and not is_field(name):
            raise BadInputError("field_rules", f"A listing has no field {name!r}.")
        if rule not in set(FieldRule):
            raise BadInputError("field_rules", f"{name}: choose one of {', '.join(FieldRule)}.")
    return {name: str(rule) for name, rule in rules.items()}
