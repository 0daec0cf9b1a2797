import datetime as dt
import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from finder.config import Settings
from finder.directory.publish import publish, rename_slug, revise, unpublish
from finder.store.database import Database
from finder.store.shelf import PublicListing
from finder.web.caching import AnswerCache, Kept
from finder.web.forms.described import PARAMETERS as DESCRIBED
from finder.web.forms.query import PARAMETERS
from finder.web.openapi import SCHEMAS
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location, a_schedule

DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def answer(client: FlaskClient, query: str = "") -> dict[str, Any]:
    response = client.get(f"/api/v1/meetings?{query}")
    assert response.status_code == 200, response.get_data(as_text=True)
    content: dict[str, Any] = response.get_json()
    return content


def allowed(schema: dict[str, Any], value: object) -> bool:
    """Whether *value* is of a type that *schema* (OpenAPI, one level) takes."""
    if "anyOf" in schema:
        return any(allowed(each, value) for each in schema["anyOf"])
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[1]]
    types = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(isinstance(value, types[name]) for name in named):  # type: ignore[arg-type]  # types or pairs of them
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    return "pattern" not in schema or not isinstance(value, str) or bool(re.search(schema["pattern"], value))


def assert_of(name: str, content: dict[str, Any]) -> None:
    properties = SCHEMAS[name]["properties"]
    assert set(content) == set(properties)
    for key, value in content.items():
        assert allowed(properties[key], value), (key, value)


def test_an_answer_has_the_shape_that_is_promised(client: FlaskClient) -> None:
    content = answer(client, "per_page=100")

    assert_of("Answer", content)
    assert len(content["meetings"]) == min(100, content["total"])
    assert content["place"] is None
    for meeting in content["meetings"]:
        assert_of("Meeting", meeting)


def test_one_meeting_has_the_shape_that_is_promised(client: FlaskClient) -> None:
    for meeting in answer(client, "per_page=20")["meetings"]:
        content = client.get(f"/api/v1/meetings/{meeting['slug']}").get_json()

        assert_of("MeetingDetail", content)
        assert {key: content[key] for key in meeting if key in content} == {
            key: value for key, value in meeting.items() if key in content
        }


def test_sittings_are_told_with_the_offset_of_their_zone(client: FlaskClient) -> None:
    for meeting in answer(client, "near=Austin,+TX&attendance=in_person&day=2")["meetings"]:
        start = dt.datetime.fromisoformat(meeting["next_start"])

        assert start.utcoffset() in {dt.timedelta(hours=-6), dt.timedelta(hours=-5)}
        assert start.strftime("%H:%M") == meeting["start"]
        assert start.isoweekday() % 7 in meeting["days"]
        assert meeting["in_progress"] == (start <= NOW)


def test_pages_follow_one_another_and_end(client: FlaskClient) -> None:
    whole = answer(client, "per_page=30&sort=name")
    halves = [answer(client, f"per_page=15&sort=name&page={page}") for page in (1, 2)]
    beyond = answer(client, "page=999999")

    assert [each["slug"] for half in halves for each in half["meetings"]] == [
        each["slug"] for each in whole["meetings"]
    ]
    assert whole["pages"] == -(-whole["total"] // 30)
    assert beyond["meetings"] == []
    assert beyond["total"] == whole["total"]


@pytest.mark.parametrize(
    "query", ["", "near=Austin,+TX&within=25", "program=aa&day=2", "audience=women&attendance=online"]
)
def test_a_count_is_what_its_choice_gives_when_chosen_alone(client: FlaskClient, query: str) -> None:
    facets = answer(client, query)["facets"]

    for facet in ("day", "program", "attendance", "audience"):
        kept = "&".join(part for part in query.split("&") if not part.startswith(f"{facet}="))
        for choice, count in list(facets[facet].items())[:4]:
            assert answer(client, f"{kept}&{facet}={choice}")["total"] == count


def test_a_place_is_told_as_it_was_understood(client: FlaskClient) -> None:
    content = answer(client, "near=Austin,+TX&within=25&unit=km")

    assert "Austin" in content["place"]["name"]
    assert content["place"]["timezone"] == "America/Chicago"
    assert content["total"] > 0
    for meeting in content["meetings"]:
        assert meeting["distance_km"] <= 25
        assert meeting["attendance"] != "online"


def test_an_answer_to_coordinates_is_kept_nowhere(client: FlaskClient) -> None:
    path = "/api/v1/meetings?lat=30.267153&lon=-97.743057"

    response = client.get(path)

    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert "30.267153" not in response.get_data(as_text=True)
    kept = client.application.extensions["finder.answers"]
    assert not any("30.267153" in question for question in kept._kept)


def test_the_same_question_within_its_minute_is_answered_by_304(client: FlaskClient) -> None:
    path = "/api/v1/meetings?day=4&q=step"
    first = client.get(path)
    again = client.get(path)
    known = client.get(path, headers={"If-None-Match": f'"x", W/{first.headers["ETag"]}'})
    other = client.get("/api/v1/meetings?day=5&q=step", headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"].startswith("public, max-age=60, stale-while-revalidate=")
    assert first.get_data() == again.get_data()
    assert first.headers["ETag"] == again.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["ETag"])
    assert (known.status_code, known.get_data()) == (304, b"")
    assert known.headers["ETag"] == first.headers["ETag"]
    assert other.status_code == 200


def test_an_answer_is_the_same_in_every_process(
    demo_url: str, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    secret = "s" * 40
    clients = [build_site(settings_for(demo_url, secret_key=secret)).test_client() for _ in range(2)]

    one, two = (each.get("/api/v1/meetings?day=2") for each in clients)

    assert one.get_data() == two.get_data()
    assert one.headers["ETag"] == two.headers["ETag"]


def test_the_next_minute_is_another_answer(
    demo_url: str, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    now = [NOW]
    client = build_site(settings_for(demo_url), clock=lambda: now[0]).test_client()
    first = client.get("/api/v1/meetings?when=now").headers["ETag"]
    now[0] += dt.timedelta(seconds=59 - NOW.second)
    same = client.get("/api/v1/meetings?when=now").headers["ETag"]
    now[0] += dt.timedelta(seconds=1)
    other = client.get("/api/v1/meetings?when=now", headers={"If-None-Match": first})

    assert first == same
    assert other.status_code == 200


def test_what_was_approved_is_in_the_next_answer(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    url = database.url.render_as_string(hide_password=False)
    client = build_site(settings_for(url)).test_client()
    etag = client.get("/api/v1/meetings").headers["ETag"]
    assert answer(client)["total"] == 0

    with database.unit_of_work() as session:
        number = publish(session, a_listing(name="New Hope"), actor="test", reason="", now=NOW)
    assert client.get("/api/v1/meetings", headers={"If-None-Match": etag}).status_code == 200
    assert [each["name"] for each in answer(client)["meetings"]] == ["New Hope"]
    slug = answer(client)["meetings"][0]["slug"]
    assert client.get(f"/api/v1/meetings/{slug}").status_code == 200

    with database.unit_of_work() as session:
        unpublish(session, number, actor="test", reason="", now=NOW)
    assert answer(client)["total"] == 0
    assert client.get(f"/api/v1/meetings/{slug}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/api/v1/meetings"])
def test_a_listing_is_read_off_the_shelf_again_when_it_has_changed_and_only_then(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite, path: str
) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(name="New Hope"), actor="test", reason="", now=NOW)
    client = build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()
    assert b"New Hope" in client.get(f"{path}?day=2").data

    with database.unit_of_work() as session:
        session.execute(update(PublicListing).values(document="unread"))
    assert b"New Hope" in client.get(f"{path}?day=2&sort=name").data

    with database.unit_of_work() as session:
        revise(session, number, a_listing(name="Newer Hope"), actor="test", reason="", now=NOW)
    found = client.get(f"{path}?day=2").data
    assert b"Newer Hope" in found
    assert b"New Hope" not in found


def test_a_retired_slug_leads_to_the_one_of_today(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    with database.unit_of_work() as session:
        number = publish(session, a_listing(slug="before"), actor="test", reason="", now=NOW)
        rename_slug(session, number, "after", actor="test", reason="", now=NOW)
    client = build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()

    moved = client.get("/api/v1/meetings/before")
    calendar = client.get("/meetings/before.ics")

    assert (moved.status_code, moved.headers["Location"]) == (308, "/api/v1/meetings/after")
    assert (calendar.status_code, calendar.headers["Location"]) == (308, "/meetings/after.ics")


def test_what_is_unknown_is_null_and_zero_is_a_latitude(
    database: Database, settings_for: Callable[..., Settings], build_site: BuildSite
) -> None:
    place = a_location(latitude=0.0, longitude=0.0, name="", zone="Etc/UTC")
    late = a_schedule(start=dt.time(23, 30), duration=dt.timedelta(minutes=90), zone="Etc/UTC")
    with database.unit_of_work() as session:
        publish(session, a_listing(location=place, group=None, schedule=late), actor="test", reason="", now=NOW)
    client = build_site(settings_for(database.url.render_as_string(hide_password=False))).test_client()

    (meeting,) = answer(client, "lat=0&lon=0")["meetings"]

    assert (meeting["latitude"], meeting["longitude"], meeting["distance_km"]) == (0.0, 0.0, 0.0)
    assert meeting["location"] is None
    assert meeting["group"] is None
    assert meeting["conference_url"] is None
    assert (meeting["start"], meeting["end"]) == ("23:30", "01:00")


def test_several_places_of_one_name_are_offered(client: FlaskClient) -> None:
    response = client.get("/api/v1/meetings?near=Springfield")

    problem = response.get_json(force=True)
    assert response.status_code == 404
    assert problem["parameter"] == "near"
    assert len(problem["choices"]) > 1
    for choice in problem["choices"]:
        assert client.get(f"/api/v1/meetings?near={quote(choice['name'])}").status_code == 200, choice


def test_places_are_suggested(client: FlaskClient) -> None:
    found = client.get("/api/v1/places?q=aust").get_json()["places"]

    assert any("Austin" in each["name"] for each in found)
    for each in found:
        assert_of("Place", each)


@pytest.mark.parametrize("path", ["/api/v1/meetings", "/api/v1/places?q=aus", "/api/v1/openapi.json"])
def test_any_site_may_ask_without_credentials(client: FlaskClient, path: str) -> None:
    for response in (client.get(path), client.options(path), client.head(path)):
        assert response.headers.getlist("Access-Control-Allow-Origin") == ["*"]
        assert "Access-Control-Allow-Credentials" not in response.headers
    assert client.get(path).headers["ETag"].startswith('"')


def test_a_calendar_file_can_be_taken_along(client: FlaskClient) -> None:
    meetings = answer(client, "attendance=in_person&day=2&sort=name")["meetings"]
    slug = next(each["slug"] for each in meetings if not each["temporarily_closed"])

    response = client.get(f"/meetings/{slug}.ics")

    assert response.status_code == 200
    assert response.content_type == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{slug}.ics"'
    assert response.get_data().startswith(b"BEGIN:VCALENDAR\r\n")
    assert response.headers["ETag"].startswith('"')


def test_the_description_names_every_parameter_and_every_address(client: FlaskClient) -> None:
    content = client.get("/api/v1/openapi.json").get_json()

    assert content["openapi"].startswith("3.1.")
    assert content["info"]["version"]
    asked = content["paths"]["/api/v1/meetings"]["get"]["parameters"]
    assert tuple(each["name"] for each in asked) == PARAMETERS
    described = {path.replace("{slug}", "<slug>") for path in content["paths"]}
    routes = {str(rule) for rule in client.application.url_map.iter_rules() if rule.endpoint.startswith("api.")}
    assert described == routes - {"/api/v1/openapi.json"} | {"/meetings.json", "/client_interface/json/"}
    for path in content["paths"].values():
        responses = path["get"]["responses"]
        assert {"200", "304"} <= set(responses)
        schema = responses["200"]["content"]["application/json"]["schema"]
        reference = schema.get("items", schema)["$ref"]
        assert reference.rsplit("/", 1)[1] in content["components"]["schemas"]


def test_the_description_names_the_things_that_there_are(client: FlaskClient) -> None:
    content = client.get("/api/v1/openapi.json").get_json()
    parameters = {each["name"]: each["schema"] for each in content["paths"]["/api/v1/meetings"]["get"]["parameters"]}

    assert {"aa", "na"} <= set(parameters["program"]["items"]["enum"])
    assert "women" in parameters["audience"]["items"]["enum"]
    assert "austin" in parameters["region"]["items"]["enum"]
    for name in ("program", "audience", "region", "format", "language"):
        (last,) = parameters[name]["items"]["enum"][-1:]
        assert client.get(f"/api/v1/meetings?{name}={last}").status_code == 200


def table_under(heading: str) -> list[list[str]]:
    """The rows of the first table after *heading* in the documentation, a list of cells each."""
    text = DOCS.read_text(encoding="utf-8").split(heading, 1)[1]
    lines = text[text.index("\n|") :].strip("\n").split("\n\n")[0].split("\n")
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_documentation_has_the_parameters_of_the_code() -> None:
    told = [(row[0].strip("`"), row[1] == "yes") for row in table_under("## Parameters")]

    assert told == [(each.name, each.repeatable) for each in DESCRIBED]


def test_the_documentation_has_the_keys_of_the_answers() -> None:
    meeting = {key for row in table_under("Of each meeting") for key in re.findall(r"`(\w+)`", row[0])}
    more = {key for row in table_under("One meeting by itself") for key in re.findall(r"`(\w+)`", row[0])}

    assert meeting == set(SCHEMAS["Meeting"]["properties"])
    assert meeting | more == set(SCHEMAS["MeetingDetail"]["properties"]) | {"distance_km"}


def test_an_answer_goes_out_compressed_to_those_who_take_it_so(client: FlaskClient) -> None:
    path = "/api/v1/meetings?day=2"
    plain = client.get(path)
    for _ in range(2):
        squeezed = client.get(path, headers={"Accept-Encoding": "br, gzip"})

        assert squeezed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(squeezed.get_data()) == plain.get_data()
        assert squeezed.headers["ETag"] != plain.headers["ETag"]
        assert squeezed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    for response in (plain, squeezed):
        known = client.get(path, headers={"If-None-Match": response.headers["ETag"], "Accept-Encoding": "gzip"})
        assert (known.status_code, known.headers["ETag"]) == (304, response.headers["ETag"])


def test_what_is_kept_in_memory_is_bounded() -> None:
    cache = AnswerCache(max_bytes=20_000)
    for number in range(50):
        cache.put(f"question {number}", Kept(str(number), b"x" * 3000, []))

    assert cache.size <= 20_000
    assert cache.get("question 0") is None
    assert cache.get("question 49") is not None
    cache.put("too large", Kept("", b"x" * 300_000, []))
    assert cache.get("too large") is None
