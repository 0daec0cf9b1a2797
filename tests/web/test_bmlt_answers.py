"""What the BMLT endpoint answers beside meetings: formats, bodies, fields, the server, changes, refusals, scripts."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from finder.config import Settings
from finder.directory.publish import publish, revise, unpublish
from finder.store.database import Database
from finder.web.bmlt import JSON_OPERATIONS
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location, a_schedule
from tests.web.bmlt_client import ROOT, asked, bmlt, bmlt_site

__all__ = ["bmlt", "bmlt_site"]  # fixtures

USED = "1 3 4 8 15 17 27 29 32 41 54 55 56 70 107 10900"
#: Without a language, what has a name in another one is told as well.
NAMED = "1 3 4 8 15 17 27 29 32 41 54 55 56 70 107 213 10900"
FORMATS = (
    ("", NAMED),
    ("lang_enum=en", USED),
    ("lang_enum=de", "70 107 213"),
    ("lang_enum=sv", ""),
    ("lang_enum[]=de&lang_enum[]=en&format_ids=70,213", "70 70 213"),
    ("key_strings=O", "17"),
    ("key_strings[]=O&key_strings[]=C", "4 17"),
    ("lang_enum=en&key_strings[]=TC&key_strings[]=VM&key_strings[]=HY", "54 55 56"),
    ("key_strings=o", ""),
    ("format_ids=17", "17"),
    ("format_ids=17,4", "4 17"),
    ("format_ids[]=17&format_ids[]=4", "4 17"),
    ("format_ids=-17,-4,-8", "1 3 15 27 29 32 41 54 55 56 70 107 213 10900"),
    ("format_ids=17,-17", ""),
    ("format_ids=abc", NAMED),
    ("format_ids=2", ""),
    ("format_ids=2&show_all=1", "2"),
    ("format_ids=2,17&show_all=0", "17"),
    ("key_strings=YP&show_all=1", "34"),
)

pytestmark = pytest.mark.one_database  # what is answered from memory is the same on both


@pytest.mark.parametrize(("query", "expected"), FORMATS)
def test_formats_are_those_in_use_unless_all_are_asked_for(bmlt: FlaskClient, query: str, expected: str) -> None:
    assert " ".join(each["id"] for each in asked(bmlt, "GetFormats", query)) == expected


def test_every_format_is_told_when_all_are_asked_for(bmlt: FlaskClient) -> None:
    found = asked(bmlt, "GetFormats", "show_all=1")
    assert len(found) > 170
    assert {"17", "50"} & {each["id"] for each in found} == {"17"}
    for each in found:
        assert {type(value) for value in each.values()} == {str}


BODIES = (
    ("", "10 11 12 13 14 20 21"),
    ("services=13", "13"),
    ("services[]=13&services[]=20", "13 20"),
    ("services=13,20", "13 20"),
    ("services=10&recursive=1", "10 11 12 13 14"),
    ("services=13&parents=1", "10 11 13"),
    ("services=14&parents=1", "10 11 13 14"),
    ("services=13&parents=1&recursive=1", "10 11 13 14"),
    ("services=-10", "11 12 13 14 20 21"),
    ("services=-10&recursive=1", "20 21"),
    ("services=10,-11&recursive=1", "10 12"),
    ("services=abc", "10 11 12 13 14 20 21"),
    ("services=99", ""),
)


@pytest.mark.parametrize(("query", "expected"), BODIES)
def test_service_bodies_come_with_what_is_above_and_below(bmlt: FlaskClient, query: str, expected: str) -> None:
    assert " ".join(each["id"] for each in asked(bmlt, "GetServiceBodies", query)) == expected


def test_a_service_body_says_what_it_is(bmlt: FlaskClient) -> None:
    assert asked(bmlt, "GetServiceBodies", "services=13") == [
        {
            "id": "13",
            "parent_id": "11",
            "name": "Harbor Group",
            "description": "About Harbor Group",
            "type": "GR",
            "url": "https://body13.example.org/",
            "helpline": "555-0113",
            "world_id": "AR13",
        }
    ]
    assert asked(bmlt, "GetServiceBodies", "services=20")[0]["parent_id"] == "0"


def test_the_fields_that_one_may_search_by(bmlt: FlaskClient) -> None:
    keys = [each["key"] for each in asked(bmlt, "GetFieldKeys")]
    assert keys[:13] == [
        *("id_bigint", "worldid_mixed", "service_body_bigint", "weekday_tinyint", "venue_type", "start_time"),
        *("duration_time", "time_zone", "formats", "lang_enum", "longitude", "latitude", "meeting_name"),
    ]
    assert keys[-1] == "format_comments"
    assert not [key for key in keys if key.startswith(("contact_", "admin_", "email_"))]


def values(client: FlaskClient, query: str) -> dict[str, str]:
    return {
        next(text for name, text in each.items() if name != "ids"): each["ids"]
        for each in asked(client, "GetFieldValues", query)
    }


def test_the_values_of_a_field_come_with_the_meetings_that_have_them(bmlt: FlaskClient) -> None:
    assert values(bmlt, "meeting_key=location_province") == {
        "NULL": "104,115,116",
        "NY": "101,102,103,105,107,108,109,110,114,70000000105",
        "ON": "113",
        "VT": "106",
    }
    assert values(bmlt, "meeting_key=weekday_tinyint")["7"] == "110,113,70000000105"
    assert values(bmlt, "meeting_key=service_body_bigint")["11"] == "102,108"
    assert values(bmlt, "meeting_key=duration_time")["24:00:00"] == "110"
    assert values(bmlt, "meeting_key=start_time")["09:00:00"] == "101"
    assert values(bmlt, "meeting_key=id_bigint")["103"] == "103"
    assert list(values(bmlt, "meeting_key=lang_enum")) == ["en"]
    assert values(bmlt, "meeting_key=format_comments")["Bring a mat"] == "115"
    assert values(bmlt, "meeting_key=longitude")["-77"] == "101,102,107"


def test_values_of_formats_can_be_narrowed(bmlt: FlaskClient) -> None:
    assert values(bmlt, "meeting_key=formats")["1,17"] == "101"
    assert values(bmlt, "meeting_key=formats&specific_formats=17,32") == {
        "17": "101,104,105,113,70000000105",
        "17,32": "103",
        "32": "109",
    }
    assert values(bmlt, "meeting_key=formats&specific_formats=17,32&all_formats=1") == {"17,32": "103"}


def test_the_server_says_what_it_is(bmlt: FlaskClient) -> None:
    (info,) = asked(bmlt, "GetServerInfo")
    assert list(info) == [
        *("version", "versionInt", "langs", "nativeLang", "centerLongitude", "centerLatitude", "centerZoom"),
        *("defaultDuration", "regionBias", "charSet", "distanceUnits", "semanticAdmin", "changesPerMeeting"),
        *("meeting_states_and_provinces", "meeting_counties_and_sub_provinces", "available_keys", "google_api_key"),
        *("dbVersion", "dbPrefix", "phpVersion", "auto_geocoding_enabled", "county_auto_geocoding_enabled"),
        *("zip_auto_geocoding_enabled", "commit", "default_closed_status", "aggregator_mode_enabled"),
    ]
    assert (info["version"], info["versionInt"]) == ("4.2.7", "4002007")
    assert (info["langs"], info["nativeLang"], info["regionBias"]) == ("de,en", "en", "us")
    assert (info["google_api_key"], info["semanticAdmin"]) == ("", "1")
    assert info["aggregator_mode_enabled"] is False
    assert info["available_keys"].endswith("format_comments,root_server_uri,format_shared_id_list")


def test_the_area_is_the_box_of_all_meetings(bmlt: FlaskClient) -> None:
    assert asked(bmlt, "GetCoverageArea") == [
        {
            "nw_corner_longitude": "-80",
            "nw_corner_latitude": "52.5",
            "se_corner_longitude": "13.4",
            "se_corner_latitude": "43",
        }
    ]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("json/?switcher=Unheard", 422),
        ("json/", 422),
        ("xml/?switcher=GetServerInfo", 422),
        ("csv/?switcher=GetSearchResults", 422),
        ("tsml/?switcher=GetFormats", 422),
        ("json/?switcher=GetNAWSDump", 422),
        ("JSON/?switcher=GetServerInfo", 422),
        ("json/?switcher=GetFieldValues", 400),
        ("json/?switcher=GetFieldValues&meeting_key=nothing_like_it", 400),
        ("json/?switcher=GetFieldValues&meeting_key=contact_email_1", 400),
        ("json/?switcher=GetChanges&start_date=10-03-2026", 422),
        ("json/?switcher=GetChanges&end_date=2026-3-1", 422),
        ("json/?switcher=GetChanges&end_date=2026-02-30", 422),
        ("json/?switcher=GetChanges&meeting_id=abc", 422),
        ("json/?switcher=GetChanges&service_body_id=abc", 422),
        ("jsonp/?switcher=GetServerInfo&callback=alert(1)", 422),
        ("jsonp/?switcher=GetServerInfo&callback=a;b", 422),
    ],
)
def test_what_those_servers_refuse_is_refused_in_json(bmlt: FlaskClient, path: str, status: int) -> None:
    response = bmlt.get(f"/client_interface/{path}")
    assert response.status_code == status
    assert response.get_json()["message"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_the_refusal_of_an_unknown_operation_lists_those_that_there_are(bmlt: FlaskClient) -> None:
    message = bmlt.get("/client_interface/json/?switcher=Unheard").get_json()["message"]
    assert message.startswith("Invalid data format or endpoint name. ")
    for name in (*JSON_OPERATIONS, "GetNAWSDump"):
        assert name in message


@pytest.mark.parametrize("before", ["/", "//", "////", "/main_server/", "//main_server//", "/a/b.c/d/"])
@pytest.mark.parametrize("end", ["", "/"])
def test_what_comes_before_the_endpoint_makes_no_difference(bmlt: FlaskClient, before: str, end: str) -> None:
    path = f"{before}client_interface/json{end}"
    response = bmlt.get("/", query_string="switcher=GetServerInfo", environ_overrides={"PATH_INFO": path})
    assert response.status_code == 200
    assert response.get_json()[0]["version"] == "4.2.7"


@pytest.mark.parametrize("before", ["/", "/main_server/"])
def test_the_version_is_told_in_xml(bmlt: FlaskClient, before: str) -> None:
    response = bmlt.get(f"{before}client_interface/serverInfo.xml")
    assert response.content_type.startswith("application/xml")
    assert b"<serverVersion><readableString>4.2.7</readableString></serverVersion>" in response.get_data()


@pytest.mark.parametrize(
    ("given", "name"), [("", "callback"), ("&callback=cb", "cb"), ("&callback=jQuery1_2.done", "jQuery1_2.done")]
)
def test_a_script_calls_the_function_that_was_named(bmlt: FlaskClient, given: str, name: str) -> None:
    plain = bmlt.get("/client_interface/json/?switcher=GetServerInfo").get_data()
    response = bmlt.get(f"/client_interface/jsonp/?switcher=GetServerInfo{given}")
    assert response.get_data() == b"/**/" + name.encode() + b"(" + plain + b");"
    assert response.content_type == "text/javascript; charset=utf-8"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("before", ["/", "/main_server/"])
def test_a_script_that_is_as_before_may_still_be_read_by_any_site(bmlt: FlaskClient, before: str) -> None:
    path = f"{before}client_interface/jsonp/?switcher=GetServerInfo"
    first = bmlt.get(path)
    again = bmlt.get(path, headers={"If-None-Match": first.headers["ETag"]})

    # A browser takes the headers of a 304 for those of what it has.
    kept = ("Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
    assert again.status_code == 304
    assert {name: again.headers.getlist(name) for name in kept} == {
        "Cross-Origin-Resource-Policy": ["cross-origin"],
        "Access-Control-Allow-Origin": ["*"],
        "Access-Control-Expose-Headers": ["ETag, X-Total-Count, Warning"],
    }


def test_any_site_may_ask_beforehand(bmlt: FlaskClient) -> None:
    response = bmlt.options("/client_interface/json/?switcher=GetSearchResults")
    assert response.status_code == 200
    assert "User-Agent" in response.headers["Access-Control-Allow-Headers"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", JSON_OPERATIONS)
def test_every_operation_answers_an_array_and_can_be_asked_for_changes_only(bmlt: FlaskClient, name: str) -> None:
    path = f"/client_interface/json/?switcher={name}&meeting_key=meeting_name&meeting_key_value=Haven"
    response = bmlt.get(path)
    assert isinstance(response.get_json(), list)
    assert response.get_json()
    assert bmlt.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


@pytest.fixture
def changed(database: Database, build_site: BuildSite, settings_for: Callable[..., Settings]) -> FlaskClient:
    """A site whose listing 1 came, changed twice and stayed, and whose listing 2 came, changed and left."""
    at = iter([NOW + dt.timedelta(days=day) for day in range(10)])

    def write(verb: Callable[..., Any], *args: Any) -> Any:  # noqa: ANN401 - whatever the verb takes
        with database.unit_of_work() as session:
            return verb(session, *args, actor="user:7", reason="", now=next(at))

    def draft(number: int, name: str, **more: Any) -> Any:  # noqa: ANN401 - whatever a listing takes
        return a_listing(bmlt_id=number, source_key=f"key {number}", name=name, service_body="Area > Group", **more)

    first = write(publish, draft(1, "First name", notes="oldsentinel"))
    second = write(publish, draft(2, "Secondsentinel"))
    write(revise, first, draft(1, "Second name", notes="middlesentinel"))
    write(revise, second, draft(2, "Thirdsentinel"))
    write(revise, first, draft(1, "Third name", notes="Now said"))
    write(unpublish, second)
    return build_site(
        settings_for(database.url.render_as_string(hide_password=False), zone="America/Chicago")
    ).test_client()


def changes(client: FlaskClient, query: str = "") -> list[tuple[str, str]]:
    found = asked(client, "GetChanges", query)
    return [(each["meeting_id"], each["change_type"].removeprefix("comdef_change_type_")) for each in found]


def test_changes_come_newest_first(changed: FlaskClient) -> None:
    assert changes(changed) == [
        ("2", "delete"),
        ("1", "change"),
        ("2", "change"),
        ("1", "change"),
        ("2", "new"),
        ("1", "new"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("start_date=2026-03-15", [("2", "delete")]),
        ("start_date=2026-03-14", [("2", "delete"), ("1", "change")]),
        ("end_date=2026-03-10", [("1", "new")]),
        ("start_date=2026-03-11&end_date=2026-03-12", [("1", "change"), ("2", "new")]),
        ("meeting_id=2", [("2", "delete"), ("2", "change"), ("2", "new")]),
        ("meeting_id=30000000002", [("2", "delete"), ("2", "change"), ("2", "new")]),
        ("meeting_id=99", []),
        ("service_body_id=99", []),
        ("service_body_id=1&meeting_id=1&end_date=2026-03-10", [("1", "new")]),
        ("service_body_id=2&end_date=2026-03-10", [("1", "new")]),
    ],
)
def test_changes_are_chosen_by_date_meeting_and_body(
    changed: FlaskClient, query: str, expected: list[tuple[str, str]]
) -> None:
    assert changes(changed, query) == expected


def test_a_change_tells_neither_who_nor_what_was_said_before(changed: FlaskClient) -> None:
    newest = asked(changed, "GetChanges", "meeting_id=1&start_date=2026-03-14")[0]
    after = newest["json_data"].pop("after")
    assert newest == {
        "date_int": str(int((NOW + dt.timedelta(days=4)).timestamp())),
        "date_string": "6:05 PM, 3/14/2026",
        "change_type": "comdef_change_type_change",
        "change_id": newest["change_id"],
        "meeting_id": "1",
        "meeting_name": "Third name",
        "user_id": "0",
        "user_name": "",
        "service_body_id": "2",
        "service_body_name": "Group",
        "meeting_exists": "1",
        "details": "meeting_name was changed. comments was changed.",
        "json_data": {
            "before": {
                "id_bigint": "1",
                "service_body_bigint": "2",
                "meeting_name": "********",
                "comments": "********",
            }
        },
    }
    assert (after["meeting_name"], after["comments"], after["weekday_tinyint"]) == ("Third name", "Now said", "3")
    body = changed.get("/client_interface/json/?switcher=GetChanges").get_data(as_text=True)
    assert "sentinel" not in body
    assert "user:7" not in body
    gone = asked(changed, "GetChanges", "meeting_id=2")[0]
    assert (gone["meeting_name"], gone["meeting_exists"], gone["service_body_name"]) == ("", "0", "Group")
    assert {each["meeting_exists"] for each in asked(changed, "GetChanges", "meeting_id=2")} == {"0"}
    assert list(gone["json_data"]) == ["before"]


def test_of_a_part_the_fields_that_changed_are_named(
    database: Database, build_site: BuildSite, settings_for: Callable[..., Settings]
) -> None:
    usual = a_listing(bmlt_id=1, name="Larks")
    hybrid = replace(usual, conference_url="https://zoom.us/j/5550101", conference_phone="555-0101")
    steps = [
        (replace(usual, schedule=a_schedule(start=dt.time(20))), "start_time was changed."),
        (replace(usual, location=a_location(unit="Room 4")), "start_time was changed. location_street was changed."),
        (hybrid, "location_street was changed. virtual_meeting_link was changed. phone_meeting_number was changed."),
        (replace(hybrid, conference_phone=""), "phone_meeting_number was changed."),
        (replace(hybrid, extra={"Room key": "Ask"}), "phone_meeting_number was changed. Room key was changed."),
    ]
    with database.unit_of_work() as session:
        number = publish(session, usual, actor="user:7", reason="", now=NOW)
    for draft, _ in steps:
        with database.unit_of_work() as session:
            revise(session, number, draft, actor="user:7", reason="", now=NOW)
    client = build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()

    told = asked(client, "GetChanges")
    assert [each["details"] for each in reversed(told)] == ["The meeting was created.", *(words for _, words in steps)]
    assert list(told[0]["json_data"]["before"]) == [
        "id_bigint",
        "service_body_bigint",
        "phone_meeting_number",
        "Room key",
    ]
    assert "Changed: how to join." in client.get("/feeds/changes.atom").text


def test_an_empty_directory_answers_too(
    database: Database, build_site: BuildSite, settings_for: Callable[..., Settings]
) -> None:
    client = build_site(settings_for(database.url.render_as_string(hide_password=False), public_url=ROOT)).test_client()
    assert asked(client, "GetSearchResults", "get_used_formats") == {"meetings": [], "formats": []}
    assert asked(client, "GetSearchResults", "lat_val=1&long_val=1&geo_width=-5") == []
    assert asked(client, "GetCoverageArea") == [
        dict.fromkeys(("nw_corner_longitude", "nw_corner_latitude", "se_corner_longitude", "se_corner_latitude"), "")
    ]
    assert asked(client, "GetFormats") == []
    assert asked(client, "GetChanges") == []
    assert asked(client, "GetFieldValues", "meeting_key=formats") == []
