"""Listings of no service body: BMLT clients find them under one of the directory's own, since theirs all have one."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from finder.application import create_app
from finder.config import Settings
from finder.directory.publish import publish, unpublish
from finder.domain.bmlt import NO_BODY
from finder.domain.listing import ListingDraft
from finder.feeds.bmlt_read import decode_bmlt
from finder.feeds.rows import Decoded
from finder.store.database import Database
from tests.conftest import NOW, Databases, close, prepare
from tests.factories import a_listing
from tests.feeds.bmlt_answers import NA, a_meeting, answers, decoded, service_bodies
from tests.web.bmlt_client import asked

OWN = str(NO_BODY)


def prepare_both(database: Database) -> None:
    """Two meetings of a service body, 1 and 2; two of none, 3 and 4; one of none that has left, 5."""
    prepare(database)
    held = {}
    for number in range(1, 6):
        draft = a_listing(
            bmlt_id=number,
            source_key=str(number),
            name=f"Meeting {number}",
            service_body="Area > Group" if number <= 2 else "",
            world_id=f"G{number}",
            program="na",
        )
        with database.unit_of_work() as session:
            held[number] = publish(session, draft, actor="seed", reason="", now=NOW)
    with database.unit_of_work() as session:
        unpublish(session, held[5], actor="seed", reason="", now=NOW + dt.timedelta(days=1))


@pytest.fixture(scope="module")
def both_site(databases: Databases, settings_for: Callable[..., Settings]) -> Iterator[Flask]:
    app = create_app(settings_for(databases.copy_of("bmlt-no-body", prepare_both)))
    yield app
    close(app)


@pytest.fixture
def both(both_site: Flask) -> FlaskClient:
    return both_site.test_client()


def found(client: FlaskClient, query: str) -> list[str]:
    return [each["id_bigint"] for each in asked(client, "GetSearchResults", f"sort_keys=id_bigint&{query}")]


def test_a_meeting_of_no_body_is_told_under_one_that_is_listed(both: FlaskClient) -> None:
    told = {each["id_bigint"]: each for each in asked(both, "GetSearchResults")}
    assert [told[number]["service_body_bigint"] for number in "1234"] == ["2", "2", OWN, OWN]
    assert told["3"]["service_body_name"] == "No service body"
    listed = asked(both, "GetServiceBodies")
    assert [each["id"] for each in listed] == ["1", "2", OWN]
    assert (listed[-1]["parent_id"], listed[-1]["name"]) == ("0", "No service body")
    assert {type(value) for value in listed[-1].values()} == {str}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"services={OWN}", "34"),
        (f"services={OWN}&recursive=1", "34"),
        (f"services=-{OWN}", "12"),
        (f"services[]=1&services[]={OWN}&recursive=1", "1234"),
        ("services=1&recursive=1", "12"),
        ("services=-1&recursive=1", "34"),
        (f"meeting_key=service_body_bigint&meeting_key_value={OWN}", "34"),
    ],
)
def test_it_is_found_by_that_body(both: FlaskClient, query: str, expected: str) -> None:
    assert found(both, query) == list(expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"services={OWN}", [OWN]),
        (f"services={OWN}&parents=1&recursive=1", [OWN]),
        (f"services=-{OWN}", ["1", "2"]),
        ("services=2&parents=1", ["1", "2"]),
    ],
)
def test_that_body_is_asked_for_as_every_other(both: FlaskClient, query: str, expected: list[str]) -> None:
    assert [each["id"] for each in asked(both, "GetServiceBodies", query)] == expected


def test_values_and_changes_name_it(both: FlaskClient) -> None:
    values = asked(both, "GetFieldValues", "meeting_key=service_body_bigint")
    assert values == [{"service_body_bigint": "2", "ids": "1,2"}, {"service_body_bigint": OWN, "ids": "3,4"}]
    changes = asked(both, "GetChanges", f"service_body_id={OWN}")
    assert [(each["meeting_id"], each["change_type"].rpartition("_")[2]) for each in changes] == [
        ("5", "delete"),
        ("5", "new"),
        ("4", "new"),
        ("3", "new"),
    ]
    assert {(each["service_body_id"], each["service_body_name"]) for each in changes} == {(OWN, "No service body")}


def test_na_world_services_get_its_table(both: FlaskClient) -> None:
    response = both.get(f"/client_interface/csv/?switcher=GetNAWSDump&sb_id={OWN}")
    assert response.status_code == 200
    assert "BMLT_no_service_body_" in response.headers["Content-Disposition"]
    lines = list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))
    assert [(line["Committee"], line["ParentName"], line["Delete"]) for line in lines] == [
        ("G3", "", ""),
        ("G4", "", ""),
        ("G5", "", "D"),
    ]


def test_it_is_no_region_of_the_plugins(both: FlaskClient) -> None:
    told = {each["name"]: each for each in asked(both, "GetSearchResults", path="tsml")}
    assert told["Meeting 1"]["region"] == "Group"
    assert (told["Meeting 3"]["region"], told["Meeting 3"]["regions"]) == ("", [""])


def test_where_every_meeting_has_a_body_it_is_not_listed(
    databases: Databases, settings_for: Callable[..., Settings]
) -> None:
    url = databases.copy_of("prepared", prepare)
    database = Database(url)
    with database.unit_of_work() as session:
        publish(session, a_listing(service_body="Area"), actor="seed", reason="", now=NOW)
    database.dispose()
    app = create_app(settings_for(url))
    client = app.test_client()
    assert [each["name"] for each in asked(client, "GetServiceBodies")] == ["Area"]
    assert asked(client, "GetServiceBodies", f"services={OWN}") == []
    assert asked(client, "GetSearchResults", f"services={OWN}") == []
    close(app)


def _drafts(whole: Decoded) -> list[ListingDraft]:
    return [row.draft for row in whole.rows if row.draft]


def test_it_comes_back_as_no_body() -> None:
    """Another directory of this kind tells of it; here its meetings are of no body again, or of the source's."""
    own = {"id": OWN, "parent_id": "0", "name": "No service body"}
    meetings = a_meeting(1), a_meeting(2, service_body_bigint=OWN, service_body_name=own["name"])
    whole = decoded(*meetings, GetServiceBodies=[*service_bodies(), own])
    assert whole.bodies == decoded(a_meeting(1)).bodies
    assert [draft.service_body for draft in _drafts(whole)] == ["Lark Region > River Area", ""]
    assert whole.remarks == decoded(a_meeting(1)).remarks
    named_by_meetings = decoded(meetings[1], GetServiceBodies=None)
    assert named_by_meetings.bodies == ()
    below = decode_bmlt(answers(*meetings), options=replace(NA, service_body="Ours"))
    assert [draft.service_body for draft in _drafts(below)] == ["Ours > Lark Region > River Area", "Ours"]
