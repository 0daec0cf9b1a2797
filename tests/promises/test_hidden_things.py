"""What a group hides stays hidden: addresses (S9) and join links (S10), black-box against running servers."""

import json
import re
import secrets
import string
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from markupsafe import escape

from finder.directory.batch import Batch, apply_batch
from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy
from finder.store.database import Database
from tests.conftest import NOW, Databases, prepare
from tests.factories import a_listing, a_location
from tests.sender import Sender, hidden
from tests.servers import Server
from tests.web_client import Answer, get

AREA_ONLY = 20
FIVE_KM_NORTH = 5 / 111.2  # degrees of latitude


def a_sentinel() -> str:
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))


def hidden_places(sentinels: list[str], north: float) -> list[ListingDraft]:
    """Listings that show their area only, with a sentinel in everything of the address that is private."""
    drafts = []
    for number in range(AREA_ONLY):
        names = ("name", "street", "unit", "postal_code", "notes", "access_notes", "formatted_address")
        parts: dict[str, Any] = {name: sentinels[number * len(names) + place] for place, name in enumerate(names)}
        location = LocationDraft(
            city="Austin",
            state="TX",
            country="US",
            latitude=30.30 + number / 1000 + north,
            longitude=-97.70 - number / 1000,
            zone="America/Chicago",
            address_visibility=AddressVisibility.AREA,
            **parts,
        )
        known = {"source_key": f"quiet-{number}", "service_body": "Quiet Area", "world_id": f"G{number}"}
        drafts.append(a_listing(name=f"Quiet Room {number}", location=location, **known))
    return drafts


def served(databases: Databases, serve: Callable[..., Server], drafts: list[ListingDraft]) -> Server:
    url = databases.copy_of("prepared", prepare)
    database = Database(url)
    with database.unit_of_work() as session:
        apply_batch(session, Batch(source="Test", new=tuple(drafts)), actor="test", reason="", now=NOW)
    database.dispose()
    return serve(url, workers=1, testing="1", now=NOW.isoformat())


def everything_public(server: Server) -> list[tuple[str, str]]:
    """Every kind of public answer about every listing, headers included."""
    found = json.loads(get(server, "/api/v1/meetings?per_page=100").body)
    slugs = [meeting["slug"] for meeting in found["meetings"]]
    paths = ["/", "/?near=Austin%2C+TX&within=50", "/?q=quiet", "/regions/austin", "/programs/aa"]
    paths += ["/api/v1/meetings?near=Austin%2C+TX&within=50&per_page=100", "/api/v1/meetings?per_page=100"]
    paths += ["/api/v1/places?q=aus", "/robots.txt", "/sitemap.xml", "/sitemap/pages.xml", "/sitemap/meetings-1.xml"]
    paths += ["/export/meetings.csv", "/export/meetings.csv?near=Austin%2C+TX&within=50", "/export/meetings.jsonld"]
    paths += ["/export/hsds.json", "/meetings.ics", "/feeds/changes.atom", "/embed?per_page=100", "/embed/code?q=quiet"]
    paths += [f"/oembed?url={quote_plus(server.url + '/?q=quiet')}", "/opensearch.xml"]
    paths += ["/export/naws.csv?service_body=quiet-area"]
    paths += [f"/?near=Austin%2C+TX&within=50&page={page}" for page in (2, 3)]
    paths += ["/meetings.json", "/meetings.json?near=Austin%2C+TX&within=50&q=quiet"]
    paths += ["/wp-admin/admin-ajax.php?action=meetings&latitude=30.3&longitude=-97.7&distance=50"]
    paths += [f"/client_interface/json/?switcher={name}" for name in ("GetSearchResults", "GetChanges")]
    paths += ["/client_interface/tsml/?switcher=GetSearchResults"]
    paths += ["/client_interface/json/?switcher=GetFieldValues&meeting_key=location_street"]
    paths += ["/client_interface/json/?switcher=GetFieldValues&meeting_key=virtual_meeting_link"]
    for slug in slugs:
        paths += [f"/meetings/{slug}", f"/meetings/{slug}.ics", f"/api/v1/meetings/{slug}", f"/meetings/{slug}/change"]
        paths += [f"/meetings/{slug}/problem", f"/meetings/{slug}/dates"]
    answers = [(path, get(server, path)) for path in paths]
    return [(path, f"{answer.headers}\n{answer.text}") for path, answer in answers]


def test_s9_a_hidden_address_is_in_nothing_public(databases: Databases, serve: Callable[..., Server]) -> None:
    sentinels = [a_sentinel() for _ in range(AREA_ONLY * 7)]
    server = served(databases, serve, [*hidden_places(sentinels, 0), a_listing(name="Open Door")])
    answers = everything_public(server)
    assert sum("Quiet Room" in text for _, text in answers) > 3 * AREA_ONLY
    for path, text in answers:
        assert [sentinel for sentinel in sentinels if sentinel in text.lower()] == [], path
    for sentinel in sentinels[:14]:
        by_words = json.loads(get(server, f"/api/v1/meetings?q={sentinel}").body)
        assert by_words["total"] == 0
        by_place = get(server, f"/api/v1/meetings?near={quote_plus(sentinel + ' Street')}")
        assert by_place.status == 404


def test_s9_order_and_distance_do_not_tell_where_a_hidden_place_is(
    databases: Databases, serve: Callable[..., Server]
) -> None:
    sentinels = [a_sentinel() for _ in range(AREA_ONLY * 7)]
    told = []
    for north in (0, FIVE_KM_NORTH):
        public = a_listing(name="Open Door", source_key="open-door", location=a_location())
        server = served(databases, serve, [*hidden_places(sentinels, north), public])
        question = "/api/v1/meetings?near=Austin%2C+TX&within=50&sort=nearest&per_page=100"
        found = json.loads(get(server, question).body)["meetings"]
        told.append([(each["name"], each["distance_km"], each["latitude"], each["longitude"]) for each in found])
    assert len(told[0]) == AREA_ONLY + 1
    assert told[0] == told[1]


@pytest.mark.parametrize("policy", list(JoinPolicy))
def test_s10_join_details_are_public_only_where_joining_is_open(
    databases: Databases, serve: Callable[..., Server], policy: JoinPolicy
) -> None:
    secret, notes, phone = a_sentinel(), a_sentinel(), "+1-512-555-0142"
    draft = a_listing(
        name="Quiet Room Online",
        attendance=Attendance.ONLINE,
        location=None,
        conference_url=f"https://zoom.us/j/5550100?pwd={secret}",
        conference_url_notes=notes,
        conference_phone=phone,
        join_policy=policy,
        group=GroupDraft(name="Quiet Group"),
    )
    server = served(databases, serve, [draft])
    shown = [path for path, text in everything_public(server) if secret in text or notes in text or phone in text]
    assert bool(shown) is (policy is JoinPolicy.OPEN)
    if policy is JoinPolicy.OPEN:
        assert not any(path.startswith(("/sitemap", "/robots", "/oembed", "/feeds")) for path in shown)


ONLINE = [
    *[("name", "Quiet Room"), ("program", "aa"), ("group_name", "Quiet Group"), ("kind", "weekly"), ("day", "2")],
    *[("start", "19:00"), ("end", "20:00"), ("attendance", "online"), ("zone", "America/Chicago")],
    *[("email", "robin@example.org"), ("step", "check")],
]


def looked_over(server: Server, link: str, *more: tuple[str, str]) -> tuple[Sender, Answer]:
    """Somebody lists an online meeting with *link*; the page that they get, and they themselves."""
    sender = Sender(server)
    return sender, sender.fill("/submit", [*ONLINE, ("conference_url", link), *more])


@pytest.mark.parametrize(
    "link",
    [
        "http://zoom.us/j/5550100",
        "https://zoom.us@evil.example.org/j/5550100",
        "https://robin:secret@zoom.us/j/5550100",
        "https://zoom.us:8443/j/5550100",
        "https://192.0.2.1/j/5550100",
        "https://zoom.us/s/5550100?zak=sesame",
        "javascript:alert(1)",
        "data:text/html,zoom.us",
    ],
)
def test_s10_what_is_no_plain_link_for_guests_is_refused_at_its_field(demo_server: Server, link: str) -> None:
    _, page = looked_over(demo_server, link)
    assert page.status == 422
    assert '<a href="#conference_url">' in page.text
    assert f'value="{escape(link)}"' in page.text


#: Host of a join link -> what the finder calls it; what it does not know is called by its whole host.
SERVICES = {
    "us02web.zoom.us": "Zoom",
    "ZOOM.US": "Zoom",
    "meet.google.com": "Google Meet",
    **{host: host for host in ("evilzoom.us", "zoom-us.example.org", "zoom.us.example.org")},
}


def test_s10_a_service_is_known_by_its_exact_labels_and_called_what_it_is(
    databases: Databases, serve: Callable[..., Server]
) -> None:
    online: dict[str, Any] = {"attendance": Attendance.ONLINE, "location": None}
    links = {host: f"https://{host}/j/5550100" for host in SERVICES}
    drafts = [
        a_listing(slug=f"quiet-{number}", conference_url=link, **online) for number, link in enumerate(links.values())
    ]
    server = served(databases, serve, drafts)
    for number, (host, service) in enumerate(SERVICES.items()):
        shown = get(server, f"/meetings/quiet-{number}").text
        assert re.findall(r"Join on ([^<\s]+(?: [A-Z]\w+)?)\s*<", shown) == [service], host
        sender, page = looked_over(server, f"https://{host}/j/5550199")
        if service == host:
            assert page.status == 422
            assert f"We do not know {host} as a service for meetings." in page.text
            continue
        assert sender.post("/submit", [*hidden(page.text), ("step", "send")]).status == 303


@pytest.mark.parametrize(
    ("more", "hides"),
    [
        *[((), False), ((("format", "young-people"),), True), ((("format", "women"),), True)],
        *[((("program", "alateen"),), True), ((("format", "women"), ("join_policy", "open")), False)],
    ],
)
def test_s10_meetings_of_the_young_and_of_one_gender_give_their_link_on_request_unless_they_say_otherwise(
    demo_server: Server, more: tuple[tuple[str, str], ...], *, hides: bool
) -> None:
    names = {name for name, _ in more}
    sender = Sender(demo_server)
    values = [pair for pair in ONLINE if pair[0] not in names]
    page = sender.fill("/submit", [*values, ("conference_url", "https://zoom.us/j/5550100?pwd=sesame"), *more])
    assert page.status == 200
    assert ("It is not shown: people ask the group for it." in page.text) is hides
    assert ("and everybody will see it" in page.text) is not hides
