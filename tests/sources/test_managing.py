"""Sources themselves: added, changed, removed, each an act of the chain; and what goes with a service body."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from finder.directory import audit
from finder.directory.draft import draft_of
from finder.directory.publish import publish, revise
from finder.directory.register import read_register
from finder.directory.revert import revert
from finder.directory.vocabulary_edit import BODIES, merge_nodes
from finder.domain.errors import BadInputError, NotFoundError
from finder.domain.review import StaleError
from finder.domain.sources import OWN, RunState, SourcePolicy
from finder.review.purge import purge
from finder.sources.lookup import source_named
from finder.sources.managing import SourceDraft, add_source, change_source, draft_of_source, seen_of
from finder.sources.removing import forget_removed, remove_source
from finder.sources.setting_aside import set_aside
from finder.store.audit import AuditEntry
from finder.store.bmlt import BmltFormat
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Contact
from finder.store.source import Source, SourceChange, SourceRun
from tests.conftest import NOW
from tests.review.people import a_body
from tests.sources.feeds import a_row
from tests.sources.instance import a_source, draft_for, faults, feeding, meeting, refreshed, shown, source

OPEN = 17  # the shared number of the format
DRAFT = SourceDraft(name="Larks", kind="meeting-guide", program="aa", url="https://larks.example.org/meetings.json")


def added(database: Database, **changes: Any) -> int:  # noqa: ANN401 - whatever the field takes
    with database.unit_of_work() as session:
        return add_source(session, replace(DRAFT, **changes), by="user:1", reason="ours", now=NOW)


def test_a_source_is_kept_as_it_was_added_and_the_chain_tells_of_it(database: Database) -> None:
    number = added(
        database,
        name="  Larks ",
        region="Texas>Austin ",
        zone="America/Chicago",
        country="us",
        policy=SourcePolicy.PUBLISH_SMALL,
        field_rules={"notes": "here", "*": "ask"},
        every_min=60,
    )

    with database.reading() as session:
        held = draft_of_source(session.get_one(Source, number))
        [entry] = session.execute(select(AuditEntry).where(AuditEntry.target_kind == "source")).scalars()
    assert (held.name, held.region, held.country) == ("Larks", "Texas > Austin", "US")
    assert held.field_rules == {"notes": "here", "*": "ask"}
    assert source(database, number).due_at == NOW
    assert (entry.act, entry.actor, entry.reason, entry.target_id) == ("create", "user:1", "ours", number)
    assert (entry.after or {})["policy"] == "publish_small"
    assert faults(database) == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": " "}, "name", "Give the source a name"),
        ({"name": "x" * 256}, "name", "at most 255"),
        ({"name": OWN}, "name", "already"),
        ({"name": "Taken"}, "name", "already"),
        ({"kind": "xml"}, "kind", "no format"),
        ({"program": "nope"}, "program", "no program"),
        ({"url": "ftp://larks.example.org"}, "url", "http or https"),
        ({"url": "https://robin@larks.example.org/"}, "url", "user name"),
        ({"url": "https://larks.example.org/\n"}, "url", ""),
        ({"service_body_id": 99}, "service_body", "no such service body"),
        ({"region": "x" * 300}, "region", "Shorten"),
        ({"zone": "Mars/Olympus"}, "zone", "IANA"),
        ({"country": "USA"}, "country", "two letters"),
        ({"country": "ZZ"}, "country", "There is no country 'ZZ'. Give its two letters"),
        ({"country": "UK"}, "country", "such as US, CA or GB"),
        ({"field_rules": {"colour": "here"}}, "field_rules", "no field 'colour'"),
        ({"field_rules": {"notes": "never"}}, "field_rules", "ask, here, source"),
        ({"every_min": 5}, "every_min", "15 minutes"),
        ({"every_min": 60, "url": ""}, "every_min", "needs an address"),
    ],
)
def test_what_a_source_cannot_be_is_explained(
    changes: dict[str, Any], field: str, words: str, database: Database
) -> None:
    added(database, name="Taken")
    if changes.get("url") == "https://larks.example.org/\n":
        added(database, **changes)  # a line end that came along when it was pasted
        return
    with pytest.raises(BadInputError, match=words) as raised:
        added(database, **changes)
    assert raised.value.parameter == field


def test_two_editors_of_a_source_do_not_overwrite_each_other(database: Database) -> None:
    number = added(database)
    with database.unit_of_work() as session:
        seen = seen_of(session.get_one(Source, number))
        assert change_source(
            session, number, replace(DRAFT, zone="America/Chicago"), seen=seen, by="user:1", reason="", now=NOW
        )
    with database.unit_of_work() as session:
        again = replace(DRAFT, zone="America/Chicago")
        assert not change_source(session, number, again, seen=None, by="user:1", reason="", now=NOW)
        with pytest.raises(StaleError, match="since you opened it"):
            change_source(session, number, DRAFT, seen=seen, by="user:2", reason="", now=NOW)
        with pytest.raises(NotFoundError):
            change_source(session, 999, DRAFT, seen=None, by="user:2", reason="", now=NOW)


OTHER_PORT = "Port {} is not one that sources are fetched from: only 80 and 443 are. Give an address without a port."


@pytest.mark.parametrize("port", [0, 22, 8080, 8443, 65535])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_on_a_port_that_is_not_read_is_refused_at_once(database: Database, scheme: str, port: int) -> None:
    there = f"{scheme}://larks.example.org:{port}/feed.json"
    with pytest.raises(BadInputError, match=OTHER_PORT.format(port)) as refused:
        added(database, url=there)
    number = added(database)
    moved = replace(DRAFT, url=there)
    with database.unit_of_work() as session, pytest.raises(BadInputError, match=OTHER_PORT.format(port)):
        change_source(session, number, moved, seen=None, by="user:1", reason="", now=NOW)
    assert refused.value.parameter == "url"
    assert source(database, number).url == DRAFT.url


@pytest.mark.parametrize(
    "start", ["http://larks.example.org:80", "https://larks.example.org:443", "http://l.example.org:443"]
)
def test_the_ports_that_are_read_may_be_named(database: Database, start: str) -> None:
    assert source(database, added(database, url=f"{start}/feed.json")).url == f"{start}/feed.json"


def test_only_what_an_instance_allows_for_tests_has_another_port(database: Database) -> None:
    with database.unit_of_work() as session:
        for allow, url in (("127.0.0.1:8443", "http://127.0.0.2:8443/"), ("127.0.0.1:8443", "http://127.0.0.1:8444/")):
            with pytest.raises(BadInputError, match="only 80 and 443"):
                add_source(session, replace(DRAFT, url=url), by="user:1", reason="", now=NOW, allow=(allow,))
        draft = replace(DRAFT, url="http://127.0.0.1:8443/")
        assert add_source(session, draft, by="user:1", reason="", now=NOW, allow=("127.0.0.1:8443",))


def test_a_source_that_has_another_port_already_can_be_paused_but_not_moved_to_a_third(database: Database) -> None:
    number = added(database, every_min=60)
    old = replace(DRAFT, url="https://larks.example.org:8443/feed.json", every_min=60)
    with database.unit_of_work() as session:
        session.get_one(Source, number).url = old.url
    with database.unit_of_work() as session:
        paused = replace(old, every_min=0)
        assert change_source(session, number, paused, seen=None, by="user:1", reason="", now=NOW)
        third = replace(paused, url="https://larks.example.org:8444/feed.json")
        with pytest.raises(BadInputError, match=OTHER_PORT.format(8444)):
            change_source(session, number, third, seen=None, by="user:1", reason="", now=NOW)


def test_a_changed_schedule_holds_from_when_it_was_last_read(database: Database) -> None:
    with feeding(a_row(1)) as feed:
        number = a_source(database, feed, every_min=60)
        refreshed(database, number, feed)
        for minutes, due in ((120, NOW + dt.timedelta(hours=2)), (0, None), (15, NOW + dt.timedelta(minutes=15))):
            with database.unit_of_work() as session:
                draft = draft_for(feed, every_min=minutes)
                change_source(session, number, draft, seen=None, by="operator", reason="", now=NOW)
            assert source(database, number).due_at == due


@pytest.mark.parametrize(
    ("mended", "at_once"),
    [
        ({"url": "https://larks.example.org/feed.json"}, True),
        ({"kind": "csv"}, True),
        ({"program": "na"}, True),
        ({"service_body_id": 1}, True),
        ({"region": "Texas"}, True),
        ({"zone": "America/Chicago"}, True),
        ({"country": "CA"}, True),
        ({"url": "https://larks.example.org/feed.json", "every_min": 120}, True),
        ({"url": "https://larks.example.org/feed.json", "every_min": 0}, False),
        ({"name": "Meadowlarks"}, False),
        ({"policy": SourcePolicy.PROPOSE}, False),
        ({"field_rules": {"notes": "here"}}, False),
    ],
)
def test_a_source_that_failed_is_read_at_once_when_it_is_read_otherwise_from_then_on(
    database: Database, mended: dict[str, Any], *, at_once: bool
) -> None:
    with database.unit_of_work() as session:
        a_body(session, "Lark Area")
    with feeding(status=500) as feed:
        number = a_source(database, feed, every_min=60)
        for later in (0, 60, 120):
            refreshed(database, number, feed, later=later)
        before, now = source(database, number), NOW + dt.timedelta(hours=3)
        with database.unit_of_work() as session:
            change_source(session, number, draft_for(feed, **mended), seen=None, by="operator", reason="", now=now)
    after = source(database, number)
    waits = before.due_at if mended.get("every_min") is None else None
    assert (after.failures, after.due_at) == ((0, now) if at_once else (3, waits))


def forgotten(database: Database, *, days: int) -> int:
    """How many sources are forgotten so many days after the tests take place."""
    with database.unit_of_work() as session:
        return forget_removed(session, now=NOW + dt.timedelta(days=days))


@pytest.mark.parametrize("keep", [True, False])
def test_a_source_goes_and_its_listings_stay_as_ours_or_leave(keep: bool, database: Database) -> None:  # noqa: FBT001
    row = a_row(1, contact_1_name="Robin", contact_1_email="robin@example.org")
    with feeding(row, a_row(2)) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
        held = meeting(database, "larks-1")
        with database.unit_of_work() as session:
            formats = session.execute(select(func.count()).select_from(BmltFormat)).scalar()
            session.add(BmltFormat(id=20000, source_id=number, source_number=7, key="O"))
            words = {"source": number, "world_id": "", "kind": "", "names": {}}
            session.execute(update(BmltFormat).where(BmltFormat.id == OPEN).values(told=words))
        with database.unit_of_work() as session:
            told = remove_source(session, number, keep=keep, by="user:1", reason="", now=NOW)
    assert (len(told.going), len(told.staying)) == ((0, 2) if keep else (2, 0))
    with database.reading() as session, pytest.raises(NotFoundError, match="There are: none yet"):
        source_named(session, "Larks")
    assert set(shown(database)) == ({"larks-1", "larks-2"} if keep else set())
    assert forgotten(database, days=30) == 0
    assert forgotten(database, days=31) == 1

    documents = shown(database)
    assert set(documents) == ({held.slug, "larks-2"} if keep else set())
    assert {document["source"] for document in documents.values()} == ({OWN} if keep else set())
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(SourceRun)).scalar() == 0
        assert session.get_one(Meeting, held.id).source_key is None
        assert session.execute(select(func.count()).where(Source.name == "Larks")).scalar() == 0
        assert session.execute(select(func.count()).select_from(BmltFormat)).scalar() == formats
        assert session.get_one(BmltFormat, OPEN).told is None
        assert list(audit.faults(session)) == []
    assert faults(database) == []
    if keep:  # an edit finds its group, and whoever answers for it
        with database.unit_of_work() as session:
            draft = draft_of(next(read_register(session, [held.id])))
            revise(session, held.id, replace(draft, notes="Ours."), actor="user:1", reason="", now=NOW)
        with database.reading() as session:
            contact = session.execute(select(Contact)).scalar_one()
            assert session.get_one(Meeting, held.id).group_id == contact.group_id


def test_a_group_that_stays_when_its_source_goes_does_not_become_one_with_another(database: Database) -> None:
    with feeding(a_row(1, contact_1_name="Robin", contact_1_email="robin@example.org")) as feed:
        number = a_source(database, feed)
        refreshed(database, number, feed)
    held = meeting(database, "larks-1")
    with database.unit_of_work() as session:
        draft = draft_of(next(read_register(session, [held.id])))
        ours = publish(session, replace(draft, slug="", source_key=""), actor="user:1", reason="", now=NOW)
        remove_source(session, number, keep=True, by="user:1", reason="", now=NOW)
    assert forgotten(database, days=31) == 1
    with database.unit_of_work() as session:
        draft = draft_of(next(read_register(session, [held.id])))
        revise(session, held.id, replace(draft, notes="Ours."), actor="user:1", reason="", now=NOW)
    with database.reading() as session:
        contact = session.execute(select(Contact)).scalar_one()
        assert session.get_one(Meeting, held.id).group_id == contact.group_id
        assert session.get_one(Meeting, ours).group_id != contact.group_id
    assert faults(database) == []


def test_a_service_body_takes_its_sources_along(database: Database) -> None:
    with database.unit_of_work() as session:
        gone, into = a_body(session, "Old Area"), a_body(session, "New Area")
    number = added(database, service_body_id=gone)
    with database.unit_of_work() as session:
        merge_nodes(session, BODIES, gone, into=into, actor="user:1", reason="", now=NOW)
        merged = session.execute(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)).scalar_one()
    assert source(database, number).service_body_id == into
    assert faults(database) == []

    with database.unit_of_work() as session:
        revert(session, merged, actor="user:1", reason="", now=NOW)
    assert source(database, number).service_body_id == gone


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (update(Source).values(service_body_id=99), "belongs to a service body that is not there"),
        (update(Source).values(program="nope"), "of a program that is not there"),
        (update(SourceRun).values(state=RunState.PROPOSED), "waits for a moderator, but none of its changes do"),
        (update(SourceChange).values(state="open"), "is done with, but some of its changes wait"),
        (update(SourceRun).values(first_entry=0), "no act of the audit chain did so"),
        (update(SourceRun).values(first_entry=9, last_entry=3), "in the wrong order"),
        (update(SourceRun).values(decided_at=None), "by nobody"),
        (update(Meeting).values(merged_into=99), "merged into one that is not there"),
    ],
)
def test_what_is_out_of_order_is_named(damage: Any, words: str, database: Database) -> None:  # noqa: ANN401
    with feeding(a_row(1)) as feed:
        refreshed(database, a_source(database, feed), feed)
    assert faults(database) == []
    with database.unit_of_work() as session:
        session.execute(damage.execution_options(synchronize_session=False))

    assert any(words in fault for fault in faults(database))


def test_old_refreshes_are_forgotten_but_not_what_nobody_wanted(database: Database, tmp_path: Any) -> None:  # noqa: ANN401
    with feeding(a_row(1), a_row(2)) as feed:
        number = a_source(database, feed, policy=SourcePolicy.PROPOSE)
        outcome = refreshed(database, number, feed)
        with database.unit_of_work() as session:
            set_aside(session, outcome.run, seen=1, changes=None, by="user:1", now=NOW)
        feed.rows = [a_row(1), a_row(2), a_row(3)]
        waiting = refreshed(database, number, feed, later=60)
        later = NOW + dt.timedelta(days=91)
        feed.status = 500
        refreshed(database, number, feed, later=120)
        feed.status = 200
        removed = {each.what: each.count for each in purge(database, mail_dir=tmp_path, now=later)}
        again = refreshed(database, number, feed, later=60 * 24 * 91, again=True)

    assert removed["refreshes of sources and their changes"] == 1  # the one that failed
    with database.reading() as session:
        assert list(session.execute(select(SourceRun.id).order_by(SourceRun.id)).scalars())[:2] == [
            outcome.run,
            waiting.run,
        ]
        held = session.execute(select(SourceChange.draft).where(SourceChange.run_id == outcome.run)).scalars().all()
    assert [set(draft or {}) for draft in held] == [{"listing", "digest"}] * 2
    assert all((draft or {})["listing"] is None for draft in held)
    assert again.state is RunState.UNCHANGED
    assert f"Refresh {waiting.run} says so already" in again.words
