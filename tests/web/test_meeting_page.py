"""One meeting's page: everything public and nothing else, in words, with ways in that are honest."""

import dataclasses
import datetime as dt
import html
import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from finder.config import Settings
from finder.directory.batch import Batch, apply_batch
from finder.domain.listing import GroupDraft, ListingDraft
from finder.domain.schedule import Override
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, OverrideKind, Precision, RecurrenceKind
from finder.store.database import Database
from finder.store.shelf import PublicListing, PublicSlug
from tests.conftest import NOW, BuildSite
from tests.factories import a_listing, a_location, a_schedule

pytestmark = pytest.mark.one_database  # what is answered from memory is the same on both

Site = Callable[..., FlaskClient]


@pytest.fixture
def site_with(database: Database, settings_for: Callable[..., Settings], build_site: BuildSite) -> Site:
    """Make a site of a few listings, asked at `NOW`: a Tuesday, 6:05 pm in Austin."""

    def make(*listings: ListingDraft, **variables: str) -> FlaskClient:
        with database.unit_of_work() as session:
            apply_batch(session, Batch(source="Test feed", new=listings), actor="test", reason="", now=NOW)
        url = database.url.render_as_string(hide_password=False)
        variables = {"zone": "America/Chicago"} | variables
        return build_site(settings_for(url, **variables)).test_client()

    return make


def page_of(client: FlaskClient, slug: str, status: int = 200) -> str:
    answer = client.get(f"/meetings/{slug}")
    assert answer.status_code == status
    return html.unescape(answer.get_data(as_text=True)).replace("\N{NO-BREAK SPACE}", " ")


def links(page: str) -> dict[str, str]:
    """Text -> target of every link."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", text).strip(): href for href, text in found}


def in_austin(**changes: object) -> ListingDraft:
    return dataclasses.replace(a_listing(name="Courage at Seven", slug="courage"), **changes)  # type: ignore[arg-type]


def online(**changes: object) -> ListingDraft:
    """An online meeting at seven in New York."""
    return in_austin(
        attendance=Attendance.ONLINE,
        location=None,
        schedule=a_schedule(zone="America/New_York", start=dt.time(20)),
        conference_url="https://us02web.zoom.us/j/5550142",
        conference_url_notes="Passcode 4321",
        conference_phone="+1 512-555-0142,,5550142#",
        **changes,
    )


def test_the_next_time_the_rule_and_the_next_dates_are_in_words(site_with: Site) -> None:
    page = page_of(site_with(in_austin()), "courage")
    assert "<b>Tonight, 7:00 pm to 8:00 pm</b>" in page
    assert ", in 55 min" in page
    assert "Every Tuesday, 7:00 pm to 8:00 pm" in page
    assert "<dd>Tuesday, March 17</dd>" in page
    assert "<dd>Tuesday, March 24</dd>" in page


def test_what_is_different_soon_is_a_banner(site_with: Site) -> None:
    day = dt.date(2026, 3, 24)
    override = Override(kind=OverrideKind.CANCELLED, first_date=day, last_date=day)
    page = page_of(site_with(in_austin(overrides=(override,))), "courage")
    assert "Not on Tuesday, March 24. Back on Tuesday, March 31." in page
    assert "<dd>Tuesday, March 24</dd>" not in page


def test_a_closed_meeting_is_not_shown_as_open(site_with: Site) -> None:
    page = page_of(site_with(online(temporarily_closed=True)), "courage")
    assert "closed for now" in page
    assert "Join on Zoom" not in page
    assert "Tonight" not in page
    assert "Add to calendar" not in page


def test_somebody_by_appointment_is_to_be_asked(site_with: Site) -> None:
    schedule = a_schedule(kind=RecurrenceKind.APPOINTMENT, weekdays=(), start=None)
    page = page_of(site_with(in_austin(schedule=schedule)), "courage")
    assert "By appointment: ask the group when they meet" in page


def test_a_day_without_a_time_is_told_with_whom_to_ask(site_with: Site) -> None:
    schedule = a_schedule(kind=RecurrenceKind.APPOINTMENT, weekdays=(2,), start=None)
    page = page_of(site_with(in_austin(schedule=schedule)), "courage")
    assert "No time is listed: ask the group when they meet" in page
    assert "Every Tuesday, at a time that is not listed" in page
    assert "Add to calendar" not in page


def test_directions_leave_the_site_and_say_so(site_with: Site) -> None:
    page = page_of(site_with(in_austin()), "courage")
    anchor = re.search(r'<a [^>]*href="https://www.openstreetmap.org/directions[^>]*>.*?</a>', page)
    assert anchor
    assert 'rel="noopener noreferrer' in anchor[0]
    assert "leaves this site" in anchor[0]


@pytest.mark.parametrize("kind", [OverrideKind.MOVED, OverrideKind.ONLINE_ONLY])
def test_there_are_no_directions_to_the_usual_door_while_the_next_sitting_is_elsewhere(
    site_with: Site, kind: OverrideKind
) -> None:
    today = NOW.date()
    later = today + dt.timedelta(days=7)
    next_one = Override(kind=kind, first_date=today, last_date=today)
    one_after = Override(kind=kind, first_date=later, last_date=later)
    client = site_with(
        in_austin(overrides=(next_one,)), in_austin(slug="larks", source_key="l", overrides=(one_after,))
    )

    assert "openstreetmap.org" not in page_of(client, "courage")
    assert "openstreetmap.org" in page_of(client, "larks")


def test_a_rough_point_is_not_given_as_directions(site_with: Site) -> None:
    page = page_of(site_with(in_austin(location=a_location(precision=Precision.APPROXIMATE))), "courage")
    assert "openstreetmap.org/search?query=12%20Example%20Street" in page
    assert "openstreetmap.org/directions" not in page


def test_an_address_on_request_shows_its_area_only(site_with: Site) -> None:
    location = a_location(address_visibility=AddressVisibility.AREA, notes="Knock twice at the sentinel door")
    body = page_of(site_with(in_austin(location=location)), "courage")
    assert "Address given on request. It is near Austin, TX." in body
    for secret in ("Example Street", "Larkspur", "78701", "sentinel", "30.2672", "openstreetmap"):
        assert secret not in body


def test_joining_names_the_service_and_is_told_in_the_seekers_clock(site_with: Site) -> None:
    page = page_of(site_with(online()), "courage")
    assert links(page)["Join on Zoom (leaves this site)"] == "https://us02web.zoom.us/j/5550142"
    assert links(page)["Join by phone"] == "tel:+15125550142,,5550142%23"
    assert "Passcode 4321" in page
    assert "<b>Tonight, 7:00 pm to 8:00 pm</b>" in page
    assert "The next time is told in Chicago time, the rule in New York time." in page


def test_a_link_on_request_is_nowhere_on_the_page(site_with: Site) -> None:
    page = page_of(site_with(online(join_policy=JoinPolicy.ON_REQUEST)), "courage")
    assert "given on request" in page
    assert "zoom.us" not in page
    assert "5550142" not in page


@pytest.mark.parametrize("bad", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "//example.org/x"])
def test_only_ordinary_web_addresses_become_links(site_with: Site, bad: str) -> None:
    group = GroupDraft(name="Courage Group", website=bad, email="a@example.org?bcc=b@example.org")
    page = page_of(site_with(online(website=bad, url=bad, group=group)), "courage")
    assert not [href for href in links(page).values() if href.startswith((bad, "mailto:a@"))]


def test_hostile_words_are_only_words(site_with: Site) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    listing = in_austin(name=hostile, notes=hostile, location=a_location(name=hostile, notes=hostile))
    client = site_with(listing)
    for path in ("/meetings/courage", "/?near=Austin%2C+TX", "/"):
        body = client.get(path).get_data(as_text=True)
        assert "<script>alert" not in body
        assert "<img" not in body


def test_others_here_and_of_the_group_are_offered(site_with: Site) -> None:
    elsewhere = a_location(name="Marigold Hall", formatted_address="1 Sample Avenue, Austin, TX", street="1 Sample Ave")
    client = site_with(
        in_austin(),
        a_listing(name="Early Larkspur", slug="early", group=GroupDraft(name="Another Group")),
        a_listing(name="Courage Elsewhere", slug="elsewhere", location=elsewhere),
        a_listing(name="Unrelated", slug="unrelated", location=elsewhere, group=GroupDraft(name="A Third Group")),
    )
    page = page_of(client, "courage")
    here, _, group = page.partition("Also by this group")
    assert "/meetings/early" in here.split("Also here")[1]
    assert "/meetings/elsewhere" in group
    assert "/meetings/unrelated" not in page


def out_of_its_building(**changes: object) -> ListingDraft:
    """An online meeting whose hall in Austin is closed for now."""
    return dataclasses.replace(online(), location=a_location(), extra={"location_closed": "yes"}, **changes)  # type: ignore[arg-type]


def test_nobody_is_sent_to_a_building_that_is_closed_for_now(site_with: Site) -> None:
    client = site_with(out_of_its_building(), a_listing(name="Early Larkspur", slug="early", group=None))
    page = page_of(client, "courage")

    assert "Online only for now. Larkspur Hall is closed: please do not go there." in page
    assert "https://us02web.zoom.us/j/5550142" in links(page).values()
    assert "12 Example Street" not in page
    assert "openstreetmap" not in page
    assert "Also here" not in page
    assert "Also here" not in page_of(client, "early")


def test_a_search_tells_that_a_meeting_out_of_its_building_is_online(site_with: Site) -> None:
    client = site_with(out_of_its_building())
    found, near = (client.get(path).get_data(as_text=True) for path in ("/?q=courage", "/?near=Austin%2C+TX"))

    assert "/meetings/courage" in found
    assert "Example Street" not in found
    assert "Larkspur Hall" not in found
    assert "Example Street" not in near
    (told,) = client.get("/api/v1/meetings").get_json()["meetings"]
    assert (told["attendance"], told["location_closed"]) == ("online", True)


def test_what_to_know_before_joining_is_told_also_without_a_link(site_with: Site) -> None:
    listing = dataclasses.replace(online(), conference_url="", conference_phone="", conference_url_notes="Write first")
    page = page_of(site_with(listing), "courage")
    assert "Write first" in page
    assert "No link is listed. Ask the group." in page
    assert "Join on" not in page


def test_the_program_says_what_to_expect(site_with: Site) -> None:
    page = page_of(site_with(in_austin()), "courage")
    assert "What to expect" in page
    assert links(page)["Alcoholics Anonymous"] == "/programs/aa"


def test_when_the_group_last_confirmed_is_told(site_with: Site) -> None:
    fresh = in_austin(confirmed_at=NOW - dt.timedelta(days=21))
    stale = a_listing(slug="stale", confirmed_at=NOW - dt.timedelta(days=214))
    client = site_with(fresh, stale)
    assert "Confirmed by the group 3 weeks ago" in page_of(client, "courage")
    assert "Last confirmed 7 months ago: please check first" in page_of(client, "stale")


def test_a_report_goes_to_the_site_with_a_subject_that_tells_nothing(site_with: Site) -> None:
    page = page_of(site_with(in_austin(), contact_email="listings@example.org"), "courage")
    assert re.fullmatch(r"mailto:listings@example\.org\?subject=About%20listing%20\d+", links(page)["Tell us"])


def test_payment_handles_are_text_and_no_links(site_with: Site) -> None:
    group = GroupDraft(name="Courage Group", venmo="@courage-example")
    page = page_of(site_with(in_austin(group=group)), "courage")
    assert "Venmo: @courage-example" in page
    assert not [href for href in links(page).values() if "venmo" in href]


def test_machines_can_read_the_same_facts(site_with: Site) -> None:
    client = site_with(in_austin())
    body = client.get("/meetings/courage").get_data(as_text=True)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)
    assert found
    assert json.loads(found[1])["name"] == "Courage at Seven"


def test_a_slug_of_old_leads_to_the_one_of_now(site_with: Site, database: Database) -> None:
    client = site_with(in_austin())
    with database.unit_of_work() as session:
        number = session.execute(select(PublicListing.id)).scalar_one()
        session.add(PublicSlug(kind="meeting", slug="old-name", target_id=number))
    answer = client.get("/meetings/old-name")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/meetings/courage")


def test_a_listing_that_never_was_is_not_found(site_with: Site) -> None:
    page_of(site_with(in_austin()), "never", 404)


def test_a_directory_without_demo_meetings_does_not_call_itself_one(site_with: Site) -> None:
    client = site_with(in_austin())
    assert "made up" not in page_of(client, "courage")


def test_what_the_notes_say_again_is_said_once(site_with: Site) -> None:
    place = a_location(name="Maple Demo Hall", notes="Maple Demo Hall\nUse the side door.")
    listing = in_austin(location=place, notes="MAPLE DEMO HALL\nUse the side door.\nBring a cup.")
    page = page_of(site_with(listing), "courage")
    assert len(re.findall(r"<dd>\s*Maple Demo Hall\s*</dd>", page, re.IGNORECASE)) == 1
    assert len(re.findall(r"Use the side door\.\s*</dd>", page)) == 1
    assert len(re.findall(r"Bring a cup\.\s*</dd>", page)) == 1
