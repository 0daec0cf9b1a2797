"""What a group hides stays hidden: addresses (S9) and join links (S10), black-box against running servers."""

import json
import secrets
import string
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest

from finder.directory.batch import Batch, apply_batch
from finder.domain.listing import GroupDraft, ListingDraft, LocationDraft
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy
from finder.store.database import Database
from tests.conftest import NOW, Databases, prepare
from tests.factories import a_listing, a_location
from tests.servers import Server
from tests.web_client import get

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
        drafts.append(a_listing(name=f"Quiet Room {number}", source_key=f"quiet-{number}", location=location))
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
    paths += ["/api/v1/places?q=aus", "/robots.txt", "/sitemap.xml"]
    paths += [f"/?near=Austin%2C+TX&within=50&page={page}" for page in (2, 3)]
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
        assert by_place.status == 400


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
        assert not any(path.startswith(("/sitemap", "/robots")) for path in shown)
