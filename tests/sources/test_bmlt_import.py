"""A BMLT server taken at once: tree, formats and listings in one transaction, and the same answers twice."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from finder.domain.errors import BadInputError
from finder.feeds.rows import FeedError
from finder.search.places import Gazetteer
from finder.sources.bmlt_server import ServerAnswers
from finder.sources.importer import run_import
from finder.sources.report import ImportReport
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Contact, ServiceBody
from finder.store.source import Source
from tests.directory.test_bmlt_vocabulary import assert_whole, revision, tree
from tests.feeds.bmlt_answers import NA, a_meeting, answers, service_bodies
from tests.feeds.test_naws_read import a_row, sheet
from tests.feeds.workbooks import workbook
from tests.sources.test_importer import NOW, counts, shown

ZOOM = "https://zoom.us/j/5550101"


def imported(database: Database, payload: ServerAnswers, **changes: Any) -> ImportReport:  # noqa: ANN401 - whatever the option takes
    options = {"source": "Larks", "kind": "bmlt", "options": NA, "now": NOW, **changes}
    return run_import(database, payload=payload, **options)


def test_a_server_is_taken_with_its_tree_its_formats_and_its_numbers(database: Database) -> None:
    report = imported(database, answers(*(a_meeting(number) for number in range(1, 13))))

    assert report.applied
    assert counts(report) == (12, 0, 0, 0, 0)
    assert "4 service bodies, 14 formats" in report.message
    document = shown(database)["7"]
    assert (document["bmlt_id"], document["world_id"]) == (7, "G0000007")
    assert document["service_body"] == {"slug": "river-area", "name": "River Area"}
    assert document["extra"]["parking"] == "Behind the hall"  # type: ignore[index] # JSON
    assert tree(database)["Lark Region / River Area / Mill Town Group"] == 40
    with database.reading() as session:
        assert session.execute(select(Source.kind)).scalar_one() == "bmlt"
        assert session.get_one(BmltFormat, 27).key == "St"
    assert_whole(database)


def test_the_same_answers_twice_change_nothing(database: Database) -> None:
    payload = answers(*(a_meeting(number) for number in range(1, 6)))
    imported(database, payload)
    before = revision(database)

    report = imported(database, payload, now=NOW + dt.timedelta(days=1))

    assert counts(report) == (0, 0, 5, 0, 0)
    assert "nothing to change" in report.message
    assert revision(database) == before


def test_numbers_survive_that_a_meeting_goes_and_comes_back(database: Database) -> None:
    meetings = [a_meeting(number) for number in range(100, 120)]
    imported(database, answers(*meetings))
    gone = a_meeting(107, published="0")

    assert counts(imported(database, answers(*meetings[:7], gone, *meetings[8:]))) == (0, 0, 19, 1, 1)
    assert "107" not in shown(database)
    assert counts(imported(database, answers(*meetings))) == (0, 1, 19, 0, 0)
    assert shown(database)["107"]["bmlt_id"] == 107


def test_two_servers_with_the_same_numbers_stand_beside_each_other(database: Database) -> None:
    imported(database, answers(a_meeting(7)))
    other = [{**body, "name": f"{body['name']} East", "world_id": ""} for body in service_bodies()]
    payload = answers(a_meeting(7, meeting_name="Owls"), GetServiceBodies=other)
    imported(database, payload, source="Owls")
    before = revision(database)

    assert counts(imported(database, payload, source="Owls")) == (0, 0, 1, 0, 0)
    assert revision(database) == before
    with database.reading() as session:
        numbers = session.execute(select(Meeting.bmlt_id).order_by(Meeting.id)).scalars().all()
        of_each = select(func.count()).where(BmltFormat.source_id.is_not(None)).group_by(BmltFormat.source_id)
        assert len(set(session.execute(of_each).scalars())) == 1  # beside the stock ones, which are the directory's
    assert numbers == [7, 8]
    assert len(tree(database)) == 8


def test_a_new_name_of_a_body_is_no_change_of_a_listing_but_of_its_words(database: Database) -> None:
    imported(database, answers(a_meeting(7), a_meeting(8)))
    renamed = [{**body, "name": "Stream Area"} if body["id"] == "12" else body for body in service_bodies()]

    tried = imported(database, answers(a_meeting(7), a_meeting(8), GetServiceBodies=renamed), dry_run=True)
    assert counts(tried) == (0, 0, 2, 0, 0)
    assert "beside the listings: 1 " in tried.message
    imported(database, answers(a_meeting(7), a_meeting(8), GetServiceBodies=renamed))
    assert shown(database)["7"]["service_body"] == {"slug": "river-area", "name": "Stream Area"}
    assert tree(database)["Lark Region / Stream Area"] == 12
    assert_whole(database)


@pytest.mark.parametrize("how", ["program", "dry run", "mass removal", "broken"])
def test_what_is_not_applied_leaves_nothing_behind(how: str, database: Database) -> None:
    imported(
        database, answers(*(a_meeting(number) for number in range(1, 31)), GetServiceBodies=None, GetFormats_en=None)
    )
    before, known = revision(database), formats_of(database)
    payload = answers(a_meeting(99))

    if how == "program":
        with pytest.raises(BadInputError):
            imported(database, payload, options=replace(NA, program="nothing"), allow_mass_removal=True)
    elif how == "broken":
        with pytest.raises(FeedError):
            imported(database, payload[:-30])
    else:
        changes = {"dry_run": True, "allow_mass_removal": True} if how == "dry run" else {}
        report = imported(database, payload, **changes)
        assert not report.applied
    assert revision(database) == before
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(ServiceBody)).scalar_one() == 0
    assert formats_of(database) == known  # the names of the answer in English are not among them
    assert len(shown(database)) == 30


def formats_of(database: Database) -> list[tuple[int, str, str]]:
    """Number, language and name of every format."""
    columns = select(BmltFormatName.bmlt_format_id, BmltFormatName.language, BmltFormatName.name)
    with database.reading() as session:
        return [(row[0], row[1], row[2]) for row in session.execute(columns.order_by(*columns.selected_columns))]


def test_contacts_are_kept_and_never_shown(database: Database) -> None:
    imported(database, answers(a_meeting(7, contact_name_1="Sentinel", contact_email_1="sentinel@example.org")))

    with database.reading() as session:
        assert session.execute(select(Contact.name)).scalar_one() == "Sentinel"
    assert "sentinel" not in json.dumps(shown(database)).casefold()


def test_a_meeting_without_a_zone_is_in_that_of_its_point_or_of_its_area(
    database: Database, gazetteer: Gazetteer
) -> None:
    nowhere = {name: "" for name in a_meeting(1) if name.startswith("location_")}
    online = {"venue_type": "2", "virtual_meeting_link": ZOOM, "latitude": "", "longitude": "", **nowhere}
    berlin = {"latitude": "52.5", "longitude": "13.4", "service_body_bigint": "13", "time_zone": ""}
    meetings = [
        *(a_meeting(number, time_zone="") for number in range(1, 6)),
        *(a_meeting(number, **berlin) for number in range(6, 8)),
        a_meeting(8, time_zone="", **online),
        a_meeting(9, time_zone="", **online, service_body_bigint="13"),
    ]
    imported(database, answers(*meetings), gazetteer=gazetteer)

    zones = {key: document["schedule"]["zone"] for key, document in shown(database).items()}  # type: ignore[index] # JSON
    assert (zones["1"], zones["6"]) == ("America/Chicago", "Europe/Berlin")
    assert (zones["8"], zones["9"]) == ("America/Chicago", "Europe/Berlin")


def test_what_is_told_beside_the_meetings_is_remarked_on_too(database: Database) -> None:
    broken = [*service_bodies(), {"id": "", "name": "Nobody's"}]
    report = imported(database, answers(a_meeting(7), GetServiceBodies=broken))

    assert [(line.row, line.field) for line in report.rows] == [(0, "service body")]


def test_a_naws_sheet_lets_go_of_what_it_says_is_deleted(database: Database) -> None:
    rows = [a_row(bmlt_id=str(number), Time=f"{number}00") for number in range(10, 22)]
    imported(database, sheet(*rows), kind="naws")
    deleted = a_row(bmlt_id="15", Time="1500", Delete="D")

    report = imported(database, sheet(*rows[:5], deleted, *rows[6:]), kind="naws")
    assert counts(report) == (0, 0, 11, 1, 1)
    assert "15" not in shown(database)
    assert tree(database) == {"River Area": 1}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_may_be_either_whatever_it_is_called(kind: str, database: Database) -> None:
    table = [("Name", "Slug", "Day", "Time", "City", "State", "Time Zone"), *_rows()]
    as_csv = "\n".join(",".join(map(str, row)) for row in table).encode()

    assert counts(imported(database, workbook(table), kind=kind)) == (3, 0, 0, 0, 0)
    assert counts(imported(database, as_csv, kind=kind)) == (0, 0, 3, 0, 0)


def _rows() -> list[tuple[str, ...]]:
    return [
        (f"Larks {day}", f"larks-{day}", day, "19:00", "Springfield", "IL", "America/Chicago")
        for day in ("Monday", "Tuesday", "Friday")
    ]
