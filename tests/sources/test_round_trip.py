"""Out as a table and in again: nothing is changed, whatever the listings hold."""

import csv
import datetime as dt
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from finder.directory.batch import Batch, apply_batch
from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft
from finder.domain.schedule import Override
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, OverrideKind, Precision, RecurrenceKind
from finder.feeds.bmlt_fields import field_value
from finder.feeds.naws import encode_naws
from finder.feeds.rows import DecodeOptions
from finder.feeds.tabular import decode_table
from finder.feeds.tabular_write import COLUMNS, encode_table
from finder.feeds.words import Words
from finder.sources.importer import run_import
from finder.store.database import Database
from finder.store.meeting import Meeting
from finder.store.place import Location
from finder.store.shelf import PublicListing
from finder.store.shelf_reader import ShelfReader
from tests.conftest import Databases, prepare, prepare_demo
from tests.factories import a_listing, a_location, a_schedule
from tests.requirements import need, samples_folder
from tests.sources.feeds import OPTIONS
from tests.sources.test_importer import NOW, counts

SAMPLES = ("oc_2023", "aasfmarin_2021", "edmonton_2024", "sussexaa_2024")
#: Both directories know the service that the made-up meetings are held on.
BOTH = replace(OPTIONS, hosts=("meet.example.org",))
#: Numbers that a directory gives by itself, and where it has a listing from.
GIVEN_HERE = ("id", "revision", "source")


def documents_of(database: Database) -> list[dict[str, Any]]:
    with database.reading() as session:
        statement = select(PublicListing.document).where(~PublicListing.gone).order_by(PublicListing.slug)
        return [json.loads(text) for text in session.execute(statement).scalars()]


def told(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what a directory gives by itself; a listing without a source's key is known by its slug."""
    said = {name: value for name, value in document.items() if name not in GIVEN_HERE}
    for part in ("group", "location"):
        said[part] = said[part] and {name: value for name, value in said[part].items() if name != "id"}
    return said | {"source_key": document["source_key"] or document["slug"]}


def table_of(database: Database, *, mark: bool = False) -> bytes:
    reader = ShelfReader(database.url)
    words = Words.read(reader.vocabulary)
    reader.close()
    return b"".join(encode_table(documents_of(database), words, mark=mark))


def read_into(database: Database, table: bytes, options: DecodeOptions = BOTH) -> tuple[int, ...]:
    report = run_import(database, source="Moved", payload=table, kind="csv", options=options, now=NOW)
    assert report.applied, report.message
    remarked = {(line.field, line.value, line.reason) for line in report.rows}
    assert {each for each in remarked if not each[2].startswith("has no coordinates")} == set()  # nor had it before
    return counts(report)


def assert_survives(before: Database, databases: Databases) -> None:
    """Into an empty directory, twice: the same listings, then nothing to change, and the same table out again."""
    table, documents = table_of(before), documents_of(before)
    after = Database(databases.copy_of("prepared", prepare))
    try:
        assert read_into(after, table) == (len(documents), 0, 0, 0, 0)
        found = {document["slug"]: told(document) for document in documents_of(after)}
        assert len(found) == len(documents)
        for document in documents:
            assert found[document["slug"]] == told(document)
        assert read_into(after, table) == (0, 0, len(documents), 0, 0)
        by_name = sorted(csv.DictReader(io.StringIO(table.decode())), key=lambda row: row["Slug"])
        again = sorted(csv.DictReader(io.StringIO(table_of(after).decode())), key=lambda row: row["Slug"])
        for first, second in zip(by_name, again, strict=True):
            second |= {name: first[name] for name in ("Source", "Source Key")}
            assert first == second
    finally:
        after.dispose()


def test_the_demo_directory_survives_a_table(databases: Databases) -> None:
    before = Database(databases.copy_of("demo", prepare_demo))
    assert_survives(before, databases)
    before.dispose()


def test_the_table_read_over_the_listings_that_it_came_from_changes_nothing(demo_database: Database) -> None:
    def private() -> list[tuple[object, ...]]:
        with demo_database.reading() as session:
            rows = select(Meeting.id, Location.street, Meeting.conference_url).outerjoin(Location)
            return [tuple(row) for row in session.execute(rows.order_by(Meeting.id))]

    before, told = private(), documents_of(demo_database)
    report = run_import(
        demo_database, source="Demo", payload=table_of(demo_database), kind="csv", options=BOTH, now=NOW
    )

    assert counts(report) == (0, 0, len(told), 0, 0)
    assert private() == before
    assert sum(document["join_policy"] == "on_request" for document in told) > 50
    assert sum((document["location"] or {}).get("address_visibility") == "area" for document in told) > 10


@pytest.mark.one_database
@pytest.mark.samples
@pytest.mark.parametrize("name", SAMPLES)
def test_a_real_feed_survives_a_table(name: str, databases: Databases, database: Database) -> None:
    path = samples_folder() / "meeting-guide" / f"{name}.json"
    need("samples", present=path.is_file(), how="set FINDER_SAMPLES to the folder of real feeds")
    run_import(database, source=name, payload=path.read_bytes(), kind="meeting-guide", options=OPTIONS, now=NOW)
    assert_survives(database, databases)


def without_a_way_in() -> list[ListingDraft]:
    """Listings that say how to join and have neither a link nor a number."""
    return [
        a_listing(name="Write first", attendance=Attendance.ONLINE, conference_url_notes="Write to us\nfor the link"),
        a_listing(name="Call first", attendance=Attendance.HYBRID, conference_phone_notes="=Ask for the code"),
        a_listing(name="Both first", conference_url_notes="In winter only", conference_phone_notes="Likewise"),
    ]


def test_a_name_with_the_mark_of_a_path_in_it_stays_one(database: Database) -> None:
    with database.unit_of_work() as session:
        listing = a_listing(region=("Plains > Coast", "Austin"))  # as older directories have it
        apply_batch(session, Batch(source="Odd", new=(listing,)), actor="test", reason="", now=NOW)
    [row] = csv.DictReader(io.StringIO(table_of(database).decode()))
    assert row["Region"] == "Plains › Coast > Austin"


def odd_listings() -> list[ListingDraft]:
    """One listing for everything that a table could lose."""
    day = dt.date(2026, 12, 24)
    closed = Override(kind=OverrideKind.CANCELLED, first_date=day, last_date=day, note='Back in "May"; see\nthe door')
    moved = Override(
        kind=OverrideKind.MOVED,
        first_date=day,
        last_date=day + dt.timedelta(days=30),
        start=dt.time(18, 30),
        duration=dt.timedelta(minutes=90),
        place="Hall B, behind the café",
    )
    monthly = a_schedule(kind=RecurrenceKind.MONTHLY, weekdays=(1, 5), weeks_of_month=(-1, 1, 3), last_date=day)
    once = a_schedule(kind=RecurrenceKind.ONCE, weekdays=(), first_date=day)
    asked = a_schedule(kind=RecurrenceKind.APPOINTMENT, weekdays=(), start=None, duration=dt.timedelta(minutes=45))
    hidden = a_location(address_visibility=AddressVisibility.AREA)
    group = GroupDraft(name="=Group", notes="one\n\ntwo", website="https://example.org/a", district="5", venmo="@lark")
    everything = {
        "conference_url": "https://zoom.us/j/5550101?pwd=example",
        "conference_url_notes": "Wait & see <soon>",
        "conference_phone": "+1-512-555-0142,,5551234#",
        "conference_phone_notes": "-1 to speak",
        "service_body": "Lone Star > Hill Country",
        "unmapped_types": ("XYZ", "comma, inside"),
        "world_id": "G00091078",
        "bmlt_id": 4711,
        "extra": {
            "borough": "East",
            "train_lines": "Red\nBlue",
            "bus_lines": "5, " * 150 + "7",
            "door_code_hint": "@desk",
            "entity": "Larks",
        },
        "confirmed_at": dt.datetime(2026, 2, 1, 12, 30, 5, tzinfo=dt.UTC),
        "updated_at": dt.datetime(2026, 2, 2, tzinfo=dt.UTC),
        "demo": True,
    }
    return [
        a_listing(
            name="=HYPERLINK(1)", attendance=Attendance.HYBRID, group=group, overrides=(closed, moved), **everything
        ),
        a_listing(name="'=1", notes="'quoted' &amp; <b>bold</b>", schedule=monthly, temporarily_closed=True),
        a_listing(name="''-1", schedule=once, website="https://example.org/?a=1&b=2", url="https://example.org/here"),
        a_listing(name="@ask", schedule=asked, join_policy=JoinPolicy.ON_REQUEST, location=None),
        a_listing(name="Hidden, really", location=hidden),
        a_listing(name="Every other", schedule=a_schedule(weekdays=(0, 3), interval=2, first_date=day)),
        a_listing(name="All day", schedule=a_schedule(duration=dt.timedelta(hours=24)), formats=("open", "women")),
        a_listing(name="Late", schedule=a_schedule(start=dt.time(23, 30), duration=dt.timedelta(minutes=95))),
        a_listing(name="Afar", attendance=Attendance.ONLINE, location=None, join_policy=JoinPolicy.ON_REQUEST),
        a_listing(
            name="Out of its hall",
            attendance=Attendance.ONLINE,
            conference_url="https://zoom.us/j/5550100",
            extra={"location_closed": "yes"},
        ),
        *without_a_way_in(),
        a_listing(name="Town", location=a_location(precision=Precision.APPROXIMATE, unit="4b", access_notes="Ramp")),
    ]


def test_whatever_a_listing_holds_survives_a_table(databases: Databases, database: Database) -> None:
    drafts = tuple(odd_listings())
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Odd", new=drafts), actor="test", reason="", now=NOW)
    assert_survives(database, databases)


def test_a_table_read_over_the_listings_that_it_came_from_empties_no_notes(database: Database) -> None:
    drafts = tuple(without_a_way_in())
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Odd", new=drafts), actor="test", reason="", now=NOW)
    before = documents_of(database)

    report = run_import(database, source="Odd", payload=table_of(database), kind="csv", options=BOTH, now=NOW)

    assert counts(report) == (0, 0, len(drafts), 0, 0)
    assert documents_of(database) == before
    told = {document["name"]: document["conference"] for document in before}
    assert {name: (each["url_notes"], each["phone_notes"]) for name, each in told.items()} == {
        draft.name: (draft.conference_url_notes, draft.conference_phone_notes) for draft in drafts
    }


def test_others_read_in_a_table_that_a_building_is_closed(database: Database) -> None:
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Odd", new=tuple(odd_listings())), actor="test", reason="", now=NOW)
    lines = csv.DictReader(io.StringIO(table_of(database).decode()))
    (line,) = (line for line in lines if line["Name"] == "Out of its hall")

    assert line["Types"] == "Open to everyone, Location Temporarily Closed, Online Meeting"
    as_others = {name: cell for name, cell in line.items() if name not in {"Attendance", "Join Policy"}}
    table = io.StringIO()
    writer = csv.DictWriter(table, as_others)
    writer.writeheader()
    writer.writerow(as_others)
    (row,) = decode_table(table.getvalue().encode(), options=OPTIONS).rows

    assert row.draft is not None
    assert (row.draft.attendance, row.draft.extra["location_closed"]) == (Attendance.ONLINE, "yes")
    assert row.draft.location is not None
    assert row.draft.location.street == "12 Example Street"


def test_no_cell_of_a_table_begins_a_formula(database: Database) -> None:
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Odd", new=tuple(odd_listings())), actor="test", reason="", now=NOW)

    header, *rows = csv.reader(io.StringIO(table_of(database).decode()))

    assert header == list(COLUMNS)
    points = {header.index("Latitude"), header.index("Longitude")}
    cells = [cell for row in rows for place, cell in enumerate(row) if place not in points]
    assert sum(cell.startswith("'") for cell in cells) > 5
    assert [cell for cell in cells if cell[:1] in set("=+-@\t\r\n")] == []


def test_a_byte_order_mark_is_for_programs_that_want_one(demo_database: Database) -> None:
    plain, marked = table_of(demo_database), table_of(demo_database, mark=True)

    assert marked == b"\xef\xbb\xbf" + plain
    assert decode_table(marked, options=OPTIONS).rows == decode_table(plain, options=OPTIONS).rows


@pytest.mark.parametrize(
    ("column", "cell", "field"),
    [
        ("Recurrence", "FREQ=MONTHLY;BYDAY=1FR,3TU", "recurrence"),
        ("Recurrence", "now and then", "recurrence"),
        ("Exceptions", "2026-12-25 closed", "exceptions"),
        ("Exceptions", "2026-12-25 to 2026-12-24: cancelled", "exceptions"),
        ("First Date", "12/25/2026", "first_date"),
        ("Day", "", "day"),
        ("Address Visibility", "hidden", "address_visibility"),
        ("Precision", "roughly", "precision"),
    ],
)
def test_a_row_that_would_send_people_elsewhere_is_refused_with_the_reason(column: str, cell: str, field: str) -> None:
    cells = {
        "Name": "Larks",
        "Attendance": "in person",
        "Join Policy": "open",
        "Day": "Monday",
        "Time": "19:00",
        "Timezone": "UTC",
    }
    table = "\n".join(
        ",".join(f'"{text}"' for text in line) for line in ({**cells, column: ""}, (cells | {column: cell}).values())
    )

    (row,) = decode_table(table.encode(), options=OPTIONS).rows

    assert row.draft is None
    assert [remark.field for remark in row.remarks if remark.refused] == [field]


@pytest.mark.parametrize(
    ("attendance", "policy", "visibility", "recurrence", "field"),
    [
        ("in-person", "open", "area", "", ""),
        ("In person", "", "area", "", ""),
        ("", "", "area", "", "attendance"),
        ("in person", "yes", "area", "", "join_policy"),
        ("in person", "open", "hidden", "", "address_visibility"),
        ("", "on request", "", "", "attendance"),
        ("Online only", "on request", "", "", "attendance"),
        ("online", "on-request", "", "", ""),
        ("", "", "", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "attendance"),
    ],
)
def test_what_a_row_hides_is_never_published_for_a_slip_in_another_cell(
    attendance: str, policy: str, visibility: str, recurrence: str, field: str
) -> None:
    header = (
        "Name,Attendance,Join Policy,Address Visibility,Recurrence,Address,City,State,Day,Time,Timezone,Conference URL"
    )
    cells = f"{attendance},{policy},{visibility},{recurrence},72 Hidden Road,Austin,TX,Monday,19:00,UTC"
    table = f"{header}\nLarks,{cells},https://zoom.us/j/5550101?pwd=zz\n"

    (row,) = decode_table(table.encode(), options=OPTIONS).rows

    assert [remark.field for remark in row.remarks if remark.refused] == ([field] if field else [])
    if row.draft is not None:
        hidden = row.draft.location and row.draft.location.address_visibility is AddressVisibility.AREA
        assert hidden or row.draft.join_policy is JoinPolicy.ON_REQUEST


@pytest.mark.parametrize(
    ("cells", "parts"),
    [
        (
            {"Full Address": "12 Example Street,  Austin, TX 78701, USA"},
            ("12 Example Street", "Austin", "TX", "78701", "US"),
        ),
        ({"Full Address": "12 High Road, London SW1A 1AA, UK"}, ("12 High Road", "London", "", "SW1A 1AA", "GB")),
        ({"Full Address": "Austin, TX, USA"}, ("", "Austin", "TX", "", "US")),
        (
            {"Full Address": "12 Example Street, Austin, TX", "Postal Code": "78701", "Country": "USA"},
            ("12 Example Street", "Austin", "TX", "78701", "USA"),
        ),
        ({"Full Address": "The hall by the river, Austin, TX", "City": "Austin"}, ("", "Austin", "", "", "")),
        ({"Full Address": "The hall, Austin, TX", "Address": "9 Side Street"}, ("9 Side Street", "", "", "", "")),
        ({"Full Address": "12 Example Street, Austin, TX", "Precision": "exact"}, ("", "", "", "", "")),
    ],
)
def test_an_address_that_somebody_gave_in_one_line_has_its_parts(cells: dict[str, str], parts: tuple[str, ...]) -> None:
    row = {"Name": "Larks", "Attendance": "in person", "Join Policy": "open", "Day": "Monday", "Time": "19:00", **cells}
    table = "\n".join(",".join(f'"{text}"' for text in line) for line in (row, row.values()))

    [draft] = [each.draft for each in decode_table(table.encode(), options=OPTIONS).rows]

    assert draft is not None
    place = draft.location or LocationDraft()
    assert (place.street, place.city, place.state, place.postal_code, place.country) == parts
    assert place.formatted_address == " ".join(cells["Full Address"].split())
    assert place.precision is Precision.EXACT


def test_an_address_in_one_line_is_told_to_bmlt_clients_and_na_world_services_in_parts(database: Database) -> None:
    table = b"Name,Attendance,Join Policy,Day,Time,Timezone,Full Address\nLarks,in person,open,Monday,19:00,UTC,"
    read_into(database, table + b'"12 Example Street, Austin, TX 78701, USA"\n')
    [document] = documents_of(database)
    naws = b"".join(encode_naws([document], [], Words(), moment_of=lambda _: None, today=NOW.date())).decode()
    [line] = csv.DictReader(io.StringIO(naws))
    told = {name: field_value(document, name, NOW.date()) for name in ("location_street", "location_municipality")}
    assert (line["Address"], line["City"], line["State"], line["Zip"]) == ("12 Example Street", "Austin", "TX", "78701")
    assert told == {"location_street": "12 Example Street", "location_municipality": "Austin"}


def test_a_listing_of_which_one_line_is_held_survives_a_table(databases: Databases, database: Database) -> None:
    place = a_location(street="", city="", state="", postal_code="", country="")
    places = [place, replace(place, precision=Precision.APPROXIMATE), replace(place, name="")]
    drafts = tuple(a_listing(name="Larks", slug=f"larks-{number}", location=each) for number, each in enumerate(places))
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Own", new=drafts), actor="test", reason="", now=NOW)
    assert_survives(database, databases)


def test_a_row_that_is_not_ours_is_read_as_one_of_any_table() -> None:
    lines = (
        "Name,Attendance,Join Policy,City,Day,Time",
        "Ours,hybrid,open,Springfield,Monday,19:00",
        "Typed in,,,Springfield,Monday,19:00",
        "Of others,hybrid,,Springfield,Monday,19:00",
    )

    ours, *others = (row.draft for row in decode_table("\n".join(lines).encode(), options=OPTIONS).rows)

    assert ours is not None
    assert (ours.attendance, ours.temporarily_closed) == (Attendance.HYBRID, False)
    for draft in others:  # neither a street nor a way to join is known of them
        assert draft is not None
        assert (draft.attendance, draft.temporarily_closed) == (Attendance.IN_PERSON, True)
