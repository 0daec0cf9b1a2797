"""Lists to take along, over the site: any search, whole, in every format."""

import csv
import datetime as dt
import html
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from finder.config import Settings
from finder.directory.publish import publish, revise, unpublish
from finder.directory.vocabulary_edit import BODIES, REGIONS, NodeDraft, all_nodes, revise_node
from finder.domain.listing import ListingDraft
from finder.domain.schedule import Schedule
from finder.domain.vocabulary import FormatKind, RecurrenceKind
from finder.feeds.atom import ATOM
from finder.feeds.naws import UNSAID
from finder.feeds.naws_read import decode_naws
from finder.feeds.rows import DecodeOptions
from finder.store.database import Database
from finder.web import exports
from finder.web.presenters import take_along
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_schedule
from tests.sources.feeds import CATALOGUE
from tests.web.bmlt_client import asked

WAYS = (
    "/export/meetings.csv",
    "/export/meetings.jsonld",
    "/export/hsds.json",
    "/meetings.ics",
    "/feeds/changes.atom",
)
BY = {"actor": "test", "reason": ""}


def found(client: FlaskClient, query: str) -> set[str]:
    """Slugs that the search page's own API finds."""
    slugs: set[str] = set()
    pages, page = 1, 0
    while page < pages:
        page += 1
        answer = client.get(f"/api/v1/meetings?{query}&per_page=100&page={page}").get_json()
        pages = answer["pages"]
        slugs |= {each["slug"] for each in answer["meetings"]}
    return slugs


@pytest.mark.parametrize(
    "query", ["program=aa", "near=Austin%2C+TX&within=20", "attendance=online&language=spanish", "q=zz"]
)
def test_a_table_holds_exactly_what_the_search_finds(client: FlaskClient, query: str) -> None:
    response = client.get(f"/export/meetings.csv?{query}")

    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))
    assert {row["Slug"] for row in rows} == found(client, query)
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="meetings.csv"'


def test_a_table_begins_with_a_mark_for_those_who_ask(client: FlaskClient) -> None:
    assert client.get("/export/meetings.csv?q=zz&mark=1").data[:3] == b"\xef\xbb\xbf"
    assert client.get("/export/meetings.csv?q=zz").data[:4] == b"Name"
    assert client.get("/export/meetings.csv?mark=yes").status_code == 400


def test_events_and_services_hold_what_the_search_finds(client: FlaskClient) -> None:
    query = "near=Austin%2C+TX&within=5"
    slugs = found(client, query)
    events = json.loads(client.get(f"/export/meetings.jsonld?{query}").data)["@graph"]
    services = json.loads(client.get(f"/export/hsds.json?{query}").data)["services"]

    assert {each["url"].rsplit("/", 1)[1] for each in events} == slugs
    assert {each["url"].rsplit("/", 1)[1] for each in services} == slugs


def test_a_calendar_can_be_followed(client: FlaskClient) -> None:
    response = client.get("/meetings.ics?near=Austin%2C+TX&within=5")
    events = list(Calendar.from_ical(response.data).walk("VEVENT"))

    usual = [event for event in events if "recurrence-id" not in event]
    assert len({str(event["uid"]) for event in usual}) == len(usual) > 10
    again = client.get("/meetings.ics?near=Austin%2C+TX&within=5", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert b"Austin" not in response.data.split(b"BEGIN:VTIMEZONE")[0]


def test_a_calendar_of_too_many_holds_the_nearest(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_IN_CALENDAR", 3)
    told = Calendar.from_ical(client.get("/meetings.ics?near=Austin%2C+TX&within=50").data)
    nearest = client.get("/api/v1/meetings?near=Austin%2C+TX&within=50&sort=nearest&per_page=3").get_json()["meetings"]

    pages = {str(event["url"]) for event in told.walk("VEVENT")}
    assert pages
    assert pages <= {each["url"] for each in nearest}
    assert client.get("/meetings.ics").data.count(b"BEGIN:VEVENT") >= 1


@pytest.mark.parametrize(
    ("query", "which"), [("near=Austin%2C+TX&within=50", "nearest to the place"), ("program=aa", "first by name")]
)
def test_a_calendar_that_does_not_hold_all_says_so_and_which(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, query: str, which: str
) -> None:
    whole = Calendar.from_ical(client.get(f"/meetings.ics?{query}").data)
    before = html.unescape(client.get(f"/?{query}").text)
    monkeypatch.setattr(exports, "MAX_IN_CALENDAR", 3)
    monkeypatch.setattr(take_along, "MAX_IN_CALENDAR", 3)
    told = Calendar.from_ical(client.get(f"/meetings.ics?{query}").data)
    page = html.unescape(client.get(f"/?{query}&sort=name").text)

    assert "x-wr-caldesc" not in whole
    assert "The calendar holds" not in before
    words = str(told["x-wr-caldesc"])
    assert words.startswith(f"The calendar holds 3 meetings of this list, those {which}")
    assert words == str(told["description"])
    assert "Austin" not in words
    assert words in page


@pytest.mark.parametrize("path", WAYS)
def test_what_goes_out_is_open_to_all_and_says_nothing_of_who_asked(client: FlaskClient, path: str) -> None:
    response = client.get(f"{path}?near=Austin%2C+TX")

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"].startswith("public")
    assert (
        client.get(f"{path}?near=Austin%2C+TX", headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"]
        == "gzip"
    )


@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize("place", ["lat=30.27&lon=-97.74", "near=30.27%2C-97.74"])
def test_what_answers_to_coordinates_is_kept_nowhere(client: FlaskClient, path: str, place: str) -> None:
    response = client.get(f"{path}?{place}")

    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize("query", ["near=Portland&day=9", "day=9", "program=none", "lat=1"])
def test_a_question_that_cannot_be_asked_is_refused(client: FlaskClient, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize("query", ["near=Portland", "near=Qqqqqqqqqqqq"])
def test_a_place_that_is_none_or_several_is_not_here(client: FlaskClient, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code == 404


@pytest.mark.parametrize("path", [*WAYS, "/export/naws.csv", "/export/nothing"])
@pytest.mark.parametrize("query", ["day=9", "near=Portland"])
def test_a_refusal_is_data_for_programs_and_a_page_for_people(client: FlaskClient, path: str, query: str) -> None:
    for accept in ({}, {"Accept": "*/*"}, {"Accept": "text/calendar, application/json"}):
        refused = client.get(f"{path}?{query}", headers=accept)
        assert refused.content_type == "application/problem+json"
        assert refused.get_json(force=True)["status"] == refused.status_code
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
    people = client.get(f"{path}?{query}", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert people.status_code == refused.status_code
    assert people.mimetype == "text/html"


class Directory:
    """A site over a directory that changes."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app, self.database, self.client = app, database, app.test_client()

    def publish(self, draft: ListingDraft, *, later: int = 0) -> int:
        with self.database.unit_of_work() as session:
            return publish(session, draft, now=NOW + dt.timedelta(hours=later), **BY)

    def revise(self, number: int, draft: ListingDraft, *, later: int) -> None:
        with self.database.unit_of_work() as session:
            revise(session, number, draft, now=NOW + dt.timedelta(hours=later), **BY)

    def unpublish(self, number: int) -> None:
        with self.database.unit_of_work() as session:
            unpublish(session, number, now=NOW, **BY)

    def changes(self, query: str = "") -> list[str]:
        feed = ET.fromstring(self.client.get(f"/feeds/changes.atom?{query}").data)  # noqa: S314 - ours
        return [title.text or "" for title in feed.findall(f"{{{ATOM}}}entry/{{{ATOM}}}title")]

    def naws(self, path: str) -> list[dict[str, str]]:
        response = self.client.get(path)
        assert response.status_code == 200
        return list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))


@pytest.fixture
def directory(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Directory:
    return Directory(build_site(settings_for(database.url.render_as_string(hide_password=False))), database)


def test_a_feed_of_changes_follows_the_directory(directory: Directory) -> None:
    larks, owls = a_listing(name="Larks"), a_listing(name="Owls", program="na")
    first = directory.publish(larks)
    second = directory.publish(owls, later=1)
    assert directory.changes() == ["New: Owls", "New: Larks"]

    directory.revise(first, a_listing(name="Larks", source_key=larks.source_key, notes="Ring twice"), later=2)
    assert directory.changes() == ["Changed: Larks", "New: Owls"]
    assert directory.changes("program=na") == ["New: Owls"]

    directory.revise(
        second, a_listing(name="Owls", program="na", source_key=owls.source_key, confirmed_at=NOW), later=3
    )
    assert directory.changes() == ["Changed: Larks", "New: Owls"]
    directory.unpublish(first)
    assert directory.changes() == ["New: Owls"]


def test_the_calendar_of_a_meeting_that_has_left_takes_it_out_of_those_that_follow_it(directory: Directory) -> None:
    number = directory.publish(a_listing(name="Larks", slug="larks"))
    assert directory.client.get("/meetings/larks.ics").data.count(b"BEGIN:VEVENT") == 1

    directory.unpublish(number)
    left = directory.client.get("/meetings/larks.ics")

    assert (left.status_code, left.content_type) == (200, "text/calendar; charset=utf-8")
    assert not list(Calendar.from_ical(left.data).walk("VEVENT"))
    assert b"it may have closed" in left.data
    assert directory.client.get("/meetings/larks").status_code == 404
    never = directory.client.get("/meetings/never-listed.ics").data
    assert never == left.data  # nobody learns what was listed once


def test_the_calendar_of_a_meeting_that_is_by_appointment_now_is_empty_and_says_so(directory: Directory) -> None:
    larks = a_listing(name="Larks", slug="larks")
    number = directory.publish(larks)
    appointment = Schedule(kind=RecurrenceKind.APPOINTMENT, zone="America/Chicago")
    directory.revise(number, replace(larks, schedule=appointment), later=1)

    left = directory.client.get("/meetings/larks.ics")

    assert left.status_code == 200
    assert not list(Calendar.from_ical(left.data).walk("VEVENT"))
    assert b"by appointment" in left.data


def test_another_name_of_a_region_or_a_service_body_is_no_news_of_its_listings(directory: Directory) -> None:
    for name in ("Larks", "Owls"):
        directory.publish(a_listing(name=name, service_body="Lark Area"))
    owls = a_listing(name="Gulls", service_body="Lark Area")
    third = directory.publish(owls)
    directory.revise(third, replace(owls, notes="Ring twice"), later=1)
    before = directory.changes(), asked(directory.client, "GetChanges")

    for tree, name in ((BODIES, "Lark Area"), (REGIONS, "Austin"), (REGIONS, "Texas")):
        with directory.database.unit_of_work() as session:
            ((number, above),) = [(node, at[1]) for node, at in all_nodes(session, tree).items() if at[0] == name]
            draft = NodeDraft(name=f"New {name}", parent_id=above)
            revise_node(session, tree, number, draft, now=NOW + dt.timedelta(hours=2), **BY)

    told = asked(directory.client, "GetChanges")
    assert directory.changes() == before[0] == ["Changed: Gulls", "New: Owls", "New: Larks"]
    assert [each["change_id"] for each in told] == [each["change_id"] for each in before[1]]
    assert {each["service_body_name"] for each in told} == {"New Lark Area"}
    assert asked(directory.client, "GetSearchResults")[0]["service_body_name"] == "New Lark Area"


def test_the_table_of_na_world_services_has_the_numbers_that_bmlt_clients_see(directory: Directory) -> None:
    area = {"program": "na", "service_body": "Area"}
    directory.publish(a_listing(bmlt_id=7, schedule=a_schedule(weekdays=(1, 4)), **area))
    directory.publish(a_listing(bmlt_id=8, **area))

    number = asked(directory.client, "GetServiceBodies")[0]["id"]
    rows = directory.naws(f"/client_interface/csv/?switcher=GetNAWSDump&sb_id={number}")
    told = {each["id_bigint"]: each["weekday_tinyint"] for each in asked(directory.client, "GetSearchResults")}

    assert told == {"7": "2", "50000000007": "5", "8": "3"}
    assert {row["bmlt_id"]: row["Day"] for row in rows} == {"7": "Monday", "50000000007": "Thursday", "8": "Tuesday"}


def test_every_language_in_the_table_of_na_world_services_is_read_again(directory: Directory) -> None:
    languages = {
        each.slug for each in CATALOGUE.formats if each.kind is FormatKind.LANGUAGE and "LANG" not in each.naws
    }
    told = sorted(languages - {UNSAID})
    for number, slug in enumerate(told, start=1):
        directory.publish(a_listing(bmlt_id=number, program="na", formats=("closed", slug), service_body="Area"))

    table = directory.client.get("/export/naws.csv?service_body=area").data
    rows = decode_naws(table, options=DecodeOptions(program="na", catalogue=CATALOGUE)).rows

    assert [row.draft and row.draft.formats for row in rows] == [("closed", slug) for slug in told]


def test_na_world_services_learn_what_has_gone(directory: Directory) -> None:
    area = {"program": "na", "service_body": "Region > Area"}
    directory.publish(a_listing(name="Stays", world_id="G1", **area))
    gone = directory.publish(a_listing(name="Goes", world_id="G2", **area))
    moved = directory.publish(a_listing(name="Moves", world_id="G3", **area))
    directory.publish(a_listing(name="Elsewhere", world_id="G4", program="na", service_body="Other"))
    directory.publish(a_listing(name="Moved", world_id="G3", **area))
    directory.unpublish(gone)
    directory.unpublish(moved)

    for slug in ("area", "region"):
        rows = directory.naws(f"/export/naws.csv?service_body={slug}")
        told = [(row["Committee"], row["CommitteeName"], row["Delete"]) for row in rows]
        assert told == [("G1", "Stays", ""), ("G3", "Moved", ""), ("G2", "", "D")]
    assert [row["Committee"] for row in directory.naws("/export/naws.csv?service_body=other")] == ["G4"]


def test_a_service_body_is_named_by_slug_or_number_and_otherwise_those_that_there_are(directory: Directory) -> None:
    directory.publish(a_listing(name="Stays", world_id="G1", program="na", service_body="Région > Area 51"))
    number = directory.client.get("/client_interface/json/?switcher=GetServiceBodies").get_json()[-1]["id"]
    tables = [directory.naws(f"/export/naws.csv?service_body={named}") for named in ("area-51", number)]
    assert tables[0] == tables[1]
    assert [row["Committee"] for row in tables[0]] == ["G1"]
    for query in ("", "?service_body=none", "?service_body=99", "?service_body=%00"):
        refused = directory.client.get(f"/export/naws.csv{query}")
        assert refused.status_code == 404
        assert "Known: region, area-51." in refused.text


def test_the_table_of_na_world_services_is_asked_for_by_number(directory: Directory) -> None:
    directory.publish(a_listing(name="Stays", world_id="G1", program="na", service_body="Région > Area 51"))
    path = "/client_interface/csv/?switcher=GetNAWSDump"
    answer = directory.client.get(f"{path}&sb_id=2")
    assert re.fullmatch(
        r'attachment; filename="BMLT_area_51_2026_03_10_23_\d\d_00\.csv"', answer.headers["Content-Disposition"]
    )
    assert "Stays" in answer.text
    for body in ("", "&sb_id=9", "&sb_id=area-51"):
        refused = directory.client.get(path + body)
        assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (422, "*")
        assert "sb_id" in refused.get_json()["errors"]
