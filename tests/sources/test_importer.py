"""Imports: what a feed changes in the directory, what it must not change, and what the report says of it."""

import datetime as dt
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import func, select

from finder.domain.errors import BadInputError
from finder.domain.sources import SHEETS
from finder.feeds.rows import FeedError
from finder.sources.geocoding import geocoder_of
from finder.sources.importer import DECODERS, run_import
from finder.sources.report import ImportReport, ReportError, render_report, write_report
from finder.store.audit import AuditEntry
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.people import Group
from finder.store.place import Location, Region
from finder.store.shelf import DirectoryRevision, PublicListing
from finder.store.source import Source
from tests.sources.feeds import OPTIONS, a_feed, a_row
from tests.sources.loopback import serving

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
COUNTS = ("new", "changed", "unchanged", "gone", "refused")


def imported(database: Database, payload: bytes, source: str = "Larks", **changes: object) -> ImportReport:
    keywords: dict[str, object] = {"kind": "meeting-guide", "options": OPTIONS, "now": NOW, **changes}
    return run_import(database, source=source, payload=payload, **keywords)  # type: ignore[arg-type] # checked where it is written out


def counts(report: ImportReport) -> tuple[int, ...]:
    return tuple(getattr(report, name) for name in COUNTS)


def revision(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(DirectoryRevision.revision)).scalar_one()


def shown(database: Database, source: str = "Larks") -> dict[str, dict[str, object]]:
    """Documents of a source on the shelf by source key."""
    with database.reading() as session:
        texts = session.execute(select(PublicListing.document).where(~PublicListing.gone)).scalars()
        documents = [json.loads(text) for text in texts]
    return {document["source_key"]: document for document in documents if document["source"] == source}


def test_a_first_feed_is_put_on_the_shelf(database: Database) -> None:
    report = imported(database, a_feed(*(a_row(number) for number in range(12))))

    assert counts(report) == (12, 0, 0, 0, 0)
    assert report.applied
    document = shown(database)["larks-3"]
    assert (document["name"], document["source"], document["program"]) == ("Larks 3", "Larks", "aa")
    assert document["formats"] == [OPTIONS.catalogue.meeting_guide["O"]]


def test_the_same_feed_twice_changes_nothing(database: Database) -> None:
    feed = a_feed(*(a_row(number) for number in range(5)))
    imported(database, feed)
    before = revision(database)

    report = imported(database, feed, now=NOW + dt.timedelta(days=1))

    assert counts(report) == (0, 0, 5, 0, 0)
    assert revision(database) == before


def test_only_what_changed_is_written(database: Database) -> None:
    imported(database, a_feed(*(a_row(number) for number in range(5))))
    report = imported(database, a_feed(a_row(0, time="18:00"), *(a_row(number) for number in range(1, 6))))

    assert counts(report) == (1, 1, 4, 0, 0)
    assert shown(database)["larks-0"]["schedule"]["start"] == "18:00"  # type: ignore[index] # JSON
    with database.reading() as session:
        acts = session.execute(
            select(AuditEntry.act, func.count()).where(AuditEntry.target_kind == "meeting").group_by(AuditEntry.act)
        )
        assert dict(acts.all()) == {"publish": 6, "revise": 1}


def test_a_listing_gone_from_its_feed_leaves_the_shelf_and_comes_back_with_its_slug(database: Database) -> None:
    rows = [a_row(number) for number in range(20)]
    imported(database, a_feed(*rows))
    slug = shown(database)["larks-7"]["slug"]

    gone = imported(database, a_feed(*rows[:7], *rows[8:]))
    assert counts(gone) == (0, 0, 19, 1, 0)
    assert "larks-7" not in shown(database)

    back = imported(database, a_feed(*rows))
    assert counts(back) == (0, 1, 19, 0, 0)
    assert shown(database)["larks-7"]["slug"] == slug


@pytest.mark.parametrize(("held", "left"), [(5, 4), (20, 17), (200, 189), (8, 0)])
def test_a_feed_that_would_erase_much_is_not_applied(database: Database, held: int, left: int) -> None:
    rows = [a_row(number) for number in range(held)]
    imported(database, a_feed(*rows))
    before = revision(database)

    report = imported(database, a_feed(*rows[:left], a_row(1000)))

    assert not report.applied
    assert report.gone == held - left
    assert f"{held - left} of {held}" in report.message
    assert revision(database) == before
    assert len(shown(database)) == held


def test_what_would_erase_much_is_applied_when_it_is_allowed(database: Database) -> None:
    rows = [a_row(number) for number in range(5)]
    imported(database, a_feed(*rows))

    assert imported(database, a_feed(), allow_mass_removal=True).applied
    assert shown(database) == {}


def test_ten_of_a_hundred_may_go(database: Database) -> None:
    rows = [a_row(number) for number in range(100)]
    imported(database, a_feed(*rows))

    assert counts(imported(database, a_feed(*rows[10:]))) == (0, 0, 90, 10, 0)


@pytest.mark.parametrize("payload", [b"[]", a_feed({"slug": "x"}), a_feed(1, 2, 3)])
def test_a_feed_without_a_meeting_changes_nothing(database: Database, payload: bytes) -> None:
    report = imported(database, payload)

    assert not report.applied
    assert "no meeting" in report.message


def test_a_broken_feed_changes_nothing_and_says_where_it_is_broken(database: Database) -> None:
    imported(database, a_feed(a_row(1)))
    before = revision(database)

    with pytest.raises(FeedError, match="line 1, column"):
        imported(database, a_feed(a_row(1), a_row(2))[:-3])
    assert revision(database) == before


def test_a_row_that_has_become_unreadable_keeps_its_listing(database: Database) -> None:
    rows = [a_row(number) for number in range(3)]
    imported(database, a_feed(*rows))

    report = imported(database, a_feed(*rows[:2], a_row(2, name="")))

    assert counts(report) == (0, 0, 2, 0, 1)
    assert "larks-2" in shown(database)


def test_a_dry_run_counts_and_writes_nothing(database: Database) -> None:
    report = imported(database, a_feed(a_row(1), a_row(2, name=...)), dry_run=True)

    assert counts(report) == (1, 0, 0, 0, 1)
    assert not report.applied
    assert shown(database) == {}


def test_sources_do_not_touch_each_other_s_listings(database: Database) -> None:
    rows = [a_row(number) for number in range(3)]
    imported(database, a_feed(*rows))
    report = imported(database, a_feed(a_row(0, name="Wrens")), source="Wrens")

    assert counts(report) == (1, 0, 0, 0, 0)
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(Meeting)).scalar() == 4
        assert len(set(session.execute(select(Meeting.slug)).scalars())) == 4


def test_what_another_source_lists_already_is_published_and_named(database: Database) -> None:
    theirs = a_feed(*(a_row(number) for number in range(3)))
    assert "look" not in imported(database, theirs).message
    ours = a_feed(*(a_row(number, slug=f"wrens-{number}") for number in range(2)), a_row(9, slug="wrens-9", day=2))

    tried = imported(database, ours, source="Wrens", dry_run=True)
    done = imported(database, ours, source="Wrens")
    again = imported(database, ours, source="Wrens")

    for report in (tried, done):
        assert "2 new listings look like one of another source, for example 'Larks 0' like 'Larks 0' of Larks (" in (
            report.message
        )
        assert "/moderate/duplicates" in report.message
    assert set(shown(database, "Wrens")) == {"wrens-0", "wrens-1", "wrens-9"}
    assert "duplicates" not in again.message


def test_groups_locations_and_regions_are_shared_between_rows_that_mean_the_same(database: Database) -> None:
    same = {"group": "Lark Group", "location": "Larkspur Hall", "latitude": 39.7, "longitude": -89.6}
    address = "1 Example Street, Springfield, IL 62701, USA"
    rows = [a_row(number, **same, formatted_address=address, group_notes="") for number in range(4)]
    rows.append(a_row(4, **{**same, "location": "LARKSPUR  HALL"}, formatted_address=address.upper()))
    imported(database, a_feed(*rows))

    with database.reading() as session:
        for table, number in ((Group, 1), (Location, 1), (Region, 2)):
            assert session.execute(select(func.count()).select_from(table)).scalar() == number


def test_private_contacts_are_not_on_the_shelf(database: Database) -> None:
    imported(database, a_feed(a_row(1, contact_1_name="Quillonprivate", contact_1_phone="555-0199")))

    assert "Quillonprivate" not in json.dumps(shown(database))


def test_a_place_without_coordinates_is_placed_in_its_town_and_marked(database: Database, gazetteer: object) -> None:
    austin = {"formatted_address": "12 Example Street, Austin, TX 78701, USA", "latitude": ..., "longitude": ...}
    feed = a_feed(a_row(1, **austin, timezone=...))
    report = imported(database, feed, gazetteer=gazetteer)

    document = shown(database)["larks-1"]
    location, schedule = document["location"], document["schedule"]
    assert isinstance(location, dict)
    assert isinstance(schedule, dict)
    assert location["precision"] == "approximate"
    assert location["latitude"] == pytest.approx(30.27, abs=0.15)
    assert schedule["zone"] == "America/Chicago"
    assert [line.field for line in report.rows] == ["latitude"]
    assert counts(imported(database, feed, gazetteer=gazetteer)) == (0, 0, 1, 0, 0)


def test_a_namesake_abroad_is_no_place_for_a_meeting(database: Database, gazetteer: object) -> None:
    nowhere = {
        "formatted_address": "7 Example Trail, Gunn, Alberta, T0E 1A0, Canada",
        "latitude": ...,
        "longitude": ...,
    }
    report = imported(database, a_feed(a_row(1), a_row(2, **nowhere, timezone=...)), gazetteer=gazetteer)

    location = shown(database)["larks-2"]["location"]
    assert isinstance(location, dict)
    assert (location["latitude"], location["country"]) == (None, "CA")
    assert {line.field for line in report.rows} == {"latitude", "timezone"}


def test_a_zone_that_the_place_does_not_tell_is_that_of_most_rows(database: Database) -> None:
    nowhere = {
        "formatted_address": "7 Example Trail, Farmington, USA",
        "latitude": ...,
        "longitude": ...,
        "timezone": ...,
    }
    rows = [a_row(1), a_row(2), a_row(3, timezone="America/Denver"), a_row(4, **nowhere)]
    imported(database, a_feed(*rows), default_zone="Europe/Paris")

    assert shown(database)["larks-4"]["schedule"]["zone"] == "America/Chicago"  # type: ignore[index] # JSON


def test_a_zone_that_is_missing_comes_from_the_point(database: Database) -> None:
    imported(database, a_feed(a_row(1, timezone=..., latitude=53.5461, longitude=-113.4938)))

    assert shown(database)["larks-1"]["schedule"]["zone"] == "America/Edmonton"  # type: ignore[index] # JSON


def test_a_zone_that_nothing_tells_is_the_site_s_own_with_a_remark(database: Database) -> None:
    online = a_row(
        1, timezone=..., formatted_address=..., latitude=..., longitude=..., conference_url="https://zoom.us/j/5550101"
    )
    report = imported(database, a_feed(online), default_zone="Europe/Paris")

    assert shown(database)["larks-1"]["schedule"]["zone"] == "Europe/Paris"  # type: ignore[index] # JSON
    assert [line.field for line in report.rows] == ["timezone"]


def test_a_geocoder_is_asked_for_missing_points_once_and_its_answer_outlives_it(database: Database) -> None:
    place = {"lat": "39.75", "lon": "-89.65", "display_name": "there", "addresstype": "building"}
    address = "77 Example Street, Springfield, IL 62701, USA"
    bare = {"formatted_address": address, "latitude": ..., "longitude": ..., "location": "Hall"}
    feed = a_feed(a_row(1, **bare), a_row(2, **bare))
    with serving(lambda request: request.send(json.dumps([place]).encode())) as server:
        geocoder = geocoder_of("nominatim", server.url)
        first = imported(database, feed, geocoder=geocoder)
        second = imported(database, feed, geocoder=geocoder_of("nominatim", server.url))
    third = imported(database, feed, geocoder=geocoder_of("nominatim", server.url))  # it is down now

    assert first.rows == ()
    assert [counts(report) for report in (second, third)] == [(0, 0, 2, 0, 0)] * 2
    assert len(server.paths) == 1
    location = shown(database)["larks-2"]["location"]
    assert isinstance(location, dict)
    assert (location["latitude"], location["precision"]) == (39.75, "exact")


def test_a_building_that_is_closed_stays_the_place_that_it_is_for_others_and_opens_again(database: Database) -> None:
    place = {"lat": "39.75", "lon": "-89.65", "display_name": "there", "addresstype": "building"}
    address = "77 Example Street, Springfield, IL 62701, USA"
    bare = {"formatted_address": address, "latitude": ..., "longitude": ..., "location": "Hall", "timezone": ...}
    link = {"conference_url": "https://us02web.zoom.us/j/5550100"}
    feed = a_feed(a_row(1, **bare), a_row(2, **bare, **link, types=["O", "TC", "ONL"]))
    alone, again = (a_feed(a_row(2, **bare, **link, types=types)) for types in (["O", "TC", "ONL"], ["O"]))
    with serving(lambda request: request.send(json.dumps([place]).encode())) as server:
        first = imported(database, feed, geocoder=geocoder_of("nominatim", server.url))
        other = imported(database, alone, source="Wrens", geocoder=geocoder_of("nominatim", server.url))
    down = geocoder_of("nominatim", server.url)
    kept = [imported(database, feed, geocoder=down), imported(database, alone, source="Wrens", geocoder=down)]
    with database.reading() as session:
        places = session.execute(select(func.count()).select_from(Location)).scalar()
    imported(database, again, source="Wrens", geocoder=down)

    assert (counts(first), counts(other)) == ((2, 0, 0, 0, 0), (1, 0, 0, 0, 0))
    assert [counts(report) for report in kept] == [(0, 0, 2, 0, 0), (0, 0, 1, 0, 0)]
    assert places == 1
    open_again = shown(database, "Wrens")["larks-2"]
    assert (open_again["attendance"], open_again["extra"]) == ("hybrid", {})


def test_a_geocoder_that_is_down_is_remarked_and_stops_nothing(database: Database) -> None:
    with serving(lambda request: request.send(status=503)) as server:
        geocoder = geocoder_of("photon", server.url)
        report = imported(database, a_feed(a_row(1, latitude=..., longitude=...)), geocoder=geocoder)

    assert counts(report) == (1, 0, 0, 0, 0)
    assert any("geocoder" in line.reason for line in report.rows)


def test_nobody_has_confirmed_a_meeting_in_the_future(database: Database) -> None:
    report = imported(database, a_feed(a_row(1, last_contact="2031-01-01", updated="2031-01-01 10:00:00")))

    assert shown(database)["larks-1"]["confirmed_at"] is None
    assert {line.field for line in report.rows} == {"last_contact", "updated"}


def test_a_table_is_imported_like_a_feed(database: Database) -> None:
    table = b"Name,Address,City,State,Latitude,Longitude,Day,Time\nA,1 Oak,Springfield,IL,39.7,-89.6,Sunday,9:00 PM\n"

    assert counts(imported(database, table, kind="csv")) == (1, 0, 0, 0, 0)
    assert counts(imported(database, table, kind="csv")) == (0, 0, 1, 0, 0)


def test_a_wrong_format_or_program_is_explained_and_changes_nothing(database: Database) -> None:
    with pytest.raises(BadInputError, match="meeting-guide or csv"):
        imported(database, b"[]", kind="xml")
    wrong = OPTIONS.__class__(program="no-such", catalogue=OPTIONS.catalogue)
    with pytest.raises(BadInputError, match="no program"):
        imported(database, a_feed(a_row(1)), options=wrong)
    assert shown(database) == {}


def test_the_report_is_written_as_promised(database: Database, tmp_path: Path) -> None:
    report = imported(database, a_feed(a_row(1, types=["O", "QQ"]), a_row(2, name="")))
    write_report(tmp_path / "report.json", report)

    assert json.loads((tmp_path / "report.json").read_text()) == {
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "gone": 0,
        "refused": 1,
        "rows": [
            {"row": 1, "field": "types", "value": "QQ", "reason": report.rows[0].reason, "refused": False},
            {"row": 2, "field": "name", "value": "", "reason": report.rows[1].reason, "refused": True},
        ],
    }
    with pytest.raises(ReportError, match="could not be written"):
        write_report(tmp_path, report)


def test_the_terminal_shows_counts_reasons_and_examples_as_plain_text(database: Database) -> None:
    report = imported(database, a_feed(a_row(1, types=["[bold]QQ[/bold]"]), a_row(2, name="")))
    console = Console(width=200, file=io.StringIO())
    with console.capture() as captured:
        console.print(render_report(report))
    text = captured.get()

    assert "Larks: imported" in text
    assert "[bold]QQ[/bold]" in text
    assert "refused" in text


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        ("csv", b"Name,City\n\nA,Austin\n,Austin\n", "first in row of the sheet"),
        ("meeting-guide", a_feed(a_row(1), a_row(2, name="")), "first in row"),
    ],
)
def test_the_terminal_says_whose_numbers_those_of_rows_are(
    kind: str, payload: bytes, words: str, database: Database
) -> None:
    console = Console(width=200, file=io.StringIO())
    with console.capture() as captured:
        console.print(render_report(imported(database, payload, kind=kind)))
    cells = [[cell.strip() for cell in re.split("[│┃]", line)] for line in captured.get().splitlines()]
    heading = next(line for line in cells if words in line)
    refused = next(line for line in cells if "refused" in line and "name" in line)

    assert refused[heading.index(words)] == ("4" if kind == "csv" else "2")


def test_every_kind_of_sheet_is_one_that_is_read() -> None:
    assert set(DECODERS) > SHEETS


def test_progress_is_told(database: Database) -> None:
    told: list[tuple[int, int]] = []
    imported(database, a_feed(a_row(1), a_row(2)), progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (2, 2)


def test_what_is_not_said_again_stays_as_the_source_has_it(database: Database) -> None:
    """Another import without its service body and its region takes no listing away from whose it is."""
    payload = a_feed(a_row(1), a_row(2))
    first = replace(OPTIONS, service_body="Delaware > Sussex", region=("Delaware",))
    assert counts(imported(database, payload, options=first)) == (2, 0, 0, 0, 0)
    assert counts(imported(database, payload)) == (0, 0, 2, 0, 0)
    with database.reading() as session:
        assert session.execute(select(Source.country)).scalar_one() == "US"
    abroad = replace(OPTIONS, country="")
    assert counts(imported(database, payload, options=abroad, default_country="DE")) == (0, 0, 2, 0, 0)
    assert counts(imported(database, payload, options=replace(OPTIONS, service_body="Maryland"))) == (0, 2, 0, 0, 0)


@pytest.mark.parametrize("name", ["", " \t\n", "\u202e", "x" * 256, "this directory", " this  directory\u202e"])
def test_a_name_that_no_source_can_have_is_refused_before_anything_is_read(name: str, database: Database) -> None:
    with pytest.raises(BadInputError) as raised:
        imported(database, b"this is no feed", source=name)
    assert raised.value.parameter == "name"


def test_a_new_source_is_called_by_its_name_tidied_and_one_that_is_here_as_it_is(database: Database) -> None:
    for name in ("Larks\u202e\n of\tthe  West ", "Larks of the West"):
        report = imported(database, a_feed(a_row(1)), source=name)
        assert report.source == "Larks of the West"
    older = " Wrens\u202e"  # of a time when any name was taken
    with database.unit_of_work() as session:
        session.add(Source(name=older, kind="meeting-guide", field_rules={}, validators={}))
    assert imported(database, a_feed(a_row(2)), source=older).source == older
    with database.reading() as session:
        names = session.execute(select(Source.name).where(Source.kind != "").order_by(Source.id)).scalars().all()
    assert names == ["Larks of the West", older]
