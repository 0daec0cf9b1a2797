"""GetSearchResults: what those servers' clients ask, and the meetings that answer."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from finder.config import Settings
from finder.directory.publish import publish, revise, unpublish
from finder.domain.vocabulary import RecurrenceKind
from finder.store.database import Database
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location, a_schedule
from tests.web.bmlt_cases import CASES
from tests.web.bmlt_client import ROOT, asked, bmlt, bmlt_site, numbers

__all__ = ["bmlt", "bmlt_site"]  # fixtures

#: The fields of a meeting in the order of the contract, and after them that of a server it came from.
ORDER = [
    *("id_bigint", "worldid_mixed", "shared_group_id_bigint", "service_body_bigint", "service_body_name"),
    *("weekday_tinyint", "venue_type", "start_time", "duration_time", "time_zone", "formats", "lang_enum"),
    *("longitude", "latitude", "distance_in_km", "distance_in_miles", "email_contact", "published"),
    *("root_server_uri", "format_shared_id_list", "meeting_name", "location_text", "location_info"),
    *("location_street", "location_city_subsection", "location_neighborhood", "location_municipality"),
    *("location_sub_province", "location_province", "location_postal_code_1", "location_nation", "comments"),
    *("zone", "train_lines", "bus_lines", "phone_meeting_number", "virtual_meeting_link"),
    *("virtual_meeting_additional_info", "contact_name_1", "contact_name_2", "contact_phone_1"),
    *("contact_phone_2", "contact_email_1", "contact_email_2", "admin_notes", "format_comments"),
]


def searched(client: FlaskClient, query: str) -> Any:  # noqa: ANN401 - JSON is any
    return asked(client, "GetSearchResults", query)


def one(client: FlaskClient, number: int, query: str = "") -> dict[str, str]:
    (found,) = searched(client, f"meeting_ids={number}&{query}")
    assert isinstance(found, dict)
    return found


@pytest.mark.one_database
@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query or "everything" for query, _ in CASES])
def test_a_search_gives_what_the_contract_says(bmlt: FlaskClient, query: str, expected: str) -> None:
    assert numbers(bmlt, query) == expected


def test_the_table_has_enough_cases() -> None:
    assert len({query for query, _ in CASES}) == len(CASES) >= 150


def test_a_meeting_has_every_field_in_order_as_a_string(bmlt: FlaskClient) -> None:
    for meeting in searched(bmlt, "lat_val=43&long_val=-77&geo_width=9000"):
        assert list(meeting) == ORDER
        assert {type(value) for value in meeting.values()} == {str}


def test_a_meeting_says_what_it_is(bmlt: FlaskClient) -> None:
    assert one(bmlt, 103) == dict.fromkeys(ORDER, "") | {
        "id_bigint": "103",
        "service_body_bigint": "12",
        "service_body_name": "South Area",
        "weekday_tinyint": "3",
        "venue_type": "3",
        "start_time": "19:00:00",
        "duration_time": "01:00:00",
        "time_zone": "America/New_York",
        "formats": "O,W,HY",
        "lang_enum": "en",
        "longitude": "-77.1",
        "latitude": "43.1",
        "published": "1",
        "root_server_uri": ROOT,
        "format_shared_id_list": "17,32,56",
        "meeting_name": "Tuesday Tide",
        "location_text": "Ashford Hall",
        "location_street": "7 Example Street",
        "location_municipality": "Ashford",
        "location_province": "NY",
        "location_nation": "US",
        "phone_meeting_number": "+1 555-555-0103",
        "virtual_meeting_link": "https://zoom.us/j/1030000000",
        "virtual_meeting_additional_info": "Ask for the code",
    }


def test_json_is_written_as_those_servers_do(bmlt: FlaskClient) -> None:
    body = bmlt.get("/client_interface/json/?switcher=GetSearchResults&meeting_ids=115").get_data()
    assert body.isascii()
    assert b'"meeting_name":"Gr\\u00fc\\u00dfe am Sonntag"' in body
    assert b'"comments":"Zum / Hof"' in body
    assert b", " not in body


def test_whether_anybody_may_come_stands_first_among_formats(bmlt: FlaskClient) -> None:
    assert (one(bmlt, 105)["formats"], one(bmlt, 105)["format_shared_id_list"]) == ("O,D", "8,17")
    assert (one(bmlt, 106)["formats"], one(bmlt, 106)["format_shared_id_list"]) == ("C,M", "4,15")


def test_an_open_end_is_a_whole_day(bmlt: FlaskClient) -> None:
    assert one(bmlt, 110)["duration_time"] == "24:00:00"


def test_what_is_not_weekly_says_so_before_anything_else(bmlt: FlaskClient) -> None:
    assert one(bmlt, 107)["comments"] == "First Friday of the month."
    assert one(bmlt, 113)["comments"] == "Once, on Saturday, March 21, 2026."
    assert one(bmlt, 114)["comments"] == "Every other Tuesday. Next on March 17, 2026. Then on March 31, 2026."
    assert "IRR" in one(bmlt, 107)["formats"].split(",")


def test_a_dated_exception_is_told(bmlt: FlaskClient) -> None:
    assert one(bmlt, 105)["comments"] == "Not on March 14, 2026. The floor is painted."


def test_each_weekday_of_a_listing_is_a_meeting_with_a_number_that_stays(bmlt: FlaskClient) -> None:
    first, second = searched(bmlt, "meeting_ids=105,70000000105")
    moving = ("id_bigint", "weekday_tinyint")
    assert [first[name] for name in moving] == ["105", "4"]
    assert [second[name] for name in moving] == ["70000000105", "7"]
    assert {name: first[name] for name in ORDER if name not in moving} == {
        name: second[name] for name in ORDER if name not in moving
    }


def test_a_hidden_address_shows_its_area_only(bmlt: FlaskClient) -> None:
    hidden = one(bmlt, 109)
    assert (hidden["location_street"], hidden["location_text"], hidden["virtual_meeting_link"]) == ("", "", "")
    assert hidden["location_municipality"] == "Elmwood"
    assert (hidden["latitude"], hidden["longitude"]) != ("43.7", "-76.1")
    body = bmlt.get("/client_interface/json/?switcher=GetSearchResults").get_data(as_text=True)
    assert "sentinel" not in body
    assert "harbor@example.org" not in body


def law_of_cosines(latitude: float, longitude: float, meeting: dict[str, str]) -> float:
    """Degrees of the great circle, as the contract has them."""
    north, south = math.radians(float(meeting["latitude"])), math.radians(latitude)
    apart = math.radians(float(meeting["longitude"]) - longitude)
    cosine = math.cos(north) * math.cos(south) * math.cos(apart) + math.sin(north) * math.sin(south)
    return math.degrees(math.acos(min(1.0, cosine)))


def test_distances_are_those_of_the_law_of_cosines(bmlt: FlaskClient) -> None:
    found = searched(bmlt, "lat_val=43.123456&long_val=-77.654321&geo_width=9000")
    assert len(found) > 10
    for meeting in found:
        degrees = law_of_cosines(43.123456, -77.654321, meeting)
        assert float(meeting["distance_in_miles"]) == pytest.approx(degrees * 69.0, abs=0.005)
        assert float(meeting["distance_in_km"]) == pytest.approx(degrees * 111.111, abs=0.005)


def test_distance_alone_asks_for_no_radius(bmlt: FlaskClient) -> None:
    query = "lat_val=43&long_val=-77&data_field_key=id_bigint,distance_in_km"
    found = {each["id_bigint"]: each["distance_in_km"] for each in searched(bmlt, query)}
    assert len(found) == 15
    assert (found["101"], found["104"]) == ("0", "")


def test_only_the_fields_asked_for_come_in_their_own_order(bmlt: FlaskClient) -> None:
    query = "data_field_key=meeting_name,id_bigint,nothing_like_it,shared_group_id_bigint,format_comments"
    assert one(bmlt, 115, query) == {
        "id_bigint": "115",
        "meeting_name": "Grüße am Sonntag",
        "format_comments": "Bring a mat",
    }
    assert list(one(bmlt, 101, "data_field_key=weekday_tinyint")) == ["weekday_tinyint"]
    assert list(one(bmlt, 101, "data_field_key=nothing_like_it,nor_this")) == ORDER
    assert list(one(bmlt, 101, "data_field_key=")) == ORDER


def test_used_formats_come_beside_the_meetings(bmlt: FlaskClient) -> None:
    for query in ("get_used_formats", "get_used_formats=1", "get_used_formats=0"):
        found = searched(bmlt, f"meeting_ids=103,101&{query}")
        assert list(found) == ["meetings", "formats"]
        assert [each["id_bigint"] for each in found["meetings"]] == ["101", "103"]
        assert [each["id"] for each in found["formats"]] == ["1", "17", "32", "56"]


def test_formats_alone_win(bmlt: FlaskClient) -> None:
    found = searched(bmlt, "meeting_ids=103&get_formats_only&get_used_formats")
    assert list(found) == ["formats"]
    assert [each["key_string"] for each in found["formats"]] == ["O", "W", "HY"]
    assert found["formats"][0] == {
        "key_string": "O",
        "name_string": "Open to everyone",
        "description_string": "Anyone may come, also to look, to learn or to keep someone company.",
        "lang": "en",
        "id": "17",
        "world_id": "OPEN",
        "format_type_enum": "O",
        "root_server_uri": ROOT,
    }


def test_a_language_without_rows_leaves_formats_empty_everywhere(bmlt: FlaskClient) -> None:
    found = searched(bmlt, "get_used_formats=1&lang_enum=sv")
    assert found["formats"] == []
    assert {(each["formats"], each["format_shared_id_list"]) for each in found["meetings"]} == {("", "")}
    assert len(found["meetings"]) == 15


def test_formats_are_told_in_the_language_asked_for(bmlt: FlaskClient) -> None:
    found = searched(bmlt, "meeting_ids=115&get_used_formats&lang_enum=de")
    assert (found["meetings"][0]["formats"], found["meetings"][0]["format_shared_id_list"]) == ("off,Zz", "70,107")
    assert [each["name_string"] for each in found["formats"]] == ["Ruhige Stunde", "Offen"]


def test_without_a_language_a_format_that_has_no_name_in_the_site_s_is_told_all_the_same(bmlt: FlaskClient) -> None:
    asked_in = [searched(bmlt, f"meeting_ids=116&get_used_formats{more}") for more in ("", "&lang_enum=en")]
    assert [each["meetings"][0]["format_shared_id_list"] for each in asked_in] == ["213", ""]
    assert [[named["lang"] for named in each["formats"]] for each in asked_in] == [["de"], []]


def test_the_total_stands_in_a_header_whatever_the_page(bmlt: FlaskClient) -> None:
    response = bmlt.get("/client_interface/json/?switcher=GetSearchResults&page_size=2&services=10&recursive=1")
    assert response.headers["X-Total-Count"] == "9"
    assert "X-Total-Count" in response.headers["Access-Control-Expose-Headers"]


def test_what_is_no_number_is_passed_over_and_the_answer_says_so(bmlt: FlaskClient) -> None:
    response = bmlt.get("/client_interface/json/?switcher=GetSearchResults&services=abc&weekdays=1,x")
    assert response.headers.getlist("Warning") == [
        '299 - "weekdays: what is not a number was ignored"',
        '299 - "services: what is not a number was ignored"',
    ]
    assert "Warning" not in bmlt.get("/client_interface/json/?switcher=GetSearchResults&services=10").headers


def test_an_answer_that_is_known_is_not_sent_again(bmlt: FlaskClient) -> None:
    path = "/client_interface/json/?switcher=GetSearchResults&weekdays=1"
    first = bmlt.get(path)
    again = bmlt.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "query",
    [
        "lat_val=43.123456&long_val=-77.654321&geo_width=5",
        "SearchString=Austin,+TX&StringSearchIsAnAddress=1",
    ],
)
def test_an_answer_to_somebodys_place_is_kept_nowhere(bmlt: FlaskClient, query: str) -> None:
    response = bmlt.get(f"/client_interface/json/?switcher=GetSearchResults&{query}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_an_address_is_looked_up_in_the_embedded_places(bmlt: FlaskClient) -> None:
    assert numbers(bmlt, "SearchString=Berlin,+Germany&StringSearchIsAnAddress=1&SearchStringRadius=10") == "115"
    nearest = numbers(bmlt, "SearchString=Rochester,+NY&StringSearchIsAnAddress=1&SearchStringRadius=-1")
    assert "114" in nearest.split()
    assert len(numbers(bmlt, "SearchString=Rochester,+NY&StringSearchIsAnAddress=1").split()) >= 10
    response = bmlt.get(
        "/client_interface/json/?switcher=GetSearchResults&SearchString=Qqqzzz&StringSearchIsAnAddress=1"
    )
    assert response.status_code == 400
    assert "SearchString" in response.get_json()["errors"]


def test_the_shape_of_meeting_guide(bmlt: FlaskClient) -> None:
    (online, hybrid) = asked(bmlt, "GetSearchResults", "meeting_ids=104,103&sort_keys=start_time", "tsml")[::-1]
    assert hybrid == {
        "day": 2,
        "time": "19:00",
        "end_time": "20:00",
        "name": "Tuesday Tide",
        "location": "Ashford Hall",
        "formatted_address": "7 Example Street, Ashford, NY, US",
        "address": "7 Example Street",
        "city": "Ashford",
        "state": "NY",
        "postal_code": "",
        "country": "US",
        "types": ["O", "W"],
        "location_notes": "",
        "notes": "",
        "coordinates": "43.1,-77.1",
        "slug": "tuesday-tide-103",
        "region": "South Area",
        "regions": ["South Area"],
        "conference_url": "https://zoom.us/j/1030000000",
        "conference_url_notes": "Ask for the code",
        "conference_phone": "+1 555-555-0103",
    }
    assert (online["location"], online["coordinates"], online["types"]) == ("Online Meeting", None, ["O", "ONL"])


def test_updated_after_gives_what_has_changed_since(
    database: Database, build_site: BuildSite, settings_for: Callable[..., Settings]
) -> None:
    later = NOW + dt.timedelta(hours=1)
    with database.unit_of_work() as session:
        publish(session, a_listing(bmlt_id=1), actor="import", reason="", now=NOW)
    with database.unit_of_work() as session:
        publish(session, a_listing(bmlt_id=2), actor="import", reason="", now=later)
    client = build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()

    def since(instant: str) -> list[str]:
        return [each["id_bigint"] for each in searched(client, f"updated_after={instant}")]

    assert since("2026-03-09") == ["1", "2"]
    assert since(NOW.strftime("%Y-%m-%dT%H:%M:%SZ")) == ["2"]
    assert since(later.strftime("%Y-%m-%dT%H:%M:%SZ")) == []
    response = client.get("/client_interface/json/?switcher=GetSearchResults&updated_after=yesterday")
    assert response.status_code == 422


def test_an_approval_shows_in_the_next_answer_and_facts_follow(
    database: Database, build_site: BuildSite, settings_for: Callable[..., Settings]
) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(bmlt_id=1, source_key="k"), actor="import", reason="", now=NOW)
        other = publish(session, a_listing(bmlt_id=2, source_key="o"), actor="import", reason="", now=NOW)
    client = build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()
    query = "meeting_key=location_municipality&meeting_key_value=Waco"
    assert searched(client, query) == []
    assert len(searched(client, "meeting_key=location_municipality&meeting_key_value=Austin")) == 2
    moved = a_listing(
        source_key="k", location=a_location(city="Waco"), schedule=a_schedule(weekdays=(1, 2)), extra={"lift": "yes"}
    )
    with database.unit_of_work() as session:
        revise(session, number, moved, actor="import", reason="", now=NOW)
        unpublish(session, other, actor="import", reason="", now=NOW)
    found = searched(client, query)
    assert [(each["id_bigint"], each["lift"]) for each in found] == [("1", "yes"), ("30000000001", "yes")]
    assert searched(client, "meeting_key=location_municipality&meeting_key_value=Austin") == []


def test_a_one_off_is_gone_when_it_is_over(
    database: Database, build_site: BuildSite, settings_for: Callable[..., Settings]
) -> None:
    rule = a_schedule(kind=RecurrenceKind.ONCE, weekdays=(), first_date=dt.date(2026, 3, 10))
    with database.unit_of_work() as session:
        publish(session, a_listing(bmlt_id=1, schedule=rule), actor="import", reason="", now=NOW)
    clock = [NOW]
    client = build_site(
        settings_for(database.url.render_as_string(hide_password=False)), clock=lambda: clock[0]
    ).test_client()
    assert [each["weekday_tinyint"] for each in searched(client, "")] == ["3"]
    clock[0] = NOW + dt.timedelta(hours=3)
    assert searched(client, "") == []
