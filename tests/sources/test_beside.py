"""What a BMLT server tells beside its meetings is part of a refresh: proposed, applied, set aside, rolled back."""

from typing import Any

import pytest
from sqlalchemy import select

from finder.directory.publish import unpublish
from finder.directory.vocabulary_edit import BODIES, NodeDraft, revise_node
from finder.domain.sources import ChangeKind, ChangeState, RunState, SourcePolicy
from finder.sources.applying import apply
from finder.sources.forgetting import KEPT, forget_runs
from finder.sources.importer import run_import
from finder.sources.removing import remove_source
from finder.sources.restoring import restore_source
from finder.sources.rolling_back import roll_back
from finder.sources.setting_aside import set_aside
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import ServiceBody
from finder.store.shelf import PublicVocabulary
from tests.conftest import NOW
from tests.feeds.bmlt_answers import NA, a_meeting, answers, formats, service_bodies
from tests.sources.instance import Feed, a_source, changes, faults, feeding, refreshed, run, shown

MEETINGS = [a_meeting(number) for number in range(1, 21)]
SPELT = [each | {"name_string": f"Renamed {each['name_string']}"} for each in formats("en")]
RENAMED = [
    body | {"name": "Stream Area", "helpline": "555-0142"} if body["id"] == "12" else body for body in service_bodies()
]


def told(database: Database) -> dict[str, list[Any]]:
    """Everything that is known of service bodies and formats, and what of it the public side knows."""
    with database.reading() as session:
        bodies = select(ServiceBody.id, ServiceBody.name, ServiceBody.parent_id, ServiceBody.kind, ServiceBody.helpline)
        known = select(BmltFormat.id, BmltFormat.key, BmltFormat.world_id, BmltFormat.format_id, BmltFormat.told)
        named = select(BmltFormatName.bmlt_format_id, BmltFormatName.language, BmltFormatName.key, BmltFormatName.name)
        public = select(PublicVocabulary.kind, PublicVocabulary.id, PublicVocabulary.document)
        return {
            name: sorted(map(repr, session.execute(statement)))
            for name, statement in {"bodies": bodies, "formats": known, "names": named, "public": public}.items()
        }


def bodies_of(documents: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The service body of each listing on the shelf."""
    return {key: str(each["service_body"]) for key, each in documents.items()}


def names(database: Database) -> list[str]:
    """The service bodies by name."""
    with database.reading() as session:
        return sorted(session.execute(select(ServiceBody.name)).scalars())


def do(database: Database, run_number: int, *wanted: int) -> int:
    """Apply those changes of a refresh, or all."""
    with database.unit_of_work() as session:
        chosen = list(wanted) or None
        return apply(session, run_number, seen=None, changes=chosen, by="user:1", now=NOW).done


def back(database: Database, run_number: int) -> None:
    with database.unit_of_work() as session:
        roll_back(session, run_number, seen=None, by="user:1", now=NOW)


def a_server(database: Database, feed: Feed, policy: SourcePolicy) -> int:
    return a_source(database, feed, kind="bmlt", program="na", policy=policy)


@pytest.mark.parametrize("policy", [SourcePolicy.PROPOSE, SourcePolicy.PUBLISH_SMALL])
def test_nothing_of_bodies_and_formats_is_written_before_somebody_wants_it(
    policy: SourcePolicy, database: Database
) -> None:
    with feeding() as feed:
        number = a_server(database, feed, policy)
        before = told(database)
        first = refreshed(database, number, feed, payload=answers(*MEETINGS))
        assert (first.state, told(database)) == (RunState.PROPOSED, before)
        assert "service bodies or formats changed" in first.words
        [beside] = changes(database, first.run, ChangeKind.BESIDE)
        lines = [tuple(line) for line in beside.remarks]
        assert ("service body", "Lark Region > River Area", "is new") in lines
        assert any(line[:2] == ("format", "ND No dogs") for line in lines)

        assert do(database, first.run, beside.id) == 1
        assert {"Lark Region", "Mill Town Group", "River Area"} <= set(names(database))
        assert shown(database) == {}
        after = told(database)
        assert do(database, first.run) == len(MEETINGS)
        assert told(database)["bodies"] == after["bodies"]
        assert refreshed(database, number, feed, payload=answers(*MEETINGS), later=60, again=True).state is (
            RunState.UNCHANGED
        )
    assert faults(database) == []


def test_a_body_that_its_source_renamed_is_told_as_it_was_until_somebody_wants_it(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PROPOSE)
        do(database, refreshed(database, number, feed, payload=answers(*MEETINGS)).run)
        before = shown(database)
        spoken = answers(*MEETINGS[:-1], a_meeting(20, meeting_name="Owls"), GetServiceBodies=RENAMED)
        moved = refreshed(database, number, feed, payload=spoken, later=60)
        [beside, listing] = changes(database, moved.run, state=ChangeState.OPEN)
        assert beside.remarks == [
            ["service body", "Lark Region > River Area", "helpline: 555-0142; is called: Stream Area"]
        ]
        assert listing.fields == ["name"]
        assert shown(database) == before

        assert do(database, moved.run, beside.id) == 1
        assert "Stream Area" in names(database)
        assert do(database, moved.run, listing.id) == 1  # it lies where its body is by now
        assert names(database).count("Stream Area") == 1
        assert "River Area" not in names(database)
        again = refreshed(database, number, feed, payload=spoken, later=120, again=True)
        assert again.state is RunState.UNCHANGED

        back(database, moved.run)
        assert "River Area" in names(database)
        assert run(database, moved.run).state is RunState.ROLLED_BACK
        again = refreshed(database, number, feed, payload=spoken, later=180, again=True)
        assert (again.state, "River Area" in names(database)) == (RunState.UNCHANGED, True)
        assert bodies_of(shown(database)) == bodies_of(before)
    assert faults(database) == []


def test_what_was_set_aside_is_not_proposed_again_until_the_source_says_something_else(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PROPOSE)
        do(database, refreshed(database, number, feed, payload=answers(*MEETINGS)).run)
        before = told(database)
        spoken = answers(*MEETINGS, GetServiceBodies=RENAMED)
        moved = refreshed(database, number, feed, payload=spoken, later=60)
        with database.unit_of_work() as session:
            assert set_aside(session, moved.run, seen=None, changes=None, by="user:1", now=NOW) == 1
            forget_runs(session, now=NOW + 2 * KEPT)
        same = refreshed(database, number, feed, payload=spoken, later=120, again=True)
        assert (same.state, told(database)) == (RunState.UNCHANGED, before)

        other = refreshed(database, number, feed, payload=answers(*MEETINGS, GetFormats_en=SPELT), later=180)
        assert [each.kind for each in changes(database, other.run)] == [ChangeKind.BESIDE]
        do(database, other.run)
        assert told(database) != before
        once_more = refreshed(database, number, feed, payload=spoken, later=240)
        assert once_more.state is RunState.PROPOSED
    assert faults(database) == []


def test_what_was_published_at_once_is_rolled_back_with_its_refresh(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        refreshed(database, number, feed, payload=answers(*MEETINGS))
        before, listed = told(database), shown(database)
        others = answers(
            *MEETINGS,
            GetServiceBodies=[*RENAMED, {**RENAMED[1], "id": "77", "name": "New Area", "world_id": "AR90177"}],
            GetFormats_en=[
                *SPELT,
                {**SPELT[0], "id": "91", "key_string": "ZZ", "name_string": "By a lake", "world_id": ""},
            ],
        )
        moved = refreshed(database, number, feed, payload=others, later=60)
        assert moved.state is RunState.APPLIED
        assert told(database)["bodies"] != before["bodies"]
        assert "By a lake" in str(told(database)["names"])
        back(database, moved.run)

        assert told(database) == before
        assert bodies_of(shown(database)) == bodies_of(listed)
        assert "as before." in run(database, moved.run).words
        assert refreshed(database, number, feed, payload=others, later=120, again=True).state is RunState.UNCHANGED
        assert told(database) == before
    assert faults(database) == []


def test_what_was_changed_since_is_left_and_named_when_a_refresh_is_rolled_back(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        refreshed(database, number, feed, payload=answers(*MEETINGS))
        moved = refreshed(database, number, feed, payload=answers(*MEETINGS, GetServiceBodies=RENAMED), later=60)
        with database.unit_of_work() as session:
            row = session.execute(select(ServiceBody).where(ServiceBody.name == "Stream Area")).scalar_one()
            draft = NodeDraft(name="Brook Area", parent_id=row.parent_id)
            revise_node(session, BODIES, row.id, draft, actor="user:1", reason="", now=NOW)
        back(database, moved.run)

    assert "Brook Area" in names(database)
    assert "Stream Area" in run(database, moved.run).words
    assert faults(database) == []


def test_an_import_is_rolled_back_with_its_formats_and_empty_bodies(database: Database) -> None:
    before = told(database)
    run_import(database, payload=answers(*MEETINGS), source="Larks", kind="bmlt", options=NA, now=NOW)
    assert told(database) != before
    [beside] = changes(database, 1, ChangeKind.BESIDE)
    assert beside.state is ChangeState.APPLIED
    back(database, 1)

    assert shown(database) == {}
    after = told(database)
    assert (after["formats"], after["names"]) == (before["formats"], before["names"])
    assert "in use since: " in run(database, 1).words  # the listings that were rolled back lie in it
    assert "Hill" not in str(names(database))
    assert faults(database) == []


def proposed(
    database: Database, feed: Feed, *meetings: dict[str, Any], bodies: list[dict[str, str]]
) -> tuple[int, int]:
    """A server of which all was applied and that tells of other *bodies* since: the source, and what is proposed."""
    number = a_server(database, feed, SourcePolicy.PROPOSE)
    do(database, refreshed(database, number, feed, payload=answers(*MEETINGS)).run)
    spoken = answers(*MEETINGS[:-1], *meetings, GetServiceBodies=bodies)
    return number, refreshed(database, number, feed, payload=spoken, later=60).run


def test_what_waits_goes_to_its_own_body_where_a_new_one_takes_the_name_of_another(database: Database) -> None:
    bodies = [*RENAMED, service_bodies()[1] | {"id": "99", "world_id": "AR90199"}]
    spoken = [
        a_meeting(20, meeting_name="Owls"),
        a_meeting(21, meeting_name="Old", service_body_bigint="12"),
        a_meeting(22, meeting_name="New", service_body_bigint="99"),
    ]
    with feeding() as feed:
        number, waiting = proposed(database, feed, *spoken, bodies=bodies)
        [beside] = changes(database, waiting, ChangeKind.BESIDE)
        do(database, waiting, beside.id)
        do(database, waiting)
        lies_in = {each["name"]: each["service_body"]["name"] for each in shown(database).values()}
        assert [lies_in[name] for name in ("Owls", "Old", "New")] == ["Stream Area", "Stream Area", "River Area"]
        payload = answers(*MEETINGS[:-1], *spoken, GetServiceBodies=bodies)
        assert refreshed(database, number, feed, payload=payload, later=120).state is RunState.UNCHANGED
    assert faults(database) == []


def test_what_was_applied_before_its_body_is_compared_anew_once_that_is_there(database: Database) -> None:
    bodies = [*RENAMED, service_bodies()[1] | {"id": "99", "world_id": "AR90199"}]
    spoken = [a_meeting(20), a_meeting(22, meeting_name="New", service_body_bigint="99")]
    payload = answers(*MEETINGS[:-1], *spoken, GetServiceBodies=bodies)
    with feeding() as feed:
        number, waiting = proposed(database, feed, *spoken, bodies=bodies)
        [new] = changes(database, waiting, ChangeKind.NEW)
        do(database, waiting, new.id)
        do(database, waiting)
        again = refreshed(database, number, feed, payload=payload, later=120)
        [change] = changes(database, again.run)
    assert (change.title, change.fields) == ("New", ["service_body"])


def test_a_listing_follows_its_body_where_two_have_swapped_their_names_at_once(database: Database) -> None:
    swapped = [
        each | {"name": {"12": "Hill > Dale Area", "13": "River Area"}.get(each["id"], each["name"])}
        for each in service_bodies()
    ]
    there = [*MEETINGS, a_meeting(21, service_body_bigint="13")]
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        refreshed(database, number, feed, payload=answers(*there))
        off = next(iter(shown(database)))
        with database.unit_of_work() as session:
            closed = session.execute(select(Meeting.id).where(Meeting.source_key == off)).scalar_one()
            unpublish(session, closed, actor="user:1", reason="", now=NOW)  # nothing new is said of it
        moved = [*there[:-2], a_meeting(20, service_body_bigint="13"), there[-1]]
        payload = answers(*moved, GetServiceBodies=swapped)
        refreshed(database, number, feed, payload=payload, later=60)
        lies_in = [key for key, each in shown(database).items() if each["service_body"]["name"] == "River Area"]
        assert len(lies_in) == 2
        again = refreshed(database, number, feed, payload=payload, later=120, again=True)
    assert again.state is RunState.UNCHANGED
    assert faults(database) == []


@pytest.mark.parametrize("first", [ChangeKind.BESIDE, ChangeKind.NEW])
def test_a_body_that_is_renamed_here_meanwhile_is_not_made_again(database: Database, first: ChangeKind) -> None:
    spoken = [a_meeting(20, meeting_name="Owls"), a_meeting(21)]
    with feeding() as feed:
        number, waiting = proposed(database, feed, *spoken, bodies=RENAMED)
        with database.unit_of_work() as session:
            row = session.execute(select(ServiceBody).where(ServiceBody.name == "River Area")).scalar_one()
            draft = NodeDraft(name="Brook Area", parent_id=row.parent_id)
            revise_node(session, BODIES, row.id, draft, actor="user:1", reason="", now=NOW)
        there = names(database)
        do(database, waiting, *(each.id for each in changes(database, waiting, first)))
        do(database, waiting)
        assert names(database) == there
        assert set(bodies_of(shown(database)).values()) == {"{'slug': 'river-area', 'name': 'Brook Area'}"}
        payload = answers(*MEETINGS[:-1], *spoken, GetServiceBodies=RENAMED)
        assert refreshed(database, number, feed, payload=payload, later=120, again=True).state is RunState.UNCHANGED
    assert faults(database) == []


def test_a_new_listing_that_was_set_aside_stays_so_when_its_body_is_called_otherwise(database: Database) -> None:
    with feeding() as feed:
        number, waiting = proposed(database, feed, MEETINGS[-1], a_meeting(21), bodies=RENAMED)
        [new] = changes(database, waiting, ChangeKind.NEW)
        with database.unit_of_work() as session:
            set_aside(session, waiting, seen=None, changes=[new.id], by="user:1", now=NOW)
        do(database, waiting)
        payload = answers(*MEETINGS, a_meeting(21), GetServiceBodies=RENAMED)
        again = refreshed(database, number, feed, payload=payload, later=120, again=True)
    assert (again.state, "1 set aside" in again.words) == (RunState.UNCHANGED, True)


def test_another_order_and_a_format_that_a_meeting_has_by_now_are_nothing_new_beside(database: Database) -> None:
    used = a_meeting(20, formats="O,St,ND", format_shared_id_list="17,27,80")
    with feeding() as feed:
        number, waiting = proposed(database, feed, MEETINGS[-1], bodies=RENAMED)
        with database.unit_of_work() as session:
            set_aside(session, waiting, seen=None, changes=None, by="user:1", now=NOW)
        payload = answers(*MEETINGS[:-1], used, GetServiceBodies=RENAMED[::-1], GetFormats_en=formats("en")[::-1])
        again = refreshed(database, number, feed, payload=payload, later=120)
    assert [each.kind for each in changes(database, again.run)] == [ChangeKind.CHANGED]


def test_a_removed_source_proposes_its_bodies_again_once_it_is_restored_and_an_import_writes_them(
    database: Database,
) -> None:
    payload = answers(*MEETINGS, GetServiceBodies=RENAMED)
    with feeding() as feed:
        number, waiting = proposed(database, feed, MEETINGS[-1], bodies=RENAMED)
        with database.unit_of_work() as session:
            remove_source(session, number, keep=False, by="user:1", reason="", now=NOW)
        with database.unit_of_work() as session:
            restore_source(session, number, by="user:1", reason="", now=NOW)
        assert run(database, waiting).state is RunState.OVERTAKEN
        again = refreshed(database, number, feed, payload=payload, later=120).run
    assert [each.kind for each in changes(database, again)] == [ChangeKind.BESIDE]
    run_import(database, payload=payload, source="Larks", kind="bmlt", options=NA, now=NOW)
    assert run(database, again).state is RunState.OVERTAKEN
    assert "Stream Area" in names(database)
    assert faults(database) == []
