"""The tree and the formats of a source, laid over what there is: numbers that stay, words that people edited."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from finder.directory.batch import Batch, apply_batch
from finder.directory.bmlt_formats import keep_own_formats
from finder.directory.bmlt_vocabulary import plan_vocabulary, write_vocabulary
from finder.directory.check import faults
from finder.directory.vocabulary_edit import BODIES, NodeDraft, revise_node
from finder.domain.bmlt import BodyDraft, FormatDraft, FormatName
from finder.sources.beside import told_of
from finder.store.audit import AuditEntry
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.database import Database
from finder.store.people import ServiceBody
from finder.store.shelf import DirectoryRevision, PublicListing, PublicVocabulary
from tests.conftest import NOW
from tests.factories import a_listing
from tests.sources.feeds import CATALOGUE

REGION = BodyDraft(path=("Lark Region",), number=1, kind="RS", world_id="RG901", helpline="555-0100")
AREA = BodyDraft(path=("Lark Region", "River Area"), number=12, kind="AS", world_id="AR90112")
GROUP = BodyDraft(path=("Lark Region", "River Area", "Mill Town"), number=40, kind="GR")
TREE = (REGION, AREA, GROUP)
STEP = FormatDraft(
    number=27,
    key="St",
    world_id="STEP",
    kind="FC1",
    slug="step-study",
    names=(FormatName("en", "St", "Step", "Steps."), FormatName("de", "S", "Schritte", "Schritte.")),
)
DOGS = FormatDraft(number=80, key="ND", names=(FormatName("en", "ND", "No dogs", ""),))


def written(
    database: Database,
    bodies: Sequence[BodyDraft] = (),
    formats: Sequence[FormatDraft] = (),
    source: str = "Larks",
) -> int:
    """Write them; gives how many were made or changed."""
    with database.unit_of_work() as session:
        plan = plan_vocabulary(session, source=source, bodies=bodies, formats=formats, source_kind="bmlt")
        write_vocabulary(session, plan, actor="import", reason=f"import of {source}", now=NOW)
        return plan.size


def tree(database: Database) -> dict[str, int]:
    """The number of each body, by its path."""
    with database.reading() as session:
        rows = {row.id: row for row in session.execute(select(ServiceBody)).scalars()}

    def path(row: ServiceBody) -> str:
        return row.name if row.parent_id is None else f"{path(rows[row.parent_id])} / {row.name}"

    return {path(row): row.bmlt_id for row in rows.values()}


def revision(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(DirectoryRevision.revision)).scalar_one()


def assert_whole(database: Database) -> None:
    with database.reading() as session:
        assert list(faults(session)) == []


def test_a_tree_is_written_with_its_words_and_numbers(database: Database) -> None:
    assert written(database, TREE) == 3

    assert tree(database) == {
        "Lark Region": 1,
        "Lark Region / River Area": 12,
        "Lark Region / River Area / Mill Town": 40,
    }
    with database.reading() as session:
        texts = session.execute(select(PublicVocabulary.document).where(PublicVocabulary.kind == "service_body"))
        shown = [json.loads(text) for text in texts.scalars()]
        acts = session.execute(select(AuditEntry.act).where(AuditEntry.target_kind == "service_body")).scalars().all()
    region = next(body for body in shown if body["bmlt_id"] == 1)
    assert (region["kind"], region["helpline"], region["world_id"]) == ("RS", "555-0100", "RG901")
    assert acts == ["bring"] * 3
    assert_whole(database)


def test_the_same_words_twice_change_nothing(database: Database) -> None:
    written(database, TREE, (STEP, DOGS))
    before = revision(database)

    assert written(database, TREE, (STEP, DOGS)) == 0
    assert revision(database) == before


def test_a_number_that_is_taken_is_replaced_by_a_free_one_and_stays(database: Database) -> None:
    written(database, [BodyDraft(path=("Elsewhere",), number=1)], [DOGS], source="Owls")
    written(database, TREE, (STEP, FormatDraft(number=80, key="XX")))

    numbers = tree(database)
    assert numbers["Elsewhere"] == 1
    assert numbers["Lark Region"] not in {1, 12, 40}
    with database.reading() as session:
        columns = select(BmltFormat.source_number, BmltFormat.id, BmltFormat.key)
        rows = session.execute(columns.where(BmltFormat.source_id.is_not(None))).all()
    assert {(number, key) for number, _, key in rows} == {(80, "ND"), (80, "XX")}
    assert (80, 80, "ND") in rows

    assert written(database, TREE, (STEP, FormatDraft(number=80, key="XX"))) == 0
    assert tree(database) == numbers


def test_a_body_that_is_renamed_and_moved_there_keeps_its_number(database: Database) -> None:
    written(database, TREE)
    moved = BodyDraft(path=("Stream Area",), number=12, kind="AS", world_id="AR90112")

    assert written(database, [REGION, moved, BodyDraft(path=("Stream Area", "Mill Town"), number=40, kind="GR")]) == 1
    assert tree(database) == {"Lark Region": 1, "Stream Area": 12, "Stream Area / Mill Town": 40}
    assert_whole(database)


def test_a_body_without_world_id_is_known_by_its_number_when_listings_of_the_source_lie_in_it(
    database: Database,
) -> None:
    written(database, [BodyDraft(path=("Old Name",), number=5)])
    with database.unit_of_work() as session:
        batch = Batch(source="Larks", new=(a_listing(service_body="Old Name"),))
        apply_batch(session, batch, actor="import", reason="", now=NOW)

    written(database, [BodyDraft(path=("New Name",), number=5)])
    assert tree(database) == {"New Name": 5}
    with database.reading() as session:
        (text,) = session.execute(select(PublicListing.document)).scalars()
    assert json.loads(text)["service_body"]["name"] == "New Name"
    assert_whole(database)


def test_names_that_change_places_keep_their_numbers(database: Database) -> None:
    first = BodyDraft(path=("A",), number=1, world_id="AR1")
    second = BodyDraft(path=("B",), number=2, world_id="AR2")
    written(database, [first, second])

    written(
        database, [BodyDraft(path=("B",), number=1, world_id="AR1"), BodyDraft(path=("A",), number=2, world_id="AR2")]
    )
    assert tree(database) == {"B": 1, "A": 2}


def test_what_somebody_edited_here_stays_and_listings_find_it(database: Database) -> None:
    written(database, TREE)
    with database.unit_of_work() as session:
        number = session.execute(select(ServiceBody.id).where(ServiceBody.bmlt_id == 12)).scalar_one()
        draft = NodeDraft(name="River and Lake Area", parent_id=None)
        revise_node(session, BODIES, number, draft, actor="user:1", reason="", now=NOW)

    with database.reading() as session:
        plan = plan_vocabulary(session, source="Larks", bodies=TREE, formats=())
    assert plan.size == 0
    assert plan.paths[AREA.path] == ("River and Lake Area",)
    assert plan.paths[GROUP.path] == ("River and Lake Area", "Mill Town")


def test_of_a_body_that_is_told_in_part_only_what_was_empty_is_filled_in(database: Database) -> None:
    written(database, [BodyDraft(path=("River Area",), number=12, helpline="555-0100")])
    written(database, [BodyDraft(path=("River Area",), kind="AS", world_id="AR90112", partial=True)])

    with database.reading() as session:
        row = session.execute(select(ServiceBody)).scalar_one()
    assert (row.bmlt_id, row.helpline, row.kind, row.world_id) == (12, "555-0100", "AS", "AR90112")


def test_what_lies_above_is_made_too(database: Database) -> None:
    written(database, [BodyDraft(path=("World", "Zone", "Lark Region"), number=1)])

    assert list(tree(database)) == ["World", "World / Zone", "World / Zone / Lark Region"]
    assert tree(database)["World / Zone / Lark Region"] == 1


def test_a_body_is_never_put_below_itself(database: Database) -> None:
    written(database, [REGION, AREA])
    below = BodyDraft(path=("Lark Region", "River Area", "Lark Region"), number=1, kind="RS", world_id="RG901")

    written(database, [below])
    assert tree(database)["Lark Region"] == 1
    assert written(database, [below]) == 0
    assert_whole(database)


def test_formats_are_kept_with_names_in_every_language_and_what_they_stand_for(database: Database) -> None:
    assert written(database, formats=(STEP, DOGS)) == 2

    with database.reading() as session:
        texts = session.execute(select(PublicVocabulary.document).where(PublicVocabulary.kind == "bmlt_format"))
        shown = {each["id"]: each for each in map(json.loads, texts.scalars())}
    assert (shown[27]["source"], shown[27]["key"], shown[27]["format"]) == ("", "St", "step-study")  # a stock one
    assert shown[27]["names"]["de"] == {"key": "S", "name": "Schritte", "description": "Schritte."}
    assert shown[80]["format"] is None


def told(database: Database) -> dict[int, dict[str, Any]]:
    """The formats as they are told to BMLT clients, by number."""
    with database.reading() as session:
        texts = session.execute(select(PublicVocabulary.document).where(PublicVocabulary.kind == "bmlt_format"))
        documents = [json.loads(text) for text in texts.scalars()]
    return {each["id"]: each for each in documents}


def test_a_format_of_the_directory_s_own_number_and_meaning_is_told_as_its_server_has_it(database: Database) -> None:
    assert written(database, formats=(STEP, DOGS)) == 2
    first = told(database)[27]
    assert (first["source"], first["format"], first["world_id"]) == ("", "step-study", "STEP")
    assert first["names"]["en"] == {"key": "St", "name": "Step", "description": "Steps."}
    assert first["names"]["de"]["name"] == "Schritte"
    assert written(database, formats=(STEP, DOGS)) == 0

    names = (FormatName("en", "Stp", "Steps", "All of them."),)
    assert written(database, formats=(replace(STEP, world_id="", kind="O", names=names), DOGS)) == 1
    again = told(database)[27]
    assert (again["world_id"], again["stands_as"], again["kind"]) == ("", "STEP", "O")
    assert again["names"]["en"]["key"] == "Stp"
    assert again["names"]["de"]["name"] == "Schritte"  # which it said nothing else of

    other = replace(STEP, names=(FormatName("en", "X", "Other", ""), FormatName("fr", "Et", "Etapes", "")))
    assert written(database, formats=(other,), source="Owls") == 1
    assert {language: each["name"] for language, each in told(database)[27]["names"].items()} == {
        "en": "Steps",
        "de": "Schritte",
        "fr": "Etapes",
    }
    assert_whole(database)


def test_a_source_of_one_service_body_changes_no_words_and_no_numbers_of_all(database: Database) -> None:
    before = told(database)
    with database.unit_of_work() as session:
        formats = (replace(STEP, names=STEP.names[:1]), FormatDraft(number=17, key="ND"))
        plan = plan_vocabulary(session, source="Larks", bodies=(), formats=formats, for_all=False)
        write_vocabulary(session, plan, actor="worker", reason="", now=NOW)
    assert plan.elsewhere == {17: "ND"}
    after = told(database)
    assert {number: each for number, each in after.items() if not each["source"]} == before


def test_own_formats_that_nothing_has_make_room_for_those_of_a_server_that_moves_here(database: Database) -> None:
    """It has something else under 17, and its own "step" under 80; new listings are told with that one, too."""
    dogs, steps = replace(DOGS, number=17), replace(STEP, number=80)
    before = told(database)
    assert written(database, formats=(dogs, steps)) == 4
    after = told(database)
    assert (after[17]["source"], after[17]["key"]) == ("Larks", "ND")
    assert (after[80]["source"], after[80]["format"], after[80]["names"]["en"]["name"]) == ("", "step-study", "Step")
    assert 27 not in after
    [opened] = [number for number, each in after.items() if each["format"] == "open"]
    assert opened not in before
    assert {each["format"] for each in after.values()} == {each["format"] for each in before.values()}
    assert written(database, formats=(dogs, steps)) == 0
    with database.unit_of_work() as session:
        assert keep_own_formats(session, CATALOGUE.formats) is False
    with database.reading() as session:
        acts = session.execute(select(AuditEntry.before, AuditEntry.after).where(AuditEntry.act == "renumber"))
        assert {(before["id"], after["id"]) for before, after in acts.all()} == {(17, opened), (27, 80)}
    assert_whole(database)


def test_own_formats_that_listings_have_keep_their_numbers_and_that_is_told(database: Database) -> None:
    with database.unit_of_work() as session:
        listing = a_listing(formats=("open", "step-study"))
        apply_batch(session, Batch(source="this directory", new=(listing,)), actor="user:1", reason="", now=NOW)
    dogs, steps = replace(DOGS, number=17), replace(STEP, number=80)
    with database.unit_of_work() as session:
        plan = plan_vocabulary(session, source="Larks", bodies=(), formats=(dogs, steps))
        assert "they get others: 17 (ND)." in told_of(plan)
        write_vocabulary(session, plan, actor="import", reason="", now=NOW)
    after = told(database)
    assert (after[17]["format"], after[27]["format"], after[80]["source"]) == ("open", "step-study", "Larks")
    assert sum(each["key"] == "ND" for each in after.values()) == 1


def test_a_format_that_changes_there_changes_here_and_keeps_its_number(database: Database) -> None:
    written(database, formats=(STEP, DOGS))
    changed = FormatDraft(
        number=80, key="NP", slug="timed", names=(FormatName("en", "NP", "No pets", ""), FormatName("fr", "PA", "", ""))
    )

    assert written(database, formats=(STEP, changed)) == 1
    with database.reading() as session:
        row = session.get_one(BmltFormat, 80)
        names = session.execute(
            select(BmltFormatName.language, BmltFormatName.key).where(BmltFormatName.bmlt_format_id == 80)
        )
        assert (row.key, row.format_id is None) == ("NP", False)
        assert dict(names.all()) == {"en": "NP", "fr": "PA"}
