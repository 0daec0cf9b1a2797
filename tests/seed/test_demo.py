"""The made-up meetings: enough of everything, plainly fictional, the same each time."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from finder.domain.errors import BadInputError
from finder.domain.listing import ListingDraft
from finder.domain.schedule import validate
from finder.domain.vocabulary import (
    AddressVisibility,
    Approach,
    Attendance,
    FormatKind,
    JoinPolicy,
    OverrideKind,
    Precision,
    RecurrenceKind,
)
from finder.feeds.demo import demo_listings
from finder.feeds.demo_plan import load_plan
from finder.feeds.seed import load_formats, load_programs
from finder.search.criteria import BAND_MINUTES

SEEDS = Path(__file__).resolve().parents[2] / "seed_data"
TEXT = (SEEDS / "demo.toml").read_text(encoding="utf-8")
NOW = dt.datetime(2026, 3, 10, 23, 5, tzinfo=dt.UTC)

FORMATS = {each.slug: each for each in load_formats(SEEDS / "formats.toml")}
PROGRAMS = {each.slug: each for each in load_programs(SEEDS / "programs.toml")}

#: These say something about the room, so they mean nothing where there is none.
OF_THE_ROOM = {code for code, each in FORMATS.items() if each.kind is FormatKind.VENUE} | {
    "wheelchair",
    "accessible-bathroom",
    "childcare",
    "child-friendly",
    "fragrance-free",
    "breakfast",
    "candlelight",
    "with-al-anon",
    "with-alateen",
    "parking",
    "near-transit",
}
UNKIND = re.compile(r"\b(addicts?|clean|dirty|junkies?|alcoholics?|abusers?)\b", re.IGNORECASE)

Cities = dict[tuple[str, ...], list[ListingDraft]]


@pytest.fixture(scope="module")
def listings() -> tuple[ListingDraft, ...]:
    return demo_listings(TEXT, now=NOW)


@pytest.fixture(scope="module")
def cities(listings: tuple[ListingDraft, ...]) -> Cities:
    found: Cities = defaultdict(list)
    for listing in listings:
        found[listing.region].append(listing)
    return found


def test_there_are_more_than_six_hundred_in_twelve_cities_of_three_continents(
    listings: tuple[ListingDraft, ...], cities: Cities
) -> None:
    assert len(listings) >= 640
    assert len(cities) == 12
    continents = {listing.schedule.zone.split("/")[0] for listing in listings}
    assert continents >= {"America", "Europe", "Asia", "Australia", "Pacific"}
    assert len({listing.source_key for listing in listings}) == len(listings)


def test_the_same_instant_gives_the_same_meetings(listings: tuple[ListingDraft, ...]) -> None:
    assert demo_listings(TEXT, now=NOW) == listings
    assert demo_listings(SEEDS / "demo.toml", now=NOW) == listings


@pytest.mark.parametrize(
    "now",
    [NOW, dt.datetime(2028, 2, 29, 11, 0, tzinfo=dt.UTC), dt.datetime(2026, 12, 25, 23, 59, tzinfo=dt.UTC)],
)
def test_every_schedule_is_sound_on_any_day(now: dt.datetime) -> None:
    for listing in demo_listings(TEXT, now=now):
        validate(listing.schedule)
        for override in listing.overrides:
            assert override.first_date <= override.last_date
            assert override.last_date >= (now - dt.timedelta(days=1)).date()


def test_every_listing_uses_known_words(listings: tuple[ListingDraft, ...]) -> None:
    for listing in listings:
        assert listing.program in PROGRAMS
        assert set(listing.formats) <= FORMATS.keys()
        assert len(set(listing.formats)) == len(listing.formats)
        assert "{" not in listing.name
        assert not {"open", "closed"} <= set(listing.formats)
        assert not {"smoking-permitted", "no-smoking"} <= set(listing.formats)


def test_every_city_has_every_program_and_approach(cities: Cities) -> None:
    for region, mine in cities.items():
        assert {listing.program for listing in mine} == PROGRAMS.keys(), region
        assert {PROGRAMS[listing.program].approach for listing in mine} == set(Approach)


def test_every_city_has_every_format_except_languages_and_every_language_is_somewhere(cities: Cities) -> None:
    wanted = {slug for slug, each in FORMATS.items() if each.kind is not FormatKind.LANGUAGE}
    for region, mine in cities.items():
        had = {slug for listing in mine for slug in listing.formats}
        assert wanted <= had, region
        assert len({slug for slug in had if FORMATS[slug].kind is FormatKind.LANGUAGE}) >= 5
    assert {slug for mine in cities.values() for listing in mine for slug in listing.formats} == FORMATS.keys()


def test_every_city_has_every_weekday_and_time_of_day_in_person_and_online(cities: Cities) -> None:
    for mine in cities.values():
        for attendance in (Attendance.IN_PERSON, Attendance.ONLINE):
            those = [listing for listing in mine if listing.attendance is attendance]
            assert {day for listing in those for day in listing.schedule.weekdays} == set(range(7))
        for first, end in BAND_MINUTES.values():
            assert any(_starts_within(listing, first, end) for listing in mine)


def _starts_within(listing: ListingDraft, first: int, end: int) -> bool:
    start = listing.schedule.start
    if start is None:
        return False
    minute = start.hour * 60 + start.minute
    return first <= minute < end if first < end else minute >= first or minute < end


@pytest.mark.parametrize(
    "holds",
    [
        pytest.param(lambda each: each.temporarily_closed, id="temporarily closed"),
        pytest.param(lambda each: each.attendance is Attendance.HYBRID, id="hybrid"),
        pytest.param(lambda each: each.schedule.kind is RecurrenceKind.ONCE, id="once"),
        pytest.param(lambda each: each.schedule.kind is RecurrenceKind.APPOINTMENT, id="by appointment"),
        pytest.param(lambda each: each.schedule.interval == 2, id="every other week"),
        pytest.param(lambda each: each.schedule.interval == 4, id="every four weeks"),
        pytest.param(lambda each: each.schedule.weeks_of_month == (1, 3), id="first and third"),
        pytest.param(lambda each: each.schedule.weeks_of_month == (-1,), id="last of the month"),
        pytest.param(lambda each: each.schedule.weeks_of_month == (5,), id="fifth of the month"),
        pytest.param(lambda each: len(each.schedule.weekdays) == 7, id="daily"),
        pytest.param(lambda each: each.schedule.weekdays == (1, 3, 5), id="several weekdays"),
        pytest.param(lambda each: each.schedule.last_date is not None, id="with a last date"),
        pytest.param(
            lambda each: (
                each.schedule.start is not None
                and dt.datetime.combine(NOW.date(), each.schedule.start) + each.schedule.duration
                > dt.datetime.combine(NOW.date(), dt.time(23, 59)) + dt.timedelta(minutes=1)
            ),
            id="past midnight",
        ),
        pytest.param(lambda each: each.confirmed_at is None, id="never confirmed"),
        pytest.param(lambda each: each.confirmed_at and NOW - each.confirmed_at < dt.timedelta(days=2), id="just now"),
        pytest.param(
            lambda each: each.confirmed_at and NOW - each.confirmed_at > dt.timedelta(days=200), id="long ago"
        ),
        pytest.param(
            lambda each: each.location and each.location.address_visibility is AddressVisibility.AREA, id="area only"
        ),
        pytest.param(lambda each: each.location and each.location.precision is Precision.APPROXIMATE, id="approximate"),
        pytest.param(lambda each: each.join_policy is JoinPolicy.ON_REQUEST, id="join on request"),
        pytest.param(lambda each: each.group and each.group.contacts, id="private contacts"),
        *(
            pytest.param(lambda each, kind=kind: any(change.kind is kind for change in each.overrides), id=kind)
            for kind in OverrideKind
        ),
    ],
)
def test_every_city_has_one_that_is(holds: Callable[[ListingDraft], object], cities: Cities) -> None:
    for region, mine in cities.items():
        assert any(holds(listing) for listing in mine), region


def test_dated_changes_fall_on_a_sitting_or_span_some(listings: tuple[ListingDraft, ...]) -> None:
    for listing in listings:
        for change in listing.overrides:
            days = (change.last_date - change.first_date).days + 1
            touched = {(change.first_date + dt.timedelta(days=step)).isoweekday() % 7 for step in range(days)}
            assert touched & set(listing.schedule.weekdays), listing.name


def test_women_men_and_the_young_give_the_way_in_on_request(listings: tuple[ListingDraft, ...]) -> None:
    for listing in listings:
        if {"women", "men", "young-people", "teens"} & set(listing.formats) and listing.conference_url:
            assert listing.join_policy is JoinPolicy.ON_REQUEST
            assert listing.group is not None
            assert listing.group.email


def test_in_person_has_a_point_and_online_has_a_link_and_no_room(listings: tuple[ListingDraft, ...]) -> None:
    for listing in listings:
        assert listing.location is not None
        in_person = listing.attendance is not Attendance.ONLINE
        assert (listing.location.latitude is not None) is in_person
        assert (listing.location.longitude is not None) is in_person
        assert bool(listing.conference_url) is (listing.attendance is not Attendance.IN_PERSON)
        if not in_person:
            assert not OF_THE_ROOM & set(listing.formats), listing.name


def test_points_lie_in_their_city(listings: tuple[ListingDraft, ...]) -> None:
    plan = load_plan(TEXT)
    centres = {city.region: city.districts[0] for city in plan.cities}
    for listing in listings:
        place, centre = listing.location, centres[listing.region]
        if place is not None and place.latitude is not None and place.longitude is not None:
            assert abs(place.latitude - centre.latitude) < 0.25
            assert abs(place.longitude - centre.longitude) < 0.25
            assert place.zone == listing.schedule.zone


def test_nothing_can_be_mistaken_for_real(listings: tuple[ListingDraft, ...]) -> None:
    for listing in listings:
        group, place = listing.group, listing.location
        assert listing.demo
        assert "made-up" in listing.notes
        assert listing.conference_url == "" or listing.conference_url.startswith("https://meet.example.org/demo-")
        assert place is not None
        assert "Demo" in place.name or listing.attendance is Attendance.ONLINE
        links = [listing.website, group.website if group else ""]
        assert all(link == "" or link.startswith("https://example.org/") for link in links)
        phones = [listing.conference_phone]
        if group is not None:
            assert group.email.endswith("@example.org")
            phones += [group.phone, *(contact.phone for contact in group.contacts)]
        assert all(phone == "" or re.fullmatch(r"\+1 \d{3}-555-01\d\d", phone) for phone in phones)


def test_service_bodies_are_a_tree_of_three_levels(listings: tuple[ListingDraft, ...]) -> None:
    paths = {tuple(listing.service_body.split(" > ")) for listing in listings}
    assert {len(path) for path in paths} == {3}
    assert len(paths) == 12
    assert all(name.startswith("Demo ") for path in paths for name in path)


def test_a_group_has_one_set_of_public_words_in_its_city(cities: Cities) -> None:
    for mine in cities.values():
        shared = {listing.group for listing in mine if listing.group and listing.group.name == "Lantern Group"}
        assert len(shared) == 1


def test_words_of_the_demo_label_nobody() -> None:
    assert UNKIND.findall(TEXT.replace("living-clean", "")) == []


@pytest.mark.parametrize(
    ("old", "new", "parameter"),
    [
        ('at = "12:00"', 'at = ""', "at"),
        ('repeat = "once"', 'repeat = "sometimes"', "repeat"),
        ("latitude = 30.268", 'latitude = "north"', "latitude"),
        ("minutes = 75", 'minutes = "75"', "minutes"),
        ("days = [1, 3, 5]", "days = 1", "days"),
        ('kind = "clinic"\n', "", "kind"),
    ],
)
def test_a_demo_file_that_is_not_right_is_refused_by_the_key(old: str, new: str, parameter: str) -> None:
    assert old in TEXT
    with pytest.raises(BadInputError) as caught:
        demo_listings(TEXT.replace(old, new, 1), now=NOW)
    assert caught.value.parameter == parameter
