"""Reads a source and makes a proposal of what it says; a source that cannot be read is put off, and says why."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from finder.directory.bodies import body_path
from finder.directory.revision import take_lock
from finder.domain.catalogue import FormatCatalogue
from finder.domain.errors import BadInputError
from finder.domain.sources import WAITING, ChangeKind, FieldRule, RunState, applied_at_once
from finder.domain.text import path_of
from finder.feeds.payload import Payload
from finder.feeds.rows import DecodeOptions, FeedError, Row
from finder.search.places import Gazetteer
from finder.sources.beside import beside_change, placed_in_bodies, vocabulary_of, written
from finder.sources.connection import FetchError
from finder.sources.fetch import MAX_SECONDS
from finder.sources.framing import framed
from finder.sources.geocoding import Geocoder
from finder.sources.heirs import orphans_of
from finder.sources.importer import completed
from finder.sources.lookup import source_of
from finder.sources.placing import NO_GEOCODER, Placer, held_points
from finder.sources.proposing import Manner, difference_of, mark_of, objection_to, propose
from finder.sources.readers import READING_SECONDS, Brought, Fetching, Payloads, Reader, digest_of_payloads, reader_of
from finder.sources.troubles import Tell, is_in_quarantine, is_silent, quarantine, silence
from finder.sources.wording import and_in_quarantine, run_words
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.source import Source, SourceRun

Progress = Callable[[int, int], None]
#: Raised when feeds are read otherwise than before, so that what was read before is read again.
READING = 3
#: A source that fails is asked less and less often, until it is asked once a day.
LONGEST_WAIT = dt.timedelta(days=1)
SAME = "The feed says what it said before."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What reading a source takes of an instance; *allow* and *max_seconds* as in `fetch`.

    *tell* is done where a source comes to be in quarantine, or could not be read for long.
    """

    catalogue: FormatCatalogue
    gazetteer: Gazetteer | None = None
    geocoder: Geocoder | None = None
    zone: str = "UTC"
    country: str = ""
    hosts: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    max_seconds: float = MAX_SECONDS - READING_SECONDS
    tell: Tell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """A source as it was when its reading began."""

    id: int
    name: str
    url: str
    reader: Reader
    options: DecodeOptions
    region: tuple[str, ...]
    validators: Mapping[str, Mapping[str, str]]
    digest: str
    how: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a refresh ended: numbers of its source and of its run, its state, and a sentence.

    *standing* is the state of an earlier refresh that waits still, which it leaves as it is.
    """

    source: int
    run: int
    state: RunState
    words: str
    standing: RunState | None = None

    @property
    def quarantined(self) -> bool:
        """Whether what the source says is in quarantine, since now or already."""
        return RunState.QUARANTINED in {self.state, self.standing}


def refresh(
    database: Database,
    number: int,
    *,
    tools: Tools,
    by: str,
    now: dt.datetime,
    payload: Payload | None = None,
    again: bool = False,
    progress: Progress | None = None,
) -> Outcome:
    """Read source *number*, or take *payload* for what it says, and propose or apply what has changed.

    With *again* it is compared also when it says what it said before. A source that cannot be read gives an outcome,
    too. Raises NotFoundError, NotSavedError, and BadInputError for a source without an address.
    """
    with database.reading() as session:
        terms = _terms(session, number, tools)
        quick = not again and not _must_look(session, number)
    if payload is None and not terms.url:
        raise BadInputError("url", "This source has no address: upload its file.")
    fetching = Fetching(known=terms.validators if quick else {}, allow=tools.allow, max_seconds=tools.max_seconds)
    manner = Manner(by=by, now=now, progress=progress)
    try:
        if payload is None and quick and fetching.unchanged():
            return _unchanged(database, number, manner)
        payloads = {"": payload} if payload is not None else fetching.gather(terms.reader, terms.url)
        digest = digest_of_payloads(payloads, READING, *terms.how)
        if quick and digest == terms.digest:
            return _unchanged(database, number, manner, validators=fetching.validators)
        with database.reading() as session:
            known = held_points(session, terms.name)
        brought = _read(terms, payloads, known=known, tools=tools, now=now)
    except (FetchError, FeedError) as error:
        return note_failure(database, number, str(error), by=by, now=now, tell=tools.tell)
    with database.reading() as session:
        mark = mark_of(session, terms.name)
        source = source_of(session, number)
        vocabulary = vocabulary_of(session, source, brought.bodies, brought.formats)
        rows = placed_in_bodies(brought.rows, vocabulary.paths_before)
        difference = difference_of(session, source, rows)
    with database.unit_of_work() as session:
        take_lock(session)
        source = source_of(session, number)
        vocabulary = vocabulary_of(session, source, brought.bodies, brought.formats)
        beside = beside_change(session, source, vocabulary, brought.bodies, brought.formats)
        paths = vocabulary.paths_before
        at_once = applied_at_once(source.policy, ChangeKind.BESIDE, risky=False)
        if beside and at_once and not objection_to(rows, difference):  # of a spoilt feed nothing is believed
            beside = written(
                session, source, beside, vocabulary, actor=by, reason=f"refresh of {source.name}", now=now
            )  # which changes the mark
            paths = vocabulary.paths
        rows = placed_in_bodies(brought.rows, paths)
        held_back = is_in_quarantine(session, source)
        proposal = propose(session, source, rows, manner, worked_out=(difference, mark), beside=beside)
        settled = _is_settled(brought.rows)
        source.payload_digest = digest if settled else ""
        source.validators = fetching.validators if settled else {}
        proposal.run.words = " ".join(filter(None, (brought.note, proposal.run.words)))
        if tools.tell is not None and proposal.run.state is RunState.QUARANTINED and not held_back:
            tools.tell(session, quarantine(source, proposal.run), now)
        outcome = _look_ended(source, proposal.run, waiting=proposal.waiting, now=now)
        return replace(outcome, standing=proposal.standing)


def _terms(session: Session, number: int, tools: Tools) -> _Terms:
    source = source_of(session, number)
    body = body_path(session, source.service_body_id)
    options = DecodeOptions(
        program=source.program,
        catalogue=tools.catalogue,
        zone=source.zone or None,
        country=source.country or tools.country,
        service_body=body,
        hosts=tools.hosts,
    )
    return _Terms(
        id=source.id,
        name=source.name,
        url=source.url,
        reader=reader_of(source.kind),
        options=options,
        region=path_of(source.region),
        validators=source.validators or {},
        digest=source.payload_digest,
        how=(source.kind, source.program, source.zone, options.country, body, source.region, tools.zone, tools.hosts),
    )


def _must_look(session: Session, number: int) -> bool:
    """Whether its rows are compared although it says the same.

    So it is when a listing waits to follow it, and when by its rules it overrules what was edited here.
    """
    source = source_of(session, number)
    if orphans_of(session, number):
        return True
    if FieldRule.SOURCE not in (source.field_rules or {}).values():
        return False
    edited = select(Meeting.id).where(Meeting.source_id == number, Meeting.source_base.is_not(None)).limit(1)
    return session.execute(edited).first() is not None


def _read(terms: _Terms, payloads: Payloads, *, known: Mapping[str, Any], tools: Tools, now: dt.datetime) -> Brought:
    """The rows of a feed, whole, within the region and the service body of their source."""
    brought = terms.reader.decode(payloads, terms.options)
    placer = Placer(
        gazetteer=tools.gazetteer,
        geocoder=tools.geocoder,
        known=known,
        country=terms.options.country,
        default_zone=tools.zone,
    )
    rows = completed(brought.rows, placer, now=now)
    return replace(brought, rows=framed(rows, region=terms.region, body=terms.options.service_body))


def _is_settled(rows: tuple[Row, ...]) -> bool:
    """Whether reading the same once more would give the same: a geocoder that was down may be up again."""
    return not any(remark.reason == NO_GEOCODER for row in rows for remark in row.remarks)


def _unchanged(
    database: Database, number: int, manner: Manner, *, validators: Mapping[str, Any] | None = None
) -> Outcome:
    """Note that a source says what it said before."""
    with database.unit_of_work() as session:
        source = source_of(session, number)
        if validators is not None:
            source.validators = {url: dict(told) for url, told in validators.items()}
        last = _latest(session, number)
        listed = last.unchanged + last.new + last.changed if last else 0
        if last is None or last.state is not RunState.UNCHANGED:
            last = SourceRun(source_id=number, state=RunState.UNCHANGED, unchanged=listed)
            session.add(last)
        last.at, last.asked_by = manner.now, manner.by
        last.words, last.objection = SAME, ""
        session.flush()
        outcome = _look_ended(source, last, waiting=0, now=manner.now)
        waits = select(SourceRun).where(SourceRun.source_id == number, SourceRun.state.in_(WAITING))
        if (waiting := session.execute(waits).scalar()) is not None:
            words = f"{SAME} Refresh {waiting.id} still waits for a moderator{and_in_quarantine(waiting)}."
            outcome = replace(outcome, words=words, standing=waiting.state)
        return outcome


def _latest(session: Session, number: int) -> SourceRun | None:
    statement = select(SourceRun).where(SourceRun.source_id == number).order_by(SourceRun.id.desc()).limit(1)
    return session.execute(statement).scalar()


def _look_ended(source: Source, run: SourceRun, *, waiting: int, now: dt.datetime) -> Outcome:
    source.looked_at, source.failures, source.words = now, 0, ""
    source.due_at = now + dt.timedelta(minutes=source.every_min) if source.every_min else None
    return Outcome(source=source.id, run=run.id, state=run.state, words=run_words(run, waiting=waiting))


def note_failure(
    database: Database, number: int, words: str, *, by: str, now: dt.datetime, tell: Tell | None = None
) -> Outcome:
    """Note that a source could not be read, and put it off: twice as long with every failure, a day at most.

    *tell* as in `Tools`.
    """
    with database.unit_of_work() as session:
        source = source_of(session, number)
        told = is_silent(session, source)
        source.failures += 1
        source.looked_at, source.words = now, words
        source.due_at = now + wait_after(source.every_min, source.failures) if source.every_min else None
        run = _latest(session, number)
        if run is None or run.state is not RunState.FAILED or run.objection or run.words != words:
            run = SourceRun(source_id=number, state=RunState.FAILED, words=words)
            session.add(run)
        run.at, run.asked_by = now, by  # what fails again for the same reason is no further refresh
        session.flush()
        if tell is not None and not told and is_silent(session, source):
            tell(session, silence(source), now)
        return Outcome(source=source.id, run=run.id, state=RunState.FAILED, words=words)


def wait_after(every_min: int, failures: int) -> dt.timedelta:
    """How long a source is left alone that has failed so often in a row."""
    every = dt.timedelta(minutes=every_min)
    return min(every * (1 << min(failures, 16)), max(every, LONGEST_WAIT))
