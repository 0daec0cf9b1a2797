"""Imports a feed: reads it, compares it with what its source sent before, writes the difference in one transaction.

That is a refresh whose operator has said yes: what it did can be looked at and rolled back like any other.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.bmlt_vocabulary import VocabularyPlan, plan_vocabulary
from finder.directory.bodies import body_at, body_path
from finder.domain.errors import BadInputError
from finder.domain.sources import SHEETS, ChangeKind, SourcePolicy
from finder.domain.text import PATH_MARK, path_of
from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.meeting_guide import decode_meeting_guide
from finder.feeds.naws_read import decode_naws
from finder.feeds.payload import Payload
from finder.feeds.rows import Decoded, DecodeOptions, Remark, Row
from finder.feeds.tabular import decode_table
from finder.search.places import Gazetteer
from finder.sources.beside import beside_change, placed_in_bodies, told_of, written
from finder.sources.difference import Difference
from finder.sources.framing import framed
from finder.sources.geocoding import Geocoder
from finder.sources.lookup import name_to_import
from finder.sources.placing import Placer, held_points
from finder.sources.proposing import Manner, difference_of, mark_of, objection_to, propose
from finder.sources.report import ImportReport, report_lines
from finder.sources.twins import told_of_twins
from finder.sources.wording import counted
from finder.store.database import Database
from finder.store.source import Source

#: How far a source's clock and calendar may be ahead of ours.
FUTURE_TOLERANCE = dt.timedelta(days=1)
IN_FUTURE = "lies in the future: left out"

Progress = Callable[[int, int], None]

#: What reads a payload, by the name of its format; a table may be CSV or XLSX whichever of the two is said.
DECODERS: Mapping[str, Callable[..., Decoded]] = {
    "meeting-guide": decode_meeting_guide,
    "csv": decode_table,
    "xlsx": decode_table,
    "bmlt": decode_bmlt,
    "naws": decode_naws,
}


def run_import(
    database: Database,
    *,
    source: str,
    payload: Payload | Mapping[str, Payload],
    kind: str,
    options: DecodeOptions,
    now: dt.datetime,
    gazetteer: Gazetteer | None = None,
    geocoder: Geocoder | None = None,
    default_zone: str = "UTC",
    default_country: str = "",
    source_url: str = "",
    dry_run: bool = False,
    allow_mass_removal: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the listings of *source* in line with *payload* (*kind*: a key of DECODERS).

    What *options* leave open (service body, region, zone, country) is as the source's settings say, if it has any.
    Nothing is written on a dry run, for a feed without a single usable row, and when too much would go. What people
    here have edited and the source has changed as well waits for a moderator. Raises FeedError for a payload that is no
    feed, BadInputError for a wrong kind or program, and for a name that no source can have.
    """
    if kind not in DECODERS:
        raise BadInputError("format", f"There is no format {kind!r}: choose {' or '.join(DECODERS)}.")
    with database.reading() as session:
        source = name_to_import(session, source)
        _refuse_other_program(session, source, options.program)
        options = _as_set(session, source, options)
        options = replace(options, country=options.country or default_country)
        known = held_points(session, source)
    decoded = DECODERS[kind](payload, options=options)
    placer = Placer(
        gazetteer=gazetteer, geocoder=geocoder, known=known, country=options.country, default_zone=default_zone
    )
    rows = framed(completed(decoded.rows, placer, now=now), region=options.region, body=options.service_body)
    beside = Row(number=0, draft=None, remarks=decoded.remarks)

    def planned(session: Session) -> VocabularyPlan:
        everybodys = not options.service_body
        return plan_vocabulary(
            session, source=source, bodies=decoded.bodies, formats=decoded.formats, for_all=everybodys
        )

    def report(difference: Difference, *messages: str, applied: bool) -> ImportReport:
        told = (decoded.note, *messages)
        return _report(source, difference, (beside, *rows), applied=applied, messages=told, of_sheet=kind in SHEETS)

    with database.reading() as session:
        mark = mark_of(session, source)
        vocabulary = planned(session)
        # A body that is renamed changes none of its listings: they are told as they lie before it is.
        placed = placed_in_bodies(rows, vocabulary.paths_before)
        held = source_row(session, source, url=source_url, kind=kind)
        difference = difference_of(session, held, placed, anew=True)
        brings_nothing = difference.empty and not vocabulary.size and bool(held.program)
        doubles = told_of_twins(session, held, difference)
    objection = "" if allow_mass_removal else objection_to(rows, difference)
    if dry_run or objection:
        words = f"Nothing was imported: {objection}" if objection else "This was a dry run: nothing was written."
        return report(difference, told_of(vocabulary), doubles, words, applied=False)
    if brings_nothing:
        words = "The feed says what it said before: nothing to change."
        return report(difference, words, _unlisted(difference), applied=True)
    manner = Manner(
        by="import", now=now, policy=SourcePolicy.PUBLISH, allowed=True, twins=False, anew=True, progress=progress
    )
    with database.unit_of_work() as session:
        row = source_row(session, source, url=source_url, kind=kind)
        session.add(row)
        session.flush()  # its refresh names its id
        vocabulary = planned(session)
        placed = placed_in_bodies(rows, vocabulary.paths)
        told = beside_change(session, row, vocabulary, decoded.bodies, decoded.formats, anew=True)
        if told is not None:
            told = written(
                session, row, told, vocabulary, actor="import", reason=f"import of {source}", now=now
            )  # which changes the mark
        proposal = propose(session, row, placed, manner, worked_out=(difference, mark), beside=told)
        difference = proposal.difference
        # The worker compares anew what it reads next.
        row.looked_at, row.payload_digest, row.validators = now, "", {}
        _keep_settings(session, row, options)
        waiting = proposal.waiting
    message = _unlisted(difference)
    if waiting:
        message += f" {counted(waiting, 'listing was', 'listings were')} touched here as well: see finder sources diff."
    return report(difference, told_of(vocabulary), doubles, message.strip(), applied=True)


def _unlisted(difference: Difference) -> str:
    """How many rows are as before and yet not in the finder; "" for none."""
    if not difference.unlisted:
        return ""
    rows = counted(difference.unlisted, "row that is as before is", "rows that are as before are")
    return f"{rows} not in the finder: set aside or taken off here."


def source_row(session: Session, name: str, *, url: str, kind: str) -> Source:
    """The source of that name, or a new one that is not kept yet."""
    found = session.execute(select(Source).where(Source.name == name)).scalar_one_or_none()
    return found or Source(name=name, url=url, kind=kind, field_rules={}, validators={})


def _refuse_other_program(session: Session, name: str, program: str) -> None:
    """Raise BadInputError where the source of that name is of another program: all its listings would change theirs."""
    held = session.execute(select(Source.program).where(Source.name == name)).scalar()
    if held and held != program:
        raise BadInputError(
            "program",
            f"The source {name} is of the program {held}: give another --source, or first change it with "
            f'`finder sources change "{name}" --program {program}`.',
        )


def _as_set(session: Session, name: str, options: DecodeOptions) -> DecodeOptions:
    """*options* with what they leave open as the source of that name has it."""
    row = session.execute(select(Source).where(Source.name == name)).scalar_one_or_none()
    if row is None:
        return options
    return replace(
        options,
        zone=options.zone or row.zone or None,
        country=options.country or row.country,
        region=options.region or path_of(row.region),
        service_body=options.service_body or body_path(session, row.service_body_id),
    )


def _keep_settings(session: Session, row: Source, options: DecodeOptions) -> None:
    """Tell a source that has no settings yet how it was read, so that the worker can go on reading it."""
    if row.program:
        return
    row.program, row.zone, row.country = options.program, options.zone or "", options.country[:2]
    row.region = f" {PATH_MARK} ".join(options.region)
    row.service_body_id = body_at(session, options.service_body)


def _report(
    source: str,
    difference: Difference,
    rows: tuple[Row, ...],
    *,
    applied: bool,
    messages: tuple[str, ...],
    of_sheet: bool,
) -> ImportReport:
    return ImportReport(
        source=source,
        new=len(difference.of(ChangeKind.NEW)),
        changed=len(difference.of(ChangeKind.CHANGED)),
        unchanged=difference.unchanged + difference.unlisted,
        gone=len(difference.of(ChangeKind.GONE)),
        refused=len(difference.of(ChangeKind.REFUSED)),
        rows=report_lines(rows),
        applied=applied,
        message=" ".join(part for part in messages if part),
        of_sheet=of_sheet,
    )


def completed(rows: tuple[Row, ...], placer: Placer, *, now: dt.datetime) -> tuple[Row, ...]:
    """The rows of a feed with points and zones, and without instants that have not come yet."""
    return tuple(_not_from_the_future(row, now) for row in placer.complete(rows))


def _not_from_the_future(row: Row, now: dt.datetime) -> Row:
    """The row without instants that have not come yet: nobody has confirmed a meeting tomorrow."""
    if row.draft is None:
        return row
    limit = now + FUTURE_TOLERANCE
    draft, remarks = row.draft, []
    if draft.confirmed_at is not None and draft.confirmed_at > limit:
        remarks.append(Remark("last_contact", draft.confirmed_at.isoformat(), IN_FUTURE))
        draft = replace(draft, confirmed_at=None)
    if draft.updated_at is not None and draft.updated_at > limit:
        remarks.append(Remark("updated", draft.updated_at.isoformat(), IN_FUTURE))
        draft = replace(draft, updated_at=None)
    return replace(row, draft=draft, remarks=(*row.remarks, *remarks)) if remarks else row
