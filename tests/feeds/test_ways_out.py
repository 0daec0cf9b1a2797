"""Formats that listings leave in: each says what the public document says, and nothing that it does not."""

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

from finder.feeds.atom import ATOM, PARTS, ChangedListing, encode_atom
from finder.feeds.bmlt_encode import number_on
from finder.feeds.bmlt_languages import languages_of
from finder.feeds.document import Document
from finder.feeds.hsds import encode_hsds
from finder.feeds.ical import calendar_of, calendar_of_many
from finder.feeds.jsonld import encode_jsonld, event
from finder.feeds.meeting_guide_write import Vocabulary, listing_rows
from finder.feeds.naws import COLUMNS, GoneListing, encode_naws
from finder.feeds.words import Words
from tests.feeds.documents import a_document, a_place, a_rule, an_override
from tests.requirements import need, samples_folder
from tests.sources.feeds import CATALOGUE

NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)
SITE = "https://meetings.example.org"


def a_format(slug: str, kind: str, naws: str = "") -> Document:
    return {"slug": slug, "name": slug.title(), "kind": kind, "description": "", "naws": [naws] if naws else []}


def a_body(number: int, parent: int | None = None) -> Document:
    words = {"description": "", "url": "", "kind": "", "helpline": ""}
    return {"id": number, "slug": f"body-{number}", "name": f"Area {number}", "parent_id": parent, **words} | {
        "world_id": f"AR{number}",
        "bmlt_id": 100 + number,
    }


FORMATS = (
    a_format("open", "openness", "OPEN"),
    a_format("women", "audience", "W"),
    a_format("newcomers", "audience", "BEG"),
    a_format("discussion", "style", "DISC"),
    a_format("steps", "topic", "STEP"),
    a_format("just-for-today", "topic", "JFT"),
    a_format("wheelchair", "access", "WCHR"),
    a_format("parking", "access"),
    a_format("spanish", "language"),
    a_format("english", "language"),
)
WORDS = Words(
    programs={"aa": {"slug": "aa", "name": "Alcoholics Anonymous", "for_whom": "", "site": "https://example.org/aa"}},
    formats={each["slug"]: each for each in FORMATS},
    bodies={each["slug"]: each for each in (a_body(1), a_body(2, 1), a_body(3, 2), a_body(4))},
    bmlt_formats=({"format": "spanish", "key": "ES", "source": ""}, {"format": "spanish", "key": "SP", "source": "S"}),
)


def a_full_document(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the key holds
    usual = {"extra": {}, "world_id": "", "bmlt_id": 7, "service_body": {"slug": "body-2", "name": "Area 2"}}
    return a_document(**{**usual, **changes})


def naws_rows(*documents: Document, gone: tuple[GoneListing, ...] = (), words: Words = WORDS) -> list[dict[str, str]]:
    table = b"".join(
        encode_naws(documents, gone, words, moment_of=lambda revision: NOW if revision else None, today=NOW.date())
    )
    return list(csv.DictReader(io.StringIO(table.decode())))


def test_a_body_is_told_with_those_above_and_below_it() -> None:
    assert WORDS.body_path("body-3") == "Area 1 > Area 2 > Area 3"
    assert WORDS.body_path("none") == ""
    assert [body["id"] for body in WORDS.bodies_below(1)] == [1, 2, 3]


@pytest.mark.samples
def test_the_naws_table_has_the_columns_of_a_real_one() -> None:
    path = samples_folder() / "bmlt" / "BMLT_AR48104_cape_cod_area.csv"
    need("samples", present=path.is_file(), how="set FINDER_SAMPLES to the folder of real feeds")
    header, first, *_ = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))

    assert list(COLUMNS) == header
    real = dict(zip(header, first, strict=True))
    (row,) = naws_rows(a_full_document(attendance="online", world_id="OLM1"))
    for column in ("Time", "LastChanged", "Closed", "WheelChr", "Institutional", "Format1"):
        assert re.sub(r"\d+", "0", row[column]) == re.sub(r"\d+", "0", real[column]), column


def test_the_naws_table_tells_a_listing_as_na_world_services_wants_it() -> None:
    formats = ["open", "women", "newcomers", "discussion", "steps", "just-for-today", "wheelchair", "parking"]
    document = a_full_document(
        world_id="G00091078",
        attendance="hybrid",
        formats=[*formats, "spanish", "english"],
        schedule=a_rule(weekdays=[0, 4], start="19:30"),
        unmapped_types=["XYZ"],
        conference={
            "url": "https://zoom.us/j/5550100",
            "url_notes": "Wait",
            "phone": "+1-512-555-0142",
            "phone_notes": "",
        },
        updated_at="2021-06-10T12:00:00Z",
        extra={"borough": "East"},
        temporarily_closed=True,
    )
    first, second = naws_rows(document)
    (open_again, _) = naws_rows({**document, "temporarily_closed": False})

    assert (first["Day"], second["Day"], first["Time"]) == ("Sunday", "Thursday", "1930")
    assert [first[f"Format{number}"] for number in range(1, 6)] == ["TC", "HYBR", "W", "BEG", "DISC"]
    assert first["Room"] == "Steps, Just-For-Today, Parking, XYZ"
    assert (first["Closed"], first["WheelChr"], first["Language1"], first["Language2"]) == ("OPEN", "TRUE", "ES", "")
    assert (first["Committee"], first["AreaRegion"], first["ParentName"]) == ("G00091078", "AR2", "Area 2")
    assert (first["LocBorough"], first["Address"], first["City"]) == ("East", "12 Example Street", "Austin")
    assert (first["LastChanged"], first["Delete"], first["bmlt_id"]) == ("6/10/21", "", "7")
    assert second["bmlt_id"] == str(number_on(7, 4, 0)), "A further day has the number that BMLT clients know it by."
    assert open_again["PhoneMeetingNumber"] == "'+1-512-555-0142"
    assert (first["Longitude"], first["TimeZone"]) == ("-97.7431", "America/Chicago")


@pytest.mark.parametrize(("date", "day"), [("2026-12-24", "Thursday"), ("2026-03-10", "Tuesday"), ("2026-03-09", "")])
def test_the_naws_table_tells_the_day_of_a_single_date_until_it_is_over(date: str, day: str) -> None:
    once = a_rule(kind="once", weekdays=[], first_date=date, last_date=date, start="19:30")
    (row,) = naws_rows(a_full_document(schedule=once))

    assert (row["Day"], row["Time"], row["bmlt_id"]) == (day, "1930", "7")
    assert str(dt.date.fromisoformat(date).day) in row["Directions"]


def test_the_naws_table_says_that_a_building_is_closed_while_its_meeting_is_online() -> None:
    document = a_full_document(attendance="online", extra={"location_closed": "yes"}, formats=[])
    (row,) = naws_rows(document)
    assert [row["Format1"], row["Format2"], row["Address"]] == ["VM", "TC", "12 Example Street"]


def test_the_naws_table_has_no_way_to_join_what_is_closed_for_now() -> None:
    conference = {"url": "https://zoom.us/j/5550100", "url_notes": "a", "phone": "+1-512-555-0142", "phone_notes": ""}
    (row,) = naws_rows(a_full_document(attendance="online", conference=conference, temporarily_closed=True))

    assert (row["VirtualMeetingLink"], row["VirtualMeetingInfo"], row["PhoneMeetingNumber"]) == ("", "", "")
    assert {"VM", "TC"} <= {row[f"Format{number}"] for number in range(1, 6)}


@pytest.mark.parametrize(("source", "key"), [("", "ES"), ("S", "ES"), ("Larks", "es"), ("Elsewhere", "ES")])
def test_a_language_is_told_by_a_key_that_is_read_again(source: str, key: str) -> None:
    words = replace(WORDS, bmlt_formats=(*WORDS.bmlt_formats, {"format": "spanish", "key": "es", "source": "Larks"}))
    (row,) = naws_rows(a_full_document(source=source, formats=["spanish"]), words=words)
    assert row["Language1"] == key
    assert languages_of(key, CATALOGUE) == ("spanish",)


def test_a_format_of_another_server_is_named_in_the_naws_table() -> None:
    keys = (("KT", {"de": {"name": "Keine Tiere"}, "en": {"name": "No animals"}}), ("P", {"de": {"name": "Pause"}}))
    formats = tuple({"source": "Larks", "key": key, "names": names, "format": None} for key, names in keys)
    document = a_full_document(source="Larks", unmapped_types=["KT", "P", "X9"], formats=[])
    (row,) = naws_rows(document, words=replace(WORDS, bmlt_formats=formats))
    assert row["Room"] == "No animals, Pause, X9"


def test_the_naws_table_tells_what_has_gone() -> None:
    left = GoneListing(world_id="G1", bmlt_id=9, service_body_id=3, revision=5)
    (row,) = naws_rows(gone=(left,))

    told = {column: text for column, text in row.items() if text}
    assert told == {
        "Committee": "G1",
        "AreaRegion": "AR3",
        "ParentName": "Area 3",
        "Delete": "D",
        "LastChanged": "3/10/26",
        "bmlt_id": "9",
    }


def whole_calendar(*documents: Document) -> bytes:
    pages = f"{SITE}/meetings"
    return b"".join(calendar_of_many(documents, name="Meetings", pages=pages, host="meetings.example.org", now=NOW))


def test_a_calendar_of_many_tells_each_as_its_own_does() -> None:
    documents = [
        a_document(overrides=[an_override()]),
        a_document(id=2, slug="larks", schedule=a_rule(zone="Europe/Berlin", weekdays=[1, 3])),
        a_document(id=3, slug="larks-again", schedule=a_rule(zone="Europe/Berlin")),
    ]
    together = Calendar.from_ical(whole_calendar(*documents))

    apart = []
    for each in documents:
        page = f"{SITE}/meetings/{each['slug']}"
        alone = Calendar.from_ical(calendar_of(each, page_url=page, host="meetings.example.org", now=NOW))
        apart += [event.to_ical() for event in alone.walk("VEVENT")]
    assert [event.to_ical() for event in together.walk("VEVENT")] == apart
    assert [str(zone["tzid"]) for zone in together.walk("VTIMEZONE")] == ["America/Chicago", "Europe/Berlin"]
    assert together["x-wr-calname"] == "Meetings"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n" in whole_calendar()


def test_a_calendar_of_many_leaves_out_what_has_no_time() -> None:
    untimed = [
        a_document(schedule=a_rule(kind="appointment", start=None)),
        a_document(temporarily_closed=True),
        a_document(schedule=a_rule(last_date="2026-03-01")),
    ]
    empty = Calendar.from_ical(whole_calendar(*untimed))
    assert list(empty.walk("VEVENT")) == []
    assert [str(zone["tzid"]) for zone in empty.walk("VTIMEZONE")] == ["UTC"]  # RFC 5545 knows no calendar of nothing


def changed(new: bool = False, parts: tuple[str, ...] = ("schedule", "notes"), **changes: Any) -> ChangedListing:  # noqa: ANN401, FBT001, FBT002 - whatever the key holds
    return ChangedListing(document=a_document(**changes), revision=8, at=NOW, new=new, parts=parts)


def test_a_feed_of_changes_says_what_is_so_now() -> None:
    odd = changed(name="R&D <b>\x0b", new=True)
    body = encode_atom(
        [changed(), odd], WORDS, title="Site", public_url=SITE, address=f"{SITE}/feeds/changes.atom?q=a", updated=NOW
    )
    feed = ET.fromstring(body)  # noqa: S314 - ours
    names = {"a": ATOM}
    first, second = feed.findall("a:entry", names)

    assert feed.findtext("a:title", namespaces=names) == "Site"
    assert first.findtext("a:title", namespaces=names) == "Changed: Courage at Seven"
    assert second.findtext("a:title", namespaces=names) == "New: R&D <b>"
    assert first.findtext("a:id", namespaces=names) == "tag:meetings.example.org,2026:meeting-1/8"
    assert (first.findtext("a:summary", namespaces=names) or "").startswith(
        "Changed: time, notes. Every Tuesday, 7:00 pm"
    )
    link = first.find("a:link", names)
    assert link is not None
    assert link.get("href") == f"{SITE}/meetings/courage"


def test_a_feed_of_changes_says_on_which_dates_nobody_is_there() -> None:
    shut = an_override(first_date="2026-03-17", last_date="2026-03-24", note="The hall is painted.")
    over = an_override(first_date="2026-01-06", last_date="2026-01-06")
    body = encode_atom(
        [changed(parts=("overrides",), overrides=[over, shut])],
        WORDS,
        title="Site",
        public_url=SITE,
        address=SITE,
        updated=NOW,
    ).decode()

    assert "Changed: dates. Every Tuesday, 7:00 pm to 8:00 pm. Not from March 17, 2026 to March 24, 2026." in body
    assert "The hall is painted. Larkspur Hall" in body
    assert "January" not in body


@pytest.mark.parametrize(
    ("parts", "news"), [(("confirmed_at", "updated_at"), False), (("confirmed_at", "notes"), True)]
)
def test_that_a_listing_is_still_right_is_no_news(parts: tuple[str, ...], *, news: bool) -> None:
    assert changed(parts=parts).is_news is news
    assert changed(new=True, parts=()).is_news
    assert set(PARTS) < set(a_full_document())


def test_events_of_many_are_one_graph() -> None:
    documents = [a_document(), a_document(id=2, slug="larks", temporarily_closed=True)]
    told = json.loads(b"".join(encode_jsonld(documents, WORDS, pages=f"{SITE}/meetings", now=NOW)))

    first, second = told["@graph"]
    assert told["@context"] == "https://schema.org"
    assert (first["@type"], first["@id"], first["startDate"]) == (
        "Event",
        f"{SITE}/meetings/courage",
        "2026-03-10T19:00:00-05:00",
    )
    assert first["eventSchedule"]["byDay"] == ["https://schema.org/Tuesday"]
    assert (second["eventStatus"], "startDate" in second) == ("https://schema.org/EventPostponed", False)


def hsds(*documents: Document) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(b"".join(encode_hsds(lambda: documents, WORDS, public_url=SITE, now=NOW)))
    return told


def identifiers(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["id"]] if "id" in value else []
        return own + [each for part in value.values() for each in identifiers(part)]
    return [each for part in value for each in identifiers(part)] if isinstance(value, list) else []


def test_services_are_told_with_organization_location_and_schedule() -> None:
    group = {"id": 5, "name": "Lark Group", "notes": "", "email": "larks@example.org", "website": ""}
    conference = {"url": "https://zoom.us/j/5550100", "url_notes": "", "phone": "+1-512-555-0142", "phone_notes": ""}
    document = a_full_document(
        attendance="hybrid",
        group=group,
        conference=conference,
        formats=["open", "spanish", "wheelchair"],
        schedule=a_rule(kind="monthly", weekdays=[5], weeks_of_month=[1, 3], last_date="2026-12-31"),
    )
    shared = a_full_document(id=2, bmlt_id=8, slug="larks", group=group, attendance="in_person")
    told = hsds(document, shared)

    service, other = told["services"]
    organization = next(each for each in told["organizations"] if each["id"] == service["organization_id"])
    (location,) = told["locations"]
    (schedule,) = service["schedules"]
    assert (organization["name"], organization["email"]) == ("Lark Group", "larks@example.org")
    parent = next(each for each in told["organizations"] if each["id"] == organization["parent_organization_id"])
    assert parent["name"] == "Area 2"
    assert service["service_at_locations"][0]["location_id"] == location["id"]
    assert other["service_at_locations"][0]["location_id"] == location["id"]
    assert location["addresses"][0]["address_1"] == "12 Example Street"
    assert (schedule["freq"], schedule["byday"], schedule["until"]) == ("MONTHLY", "1FR,3FR", "2026-12-31")
    assert (schedule["opens_at"], schedule["closes_at"], schedule["timezone"]) == ("19:00", "20:00", -5.0)
    assert service["languages"][0]["code"] == "es"
    assert [each["value"] for each in service["attributes"]] == ["Open", "Wheelchair"]
    assert service["phones"][0]["number"] == "+1-512-555-0142"
    terms = {each["id"] for each in told["taxonomy_terms"]}
    assert {each["taxonomy_term_id"] for each in service["attributes"]} <= terms
    found = identifiers(told)
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", each) for each in found)
    assert identifiers(hsds(document, shared)) == found


def test_services_tell_of_dated_exceptions_to_come() -> None:
    over = an_override(kind="cancelled", first_date="2026-03-03", last_date="2026-03-03")
    ahead = an_override(kind="cancelled", first_date="2026-12-25", last_date="2026-12-25", note="The hall is shut.")
    told = hsds(a_full_document(overrides=[over, ahead]))
    (schedule,) = told["services"][0]["schedules"]
    assert schedule["notes"] == "Not on December 25, 2026. The hall is shut. Times are by the clock in America/Chicago."


def test_of_services_of_every_other_week_it_is_said_which() -> None:
    (schedule,) = hsds(a_full_document(schedule=a_rule(interval=2)))["services"][0]["schedules"]

    assert (schedule["interval"], schedule["dtstart"]) == (2, "2026-03-17")


def test_services_do_not_tell_which_hidden_places_are_one() -> None:
    hidden = a_place(id=0, street="", name="", address_visibility="area", precision="area")
    told = hsds(a_full_document(location=hidden), a_full_document(id=2, bmlt_id=8, slug="larks", location=hidden))

    assert len({each["id"] for each in told["locations"]}) == 2
    assert all(
        "address_1" not in each["addresses"][0] or not each["addresses"][0]["address_1"] for each in told["locations"]
    )


@pytest.mark.parametrize(
    ("place", "pointed"),
    [
        ({"precision": "exact"}, True),
        ({"precision": "approximate"}, False),
        ({"precision": "approximate", "street": ""}, True),  # it stands for the town, and says so
        ({"address_visibility": "area", "street": "", "address": "Austin, TX, US"}, False),
    ],
)
def test_no_pin_leads_from_a_street_to_the_middle_of_its_town(place: dict[str, str], pointed: bool) -> None:  # noqa: FBT001
    document = a_full_document(location=a_place(**place))
    (row,) = listing_rows(document, vocabulary=Vocabulary.of((), ()), public_url=SITE, now=NOW)
    (sheet,) = naws_rows(document)
    (located,) = hsds(document)["locations"]
    told = event(document, page_url=f"{SITE}/meetings/a", program_name="AA", upcoming=None)

    assert ("latitude" in row, bool(sheet["Latitude"]), located.get("latitude") is not None) == (pointed,) * 3
    assert ("GeoCoordinates" in json.dumps(told)) is pointed
    assert row["formatted_address"]


def test_the_table_of_na_world_services_says_which_weeks_and_what_is_told_on_request() -> None:
    rule = a_rule(interval=2, first_date="2026-01-06")
    (row,) = naws_rows(a_full_document(schedule=rule, location=a_place(notes="Ring twice")))
    today = NOW.date()
    first = dt.date(2026, 1, 6)
    following = next(
        first + dt.timedelta(days=each) for each in range(0, 9999, 14) if first + dt.timedelta(days=each) >= today
    )
    assert row["Directions"].startswith("Every other Tuesday. Next on ")
    assert f"Next on {following:%B} {following.day}, {following.year}." in row["Directions"]
    assert row["Directions"].endswith("Ring twice")
    (row,) = naws_rows(a_full_document(location=a_place(address_visibility="area", street="")))
    assert row["Directions"].startswith("The address is given on request.")
