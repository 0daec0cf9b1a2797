"""The directory as Meeting Guide JSON over HTTP: the whole of it, any search, and as the WordPress plugin gives it."""

import datetime as dt
import gzip
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

from finder.config import Settings
from finder.directory.publish import unpublish
from finder.store.database import Database
from finder.web import feeding
from tests.conftest import NOW, BuildSite
from tests.feeds.reader_rules import read

FEED = "/meetings.json"
PLUGIN = "/wp-admin/admin-ajax.php"
AUSTIN = (30.27, -97.74)

Rows = list[dict[str, Any]]


def rows(client: FlaskClient, path: str) -> Rows:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: Rows = orjson.loads(answer.data)
    return found


def listings(found: Rows) -> set[str]:
    """The pages that rows lead to."""
    return {row["url"] for row in found}


def asked_for(client: FlaskClient, query: str) -> set[str]:
    """The pages of what the API answers to a search, those of today and the coming days only."""
    found: set[str] = set()
    page = pages = 1
    while page <= pages:
        answer = orjson.loads(client.get(f"/api/v1/meetings?{query}&per_page=100&page={page}").data)
        found |= {meeting["url"] for meeting in answer["meetings"]}
        page, pages = page + 1, answer["pages"]
    return found


@pytest.mark.parametrize(
    "query",
    [
        "program=na",
        "region=austin",
        "near=Austin%2C+TX&within=5",
        "q=courage",
        "attendance=online&audience=women",
        "day=2",
    ],
)
def test_a_search_s_feed_has_what_the_search_finds(client: FlaskClient, query: str) -> None:
    found, asked = listings(rows(client, f"{FEED}?{query}")), asked_for(client, query)
    weekly = {row["url"] for row in rows(client, FEED)}
    assert found
    assert found == asked & weekly


def test_days_that_are_asked_for_are_the_only_ones(client: FlaskClient) -> None:
    assert {row["day"] for row in rows(client, f"{FEED}?day=2&day=4")} == {2, 4}


def test_a_feed_may_be_read_from_any_site_and_is_plain_json(client: FlaskClient) -> None:
    answer = client.get(f"{FEED}?region=austin")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.content_type.startswith("application/json")
    assert "Set-Cookie" not in answer.headers


def test_a_question_that_cannot_be_asked_is_told_in_json(client: FlaskClient) -> None:
    answer = client.get(f"{FEED}?program=nix")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert orjson.loads(answer.data)["parameter"] == "program"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_nothing_found_is_an_empty_list(client: FlaskClient) -> None:
    assert rows(client, f"{FEED}?q=nothing-of-that-name") == []


@pytest.mark.parametrize("squeezed", [False, True])
def test_whoever_has_a_feed_gets_304_until_something_changes_or_the_hour_is_over(
    demo_database: Database,
    settings_for: Callable[..., Settings],
    build_site: BuildSite,
    squeezed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    now = [NOW]
    client = build_site(
        settings_for(str(demo_database.url.render_as_string(hide_password=False))), lambda: now[0]
    ).test_client()
    headers = {"Accept-Encoding": "gzip"} if squeezed else {}
    first = client.get(FEED, headers=headers)
    tagged = {**headers, "If-None-Match": first.headers["ETag"]}

    def status() -> int:
        answer = client.get(FEED, headers=tagged)
        assert answer.headers.get("ETag") == first.headers["ETag"] or answer.status_code == 200
        return answer.status_code

    assert orjson.loads(gzip.decompress(first.data) if squeezed else first.data)
    assert status() == 304
    now[0] = NOW + dt.timedelta(minutes=50)
    assert status() == 304
    now[0] = NOW + dt.timedelta(minutes=56)  # it was five past
    assert status() == 200
    now[0] = NOW
    with demo_database.unit_of_work() as session:
        unpublish(session, 1, actor="test", reason="", now=NOW)
    assert status() == 200


def test_a_304_of_a_feed_is_answered_before_the_application(site: Flask, client: FlaskClient) -> None:
    tag = client.get(FEED).headers["ETag"]
    reached: list[str] = []
    site.before_request_funcs.setdefault(None, []).append(lambda: reached.append("here"))
    try:
        answer = client.get(FEED, headers={"If-None-Match": tag})
    finally:
        site.before_request_funcs[None].pop()
    assert (answer.status_code, reached) == (304, [])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_coordinates_make_an_answer_that_is_kept_nowhere(client: FlaskClient) -> None:
    for path in (f"{FEED}?lat=30.26789&lon=-97.74321", f"{FEED}?near=30.26789,-97.74321"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_what_is_on_now_is_told_anew_every_minute(
    settings_for: Callable[..., Settings], build_site: BuildSite, demo_url: str
) -> None:
    now = [NOW]
    client = build_site(settings_for(demo_url), lambda: now[0]).test_client()
    tag = client.get(f"{FEED}?when=now").headers["ETag"]
    now[0] = NOW + dt.timedelta(minutes=1)
    assert client.get(f"{FEED}?when=now", headers={"If-None-Match": tag}).status_code == 200


def test_long_answers_that_are_over_make_room_for_others(client: FlaskClient) -> None:
    assert len(client.get(FEED).data) > 2 * feeding.READY_BYTES
    for method in (client.head, client.get) * (feeding.LONG_AT_A_TIME + 1):
        with method(FEED) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/about", ""),
        ("/programs", ""),
        ("/programs?approach=smart", "?approach=smart"),
        ("/programs/aa", "?program=aa"),
        ("/regions/austin", "?region=austin"),
        ("/?region=austin&sort=name&page=2", "?region=austin"),
    ],
)
def test_pages_tell_programs_where_their_feeds_are(client: FlaskClient, path: str, query: str) -> None:
    text = client.get(path).text
    links = dict(re.findall(r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', text))
    assert (links["application/json"], links["application/atom+xml"]) == (FEED + query, f"/feeds/changes.atom{query}")
    assert rows(client, FEED + query)


def test_the_page_of_a_meeting_tells_programs_of_its_data_and_its_calendar(client: FlaskClient) -> None:
    slug = client.get("/api/v1/meetings?region=austin").get_json()["meetings"][0]["slug"]
    links = re.findall(
        r'<link rel="alternate" type="([^"]+)"[^>]* href="([^"]+)"', client.get(f"/meetings/{slug}").text
    )

    assert links == [("application/json", f"/api/v1/meetings/{slug}"), ("text/calendar", f"/meetings/{slug}.ics")]
    assert [client.get(path).status_code for _, path in links] == [200, 200]


def test_a_page_of_a_position_offers_no_feed_of_it(client: FlaskClient) -> None:
    text = client.get("/?lat=30.27&lon=-97.74").text
    assert 'type="application/json"' not in text
    assert set(re.findall(rf'"{FEED}(.*?)"', text)) == {"?near=Austin,+TX"}  # of the town it is near


def plugin(client: FlaskClient, query: str = "") -> Rows:
    return rows(client, f"{PLUGIN}?action=meetings&{query}")


def test_the_plugin_s_address_gives_the_whole_feed(client: FlaskClient) -> None:
    found = plugin(client)
    assert found == rows(client, FEED)
    assert read(found)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("day=2", lambda row: row["day"] == 2),
        ("day[]=2&day[]=0", lambda row: row["day"] in {0, 2}),
        ("time=morning", lambda row: "04:00" <= row["time"] < "12:00"),
        ("time=night", lambda row: row["time"] >= "20:00" or row["time"] < "05:00"),
        ("region=austin", lambda row: "Austin" in row["regions"]),
        ("type=O", lambda row: "O" in row["types"]),
        ("type=O,W", lambda row: {"O", "W"} <= set(row["types"])),
        ("type=LGBTQ,T", lambda row: {"LGBTQ", "T"} <= set(row["types"])),  # both say for whom it is
        ("type[]=O&type[]=X", lambda row: {"O", "X"} <= set(row["types"])),
        ("attendance_option=online", lambda row: row["attendance_option"] in {"online", "hybrid"}),
        ("attendance_option=hybrid", lambda row: row["attendance_option"] == "hybrid"),
        ("attendance_option=inactive", lambda row: row["attendance_option"] == "inactive"),
        ("attendance_option=active", lambda row: row["attendance_option"] != "inactive"),
        ("district=demo-district-1", lambda row: row.get("district") == "Demo District 1"),
        ("query=courage", lambda row: "ourage" in str(row)),
        ("latitude=30.27&longitude=-97.74&distance=2.05", lambda row: row.get("distance", 9) <= 2),
        ("latitude=30.27&longitude=-97.74&distance=4&distance_units=km", lambda row: row.get("distance", 9) <= 4),
    ],
)  # fmt: skip
def test_the_plugin_s_filters_leave_exactly_the_rows_that_hold(
    client: FlaskClient, query: str, holds: Callable[[dict[str, Any]], bool]
) -> None:
    unit = "distance_units=km" if "units=km" in query else ""
    usual = [row for row in plugin(client, f"latitude=30.27&longitude=-97.74&{unit}") if is_usual(row)]
    if "distance" in query:  # a place is looked for by those who want to go there
        usual = [row for row in usual if row["attendance_option"] != "online"]
    found = [row for row in plugin(client, query) if is_usual(row)]
    assert {row["slug"] for row in found if "distance" in row or "distance" not in query} == {
        row["slug"] for row in usual if holds(row)
    }
    assert found


def is_usual(row: dict[str, Any]) -> bool:
    """Whether a row has a time, and nothing is out of the ordinary: a search asks by the rule, not its exceptions."""
    return "time" in row and not re.match(r"2026-", row.get("notes", ""))


def test_a_filter_of_the_plugin_that_says_nothing_here_is_left_out(client: FlaskClient) -> None:
    assert len(plugin(client, "mode=me&day=any&time=all&distance_units=ells")) == len(plugin(client))


def test_a_place_in_words_is_found_too(client: FlaskClient) -> None:
    found = plugin(client, "mode=location&query=Austin,+TX&distance=5")
    assert listings(found) == listings(rows(client, f"{FEED}?near=Austin%2C+TX&within=5"))


@pytest.mark.parametrize(
    "query",
    [
        "region=nowhere",
        "day=9",
        "time=foo",
        "latitude=999&longitude=1",
        "latitude=30,27&longitude=-97,74",
        "distance=far",
    ],
)
def test_a_filter_that_cannot_be_used_is_not_answered_with_everything(client: FlaskClient, query: str) -> None:
    assert plugin(client, query) == []
    assert plugin(client, f"{query}&type=O") == []


def test_of_several_values_those_that_there_are_count(client: FlaskClient) -> None:
    assert plugin(client, "day[]=2&day[]=9") == plugin(client, "day=2") != []


def test_a_question_may_come_in_a_form_from_any_site_and_changes_nothing(client: FlaskClient) -> None:
    elsewhere = Headers({"Origin": "https://other.example.org", "Sec-Fetch-Site": "cross-site"})
    answer = client.post(PLUGIN, data={"action": "meetings", "day": "2", "type": "O"}, headers=elsewhere)
    assert answer.status_code == 200
    assert orjson.loads(answer.data) == plugin(client, "day=2&type=O")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("action", ["", "?action=tsml_import", "?action="])
def test_nothing_else_of_the_plugin_is_answered(client: FlaskClient, action: str) -> None:
    for answer in (client.get(PLUGIN + action), client.post(PLUGIN + action)):
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_forms_that_change_something_still_want_their_token(client: FlaskClient) -> None:
    assert client.post("/submit", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
