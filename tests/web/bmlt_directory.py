"""A made-up directory that BMLT clients ask: few meetings, each with a reason.

By number: 101 to 103 in person near one another and on three days, 104 online without a point, 105 on two weekdays,
106 over midnight, 107 on first Fridays only, 108 closed for now, 109 with its area only, 110 online with a point and a
whole day long, 111 by appointment, 112 one-off and over, 113 one-off and ahead, 114 every other week, 115 and 116 from
another server with formats and a field of its own.
"""

import datetime as dt
from typing import Any

from sqlalchemy import insert

from finder.directory.batch import Batch, apply_batch
from finder.directory.revision import note_vocabulary_change, raise_revision
from finder.directory.vocabulary import shelve_vocabulary
from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft
from finder.domain.schedule import Override, Schedule
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, OverrideKind, RecurrenceKind
from finder.store.bmlt import BmltFormat, BmltFormatName
from finder.store.database import Database
from finder.store.people import ServiceBody
from finder.store.source import Source
from finder.store.vocabulary import Format
from tests.conftest import NOW, prepare

ZONE = "America/New_York"
#: Number, name, number of the one above it, kind.
BODIES = (
    (10, "Lakes Region", None, "RS"),
    (11, "North Area", 10, "AS"),
    (12, "South Area", 10, "AS"),
    (13, "Harbor Group", 11, "GR"),
    (14, "Pier Group", 13, "GR"),
    (20, "Far Region", None, "RS"),
    (21, "Far Area", 20, "AS"),
)
PATHS = {
    10: "Lakes Region",
    11: "Lakes Region > North Area",
    12: "Lakes Region > South Area",
    13: "Lakes Region > North Area > Harbor Group",
    14: "Lakes Region > North Area > Harbor Group > Pier Group",
    20: "Far Region",
    21: "Far Region > Far Area",
}
#: Formats of the other server: number, key, slug here, world id, names by language.
THEIRS = (
    (70, "Zz", None, "", {"en": "Quiet hour", "de": "Ruhige Stunde"}),
    (107, "off", "open", "OPEN", {"de": "Offen", "en": "Open there"}),
    (213, "VM", None, "VM", {"de": "Virtuell"}),
)


def _place(latitude: float | None, longitude: float | None, city: str, state: str = "NY", **more: Any) -> LocationDraft:  # noqa: ANN401
    return LocationDraft(
        name=more.pop("name", f"{city} Hall"),
        street=more.pop("street", f"{len(city)} Example Street"),
        city=city,
        state=state,
        country=more.pop("country", "US"),
        latitude=latitude,
        longitude=longitude,
        zone=ZONE,
        **more,
    )


def _rule(days: tuple[int, ...], start: str, minutes: int, **more: Any) -> Schedule:  # noqa: ANN401
    return Schedule(
        weekdays=days, start=dt.time.fromisoformat(start), duration=dt.timedelta(minutes=minutes), zone=ZONE, **more
    )


def _meeting(number: int, name: str, body: int, rule: Schedule, **more: Any) -> ListingDraft:  # noqa: ANN401
    return ListingDraft(
        name=name,
        program=more.pop("program", "na"),
        attendance=more.pop("attendance", Attendance.IN_PERSON),
        schedule=rule,
        source_key=str(number),
        bmlt_id=number,
        service_body=PATHS[body],
        region=more.pop("region", ("United States", "New York")),
        **more,
    )


OURS = (
    _meeting(
        101,
        "Harbor Lights",
        13,
        _rule((0,), "09:00", 60),
        formats=("open", "newcomers"),
        location=_place(43.0, -77.0, "Ashford", postal_code="14001", notes="Ring the bell"),
        world_id="G00000101",
        notes="Tea and biscuits",
        group=GroupDraft(name="Harbor Group", email="harbor@example.org", phone="555-0101"),
    ),
    _meeting(
        102,
        "Noon Bell",
        11,
        _rule((1,), "12:00", 90),
        formats=("closed",),
        location=_place(43.01, -77.0, "Brookton"),
        extra={"borough": "East End", "neighborhood": "Mill", "county": "Lake", "train_lines": "L1", "bus_lines": "7"},
    ),
    _meeting(
        103,
        "Tuesday Tide",
        12,
        _rule((2,), "19:00", 60),
        formats=("open", "women"),
        attendance=Attendance.HYBRID,
        location=_place(43.1, -77.1, "Ashford"),
        conference_url="https://zoom.us/j/1030000000",
        conference_url_notes="Ask for the code",
        conference_phone="+1 555-555-0103",
    ),
    _meeting(
        104,
        "Evening Online",
        20,
        _rule((2,), "20:30", 60),
        formats=("open",),
        attendance=Attendance.ONLINE,
        conference_url="https://zoom.us/j/1040000000",
    ),
    _meeting(
        105,
        "Two Days",
        14,
        _rule((3, 6), "18:15", 75),
        formats=("open", "discussion"),
        location=_place(43.0, -77.02, "Cedar"),
        overrides=(
            Override(
                kind=OverrideKind.CANCELLED,
                first_date=dt.date(2026, 3, 14),
                last_date=dt.date(2026, 3, 14),
                note="The floor is painted.",
            ),
        ),
    ),
    _meeting(
        106,
        "Late Watch",
        21,
        _rule((5,), "23:00", 120),
        formats=("closed", "men"),
        location=_place(44.5, -75.0, "Dale", "VT"),
        region=("United States", "Vermont"),
    ),
    _meeting(
        107,
        "First Friday",
        21,
        _rule((5,), "19:30", 60, kind=RecurrenceKind.MONTHLY, weeks_of_month=(1,)),
        formats=("topic-meeting",),
        location=_place(43.2, -77.0, "Brookton"),
    ),
    _meeting(
        108,
        "Closed Door",
        11,
        _rule((4,), "10:00", 60),
        formats=("step-study",),
        temporarily_closed=True,
        location=_place(43.02, -77.03, "Brookton"),
    ),
    _meeting(
        109,
        "Haven",
        12,
        _rule((4,), "19:00", 60),
        formats=("women",),
        location=_place(
            43.7,
            -76.1,
            "Elmwood",
            street="9 Hiddensentinel Street",
            name="Secretsentinel House",
            address_visibility=AddressVisibility.AREA,
        ),
        region=("United States", "New York", "Elmwood"),
        conference_url="https://zoom.us/j/1090000000?pwd=codesentinel",
        join_policy=JoinPolicy.ON_REQUEST,
    ),
    _meeting(
        110,
        "Whole Day Room",
        20,
        _rule((6,), "00:00", 1440),
        formats=("basic-text",),
        attendance=Attendance.ONLINE,
        location=_place(43.0, -76.9, "Fenwick"),
        conference_url="https://zoom.us/j/1100000000",
    ),
    _meeting(111, "By Appointment", 10, Schedule(kind=RecurrenceKind.APPOINTMENT, zone=ZONE), formats=("open",)),
    _meeting(
        112,
        "Over and Done",
        10,
        _rule((), "09:00", 60, kind=RecurrenceKind.ONCE, first_date=dt.date(2026, 3, 1)),
        location=_place(43.0, -77.0, "Ashford"),
    ),
    _meeting(
        113,
        "Spring Fair",
        10,
        _rule((), "14:00", 180, kind=RecurrenceKind.ONCE, first_date=dt.date(2026, 3, 21)),
        formats=("open",),
        location=_place(45.0, -80.0, "Gault", "ON", country="CA"),
        region=("Canada", "Ontario"),
    ),
    _meeting(
        114,
        "Other Tuesdays",
        10,
        _rule((2,), "07:30", 45, interval=2, first_date=dt.date(2026, 3, 3)),
        formats=("meditation",),
        location=_place(43.0, -77.3, "Ashford"),
        program="aa",
    ),
)
ABROAD = (
    _meeting(
        115,
        "Grüße am Sonntag",
        21,
        _rule((0,), "11:00", 60),
        formats=("open",),
        unmapped_types=("Zz",),
        location=_place(52.5, 13.4, "Berlin", "", country="DE"),
        region=("Germany", "Berlin"),
        extra={"format_comments": "Bring a mat", "zone": "Mitte"},
        notes="Zum / Hof",
    ),
    _meeting(
        116,
        "Montag Online",
        21,
        _rule((1,), "19:00", 60),
        attendance=Attendance.ONLINE,
        region=("Germany", "Berlin"),
        conference_url="https://zoom.us/j/1160000000",
    ),
)


def prepare_bmlt(database: Database) -> None:
    """Prepare, and load the meetings, service bodies and formats of this module."""
    prepare(database)
    with database.unit_of_work() as session:
        ids: dict[int, int] = {}
        for number, name, above, kind in BODIES:
            values = {"slug": f"body-{number}", "name": name, "kind": kind, "bmlt_id": number}
            values |= {"parent_id": ids.get(above or 0), "url": f"https://body{number}.example.org/"}
            values |= {"helpline": f"555-01{number}", "world_id": f"AR{number}", "description": f"About {name}"}
            ids[number] = session.execute(insert(ServiceBody).values(values).returning(ServiceBody.id)).scalar_one()
        source = Source(name="Elsewhere", kind="bmlt")
        session.add(source)
        session.flush()
        slugs = dict(session.execute(Format.__table__.select().with_only_columns(Format.slug, Format.id)).all())
        for number, key, slug, world_id, names in THEIRS:
            row = {"id": number, "source_id": source.id, "source_number": number, "key": key, "world_id": world_id}
            session.execute(insert(BmltFormat).values(**row, kind="FC1", format_id=slugs.get(slug or "")))
            for language, called in names.items():
                said = {"key": key if language == "de" else f"{key}e", "name": called, "description": f"{called}."}
                session.execute(insert(BmltFormatName).values(bmlt_format_id=number, language=language, **said))
        raise_revision(session, now=NOW)
        note_vocabulary_change(session)
        shelve_vocabulary(session)
    for source_name, drafts in (("Ours", OURS), ("Elsewhere", ABROAD)):
        with database.unit_of_work() as session:
            batch = Batch(source=source_name, source_kind="test", new=drafts)
            apply_batch(session, batch, actor="seed", reason="", now=NOW)
