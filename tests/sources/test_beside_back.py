"""Service bodies that move about, and formats that change numbers: the tree stays one, whatever is taken back."""

from types import EllipsisType
from typing import Any

import pytest
from sqlalchemy import select

from finder.directory.vocabulary_edit import BODIES, NodeDraft, merge_nodes, revise_node
from finder.domain.sources import SourcePolicy
from finder.sources.importer import run_import
from finder.store.bmlt import BmltFormat
from finder.store.database import Database
from finder.store.people import ServiceBody
from tests.conftest import NOW
from tests.feeds.bmlt_answers import NA, a_meeting, answers, formats, service_bodies
from tests.sources.instance import Feed, faults, feeding, refreshed, run
from tests.sources.test_beside import MEETINGS, RENAMED, a_server, back, told


def a_body(number: int, above: int, name: str) -> dict[str, str]:
    """A service body as a server tells of it."""
    return service_bodies()[1] | {
        "id": str(number),
        "parent_id": str(above),
        "name": name,
        "world_id": f"AR{number:03d}",
    }


def tree(database: Database) -> list[str]:
    """The paths of the service bodies; of a circle the names until it closes."""
    with database.reading() as session:
        rows = {row.id: row for row in session.execute(select(ServiceBody)).scalars()}
    found = []
    for start in rows:
        way = [start]
        while (above := rows[way[-1]].parent_id) is not None and way.count(above) == 0:
            way.append(above)
        circle = above is not None
        found.append("circle: " * circle + " > ".join(rows[each].name for each in reversed(way)))
    return sorted(found)


def edited(database: Database, name: str, *, to: str = "", below: str | EllipsisType | None = ...) -> None:
    """An administrator gives a service body another name, or moves it."""
    with database.unit_of_work() as session:
        by_name = {row.name: row for row in session.execute(select(ServiceBody)).scalars()}
        row = by_name[name]
        parent = row.parent_id if isinstance(below, EllipsisType) else by_name[below].id if below else None
        draft = NodeDraft(name=to or name, parent_id=parent)
        revise_node(session, BODIES, row.id, draft, actor="user:1", reason="", now=NOW)


def read(database: Database, number: int, feed: Feed, *bodies: dict[str, Any], later: int = 0) -> int:
    """Have a source read that tells of these bodies, with meetings in body 2; gives the refresh."""
    meetings = [a_meeting(each, service_body_bigint="2") for each in range(1, 21)]
    spoken = answers(*meetings, GetServiceBodies=list(bodies))
    return refreshed(database, number, feed, payload=spoken, later=later).run


@pytest.mark.parametrize("between", [(), (a_body(9, 2, "Otter"),)])
def test_a_body_is_not_moved_below_itself_by_way_of_one_that_moves_as_well(
    database: Database, between: tuple[dict[str, str], ...]
) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        read(database, number, feed, a_body(1, 0, "Gull"), a_body(2, 1, "Egret"), a_body(3, 0, "Finch"))
        edited(database, "Egret", to="Heron")  # stays where it is from now on
        above = 9 if between else 2
        others = (a_body(3, above, "Finch"), a_body(1, 3, "Gull"))
        read(database, number, feed, a_body(2, 0, "Egret"), *between, *others, later=60)
    below = "Gull > Heron > Otter" if between else "Gull > Heron"
    assert {"Gull", "Gull > Heron", f"{below} > Finch"} <= set(tree(database))
    assert faults(database) == []


def test_a_body_is_not_put_back_below_one_that_lies_below_it_by_now(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        read(database, number, feed, a_body(1, 0, "Gull"), a_body(2, 1, "Egret"))
        moved = read(database, number, feed, a_body(1, 0, "Gull"), a_body(2, 0, "Egret"), later=60)
        edited(database, "Gull", below="Egret")
        back(database, moved)
    assert tree(database) == ["Egret", "Egret > Gull"]
    assert "in use since: Egret" in run(database, moved).words


def test_a_body_is_not_put_back_below_one_that_is_gone(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        finch = a_body(3, 0, "Finch")
        read(database, number, feed, a_body(1, 0, "Gull"), a_body(2, 1, "Egret"), finch)
        moved = read(database, number, feed, a_body(1, 0, "Gull"), a_body(2, 3, "Egret"), finch, later=60)
        with database.unit_of_work() as session:
            ids = {row.name: row.id for row in session.execute(select(ServiceBody)).scalars()}
            merge_nodes(session, BODIES, ids["Gull"], into=ids["Finch"], actor="user:1", reason="", now=NOW)
        back(database, moved)
    assert tree(database) == ["Finch", "Finch > Egret"]
    assert faults(database) == []


def test_a_body_does_not_get_a_name_back_that_another_beside_it_has_by_now(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        refreshed(database, number, feed, payload=answers(*MEETINGS))
        moved = refreshed(database, number, feed, payload=answers(*MEETINGS, GetServiceBodies=RENAMED), later=60).run
        edited(database, "Hill › Dale Area", to="River Area")
        back(database, moved)
    assert {"Lark Region > River Area", "Lark Region > Stream Area"} <= set(tree(database))
    assert len(set(tree(database))) == len(tree(database))


def test_two_bodies_that_have_swapped_their_names_swap_them_back(database: Database) -> None:
    with feeding() as feed:
        number = a_server(database, feed, SourcePolicy.PUBLISH)
        read(database, number, feed, a_body(1, 0, "Gull"), a_body(2, 0, "Egret"))
        before = told(database)
        swapped = read(database, number, feed, a_body(1, 0, "Egret"), a_body(2, 0, "Gull"), later=60)
        assert told(database)["bodies"] != before["bodies"]
        back(database, swapped)
    assert told(database) == before
    assert run(database, swapped).words.endswith("Its service bodies and formats are as before.")
    assert faults(database) == []


def shifted() -> bytes:
    """A server that has the numbers of three stock formats the other way round."""
    known = {each["id"]: each for each in formats("en")}
    others = [known["4"] | {"id": "17"}, known["27"] | {"id": "4"}, known["17"] | {"id": "27"}]
    meetings = [a_meeting(number, formats="", format_shared_id_list="") for number in range(1, 21)]
    return answers(*meetings, GetFormats_en=others, GetFormats_de=[])


def test_formats_that_took_each_others_numbers_get_their_own_again(database: Database) -> None:
    before = told(database)
    run_import(database, payload=shifted(), source="Larks", kind="bmlt", options=NA, now=NOW)
    assert told(database)["formats"] != before["formats"]
    back(database, 1)
    after = told(database)
    assert (after["formats"], after["names"]) == (before["formats"], before["names"])


def test_a_format_that_another_source_tells_by_its_new_number_keeps_it(database: Database) -> None:
    run_import(database, payload=shifted(), source="Larks", kind="bmlt", options=NA, now=NOW)
    moved = told(database)["formats"]
    with database.unit_of_work() as session:
        told_since = {"source": 99, "world_id": "CLOSED", "kind": "O", "names": {}}
        session.get_one(BmltFormat, 17).told = told_since
    back(database, 1)
    with database.reading() as session:
        assert session.get_one(BmltFormat, 17).world_id == "CLOSED"
    assert len(told(database)["formats"]) == len(moved)
    assert "format 17" in run(database, 1).words
