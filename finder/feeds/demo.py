"""Made-up meetings in real cities, so that every page and every filter has something to show.

Nothing is left to chance: the same text and the same instant give the same meetings. Streets, rooms, groups,
people, numbers (555-01xx) and links (example.org) are fictional.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from finder.domain.listing import ContactDraft, GroupDraft, ListingDraft, LocationDraft
from finder.domain.vocabulary import AddressVisibility, Attendance, JoinPolicy, Precision
from finder.feeds.demo_plan import City, DemoPlan, District, Pattern, Venue, load_plan
from finder.feeds.demo_schedule import demo_overrides, demo_schedule

#: How many days ago a meeting was last confirmed; None is never.
CONFIRMED_DAYS_AGO = (1, 2, 6, 9, 16, 25, 40, 75, 120, 215, 400, None)

#: Whoever meets among themselves gives the way in on request, unless the group says otherwise.
ON_REQUEST_AUDIENCES = frozenset({"women", "men", "young-people", "teens", "transgender", "nonbinary"})

#: Rooms of the same general kind in one city.
SITES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """One meeting to be made: the *index*-th pattern in the *turn*-th city."""

    plan: DemoPlan
    city: City
    turn: int
    pattern: Pattern
    index: int
    foreign: int  # how many patterns before this one are in another language
    key: str

    @property
    def deal(self) -> int:
        """A number that differs from meeting to meeting."""
        return self.index * 3 + self.turn

    @property
    def attendance(self) -> Attendance:
        return self.pattern.attendance[self.turn % len(self.pattern.attendance)]

    @property
    def online(self) -> bool:
        return self.attendance is not Attendance.IN_PERSON

    @property
    def language(self) -> str:
        if self.pattern.other_language:
            return self.city.other_languages[self.foreign % len(self.city.other_languages)]
        usual = self.city.languages
        return usual[0] if (self.index + self.turn) % 5 < 3 else usual[-1]  # noqa: PLR2004 - three in five

    @property
    def site(self) -> int:
        return self.index // SITES % SITES if self.venue.general else 0

    @property
    def venue(self) -> Venue:
        if self.pattern.venue:
            return self.plan.venue(self.pattern.venue)
        general = [venue for venue in self.plan.venues if venue.general]
        return general[(self.index + self.turn) % len(general)]

    @property
    def district(self) -> District:
        districts = self.city.districts
        return districts[(self.plan.venues.index(self.venue) * 5 + self.site * 2 + self.turn) % len(districts)]

    @property
    def join_policy(self) -> JoinPolicy:
        if self.pattern.join is not None:
            return self.pattern.join
        private = self.online and not ON_REQUEST_AUDIENCES.isdisjoint(self.pattern.formats)
        return JoinPolicy.ON_REQUEST if private else JoinPolicy.OPEN


def demo_listings(source: str | Path, *, now: dt.datetime) -> tuple[ListingDraft, ...]:
    """Give every made-up meeting; *source* is the text of demo.toml or its path, *now* is aware.

    Dates, exceptions and confirmations are relative to *now*. Raises BadInputError when the file is not right.
    """
    return tuple(_listing(seat, now=now) for seat in _seats(load_plan(source)))


def _seats(plan: DemoPlan) -> Iterator[_Seat]:
    number = 0
    for turn, city in enumerate(plan.cities):
        foreign = 0
        for index, pattern in enumerate(plan.patterns):
            number += 1
            yield _Seat(
                plan=plan,
                city=city,
                turn=turn,
                pattern=pattern,
                index=index,
                foreign=foreign,
                key=f"demo-{number:04d}",
            )
            foreign += pattern.other_language


def _listing(seat: _Seat, *, now: dt.datetime) -> ListingDraft:
    city, pattern, name = seat.city, seat.pattern, _name(seat)
    today = now.astimezone(city.zone).date()
    schedule = demo_schedule(pattern, zone=city.zone.key, today=today, deal=seat.deal)
    flower = seat.plan.flowers[seat.deal % len(seat.plan.flowers)]
    in_person = seat.attendance is not Attendance.ONLINE
    confirmed = _days_ago(CONFIRMED_DAYS_AGO[(seat.index * 5 + seat.turn) % len(CONFIRMED_DAYS_AGO)], now)
    secret = "?pwd=made-up" if seat.join_policy is JoinPolicy.ON_REQUEST else ""
    return ListingDraft(
        name=name,
        program=pattern.program,
        attendance=seat.attendance,
        schedule=schedule,
        source_key=seat.key,
        temporarily_closed=pattern.closed,
        formats=tuple(dict.fromkeys((*pattern.formats, *(seat.venue.formats if in_person else ()), seat.language))),
        group=_group(seat, name),
        location=_location(seat) if in_person else _home_of_online(city),
        region=city.region,
        service_body=city.service_body,
        conference_url=f"https://meet.example.org/{seat.key}-{city.slug}{secret}" if seat.online else "",
        conference_url_notes="The room opens ten minutes before." if seat.online else "",
        conference_phone=_phone("202", seat.deal) if seat.online else "",
        conference_phone_notes="Press star 6 to speak." if seat.online else "",
        join_policy=seat.join_policy,
        notes=" ".join(filter(None, (pattern.notes, _language_note(seat), seat.plan.closing))),
        website=f"https://example.org/demo/{city.slug}/{seat.key}" if seat.deal % 4 == 0 else "",
        confirmed_at=confirmed,
        updated_at=confirmed or _days_ago(500, now),
        overrides=demo_overrides(pattern.change, schedule, today=today, place=f"{flower} Demo Annex, 7 Example Street"),
        demo=True,
    )


def _name(seat: _Seat) -> str:
    own = seat.pattern.names[seat.turn % len(seat.pattern.names)].format(word=seat.city.word)
    local = seat.plan.local_names.get(seat.language)
    if local:
        name = local[seat.index % len(local)]
        return f"{name} {seat.district.name}" if seat.attendance is Attendance.IN_PERSON else name
    if seat.pattern.other_language and seat.language not in {"bilingual", "other-language"}:
        return f"{own} in {seat.language.capitalize()}"
    return own


def _language_note(seat: _Seat) -> str:
    return {"bilingual": "Held in English and Spanish.", "other-language": "Held in Breton."}.get(seat.language, "")


def _location(seat: _Seat) -> LocationDraft:
    city, venue, district = seat.city, seat.venue, seat.district
    kind = seat.plan.venues.index(venue)
    flowers, streets = seat.plan.flowers, seat.plan.streets
    street = f"{10 + 7 * kind + 3 * seat.site} {streets[(kind + seat.site + seat.turn) % len(streets)]}"
    return LocationDraft(
        name=f"{flowers[(kind + 6 * seat.site + seat.turn) % len(flowers)]} {venue.name}",
        formatted_address=city.address.format(street=street, city=city.name, state=city.state, postal=district.postal),
        street=street,
        city=city.name,
        state=city.state,
        postal_code=district.postal,
        country=city.country,
        latitude=round(district.latitude + (kind % 3 - 1) * 0.0012, 5),
        longitude=round(district.longitude + (kind % 4 - 1.5) * 0.0011, 5),
        precision=venue.precision,
        zone=city.zone.key,
        notes=venue.notes,
        access_notes=venue.access_notes,
        address_visibility=AddressVisibility.AREA if venue.hidden else AddressVisibility.PUBLIC,
    )


def _home_of_online(city: City) -> LocationDraft:
    """Where an online meeting feels at home: the city's name, without a point or a street."""
    address = ", ".join(dict.fromkeys(filter(None, (city.name, city.state, city.region[0]))))
    return LocationDraft(
        formatted_address=address,
        city=city.name,
        state=city.state,
        country=city.country,
        precision=Precision.APPROXIMATE,
        zone=city.zone.key,
    )


def _group(seat: _Seat, name: str) -> GroupDraft | None:
    city, shared = seat.city, seat.pattern.group
    ask = seat.join_policy is JoinPolicy.ON_REQUEST or seat.venue.hidden
    if not shared and not ask and seat.index % 3:
        return None
    handle = shared.lower().replace(" ", "-") if shared else seat.key
    turn = seat.turn if shared else seat.deal  # one group has one number and one contact in its city
    person = seat.plan.people[turn % len(seat.plan.people)]
    return GroupDraft(
        name=shared or f"{name} Group",
        notes="Write or call before you come the first time." if ask and not shared else "",
        website=f"https://example.org/demo/{city.slug}/{handle}",
        email=f"{handle}.{city.slug}@example.org",
        phone=_phone(city.area_code, turn),
        district=f"Demo District {turn % 9 + 1}",
        contacts=(
            ContactDraft(
                name=person, email=f"contact-{handle}.{city.slug}@example.org", phone=_phone("202", turn + 50)
            ),
        ),
    )


def _phone(area_code: str, number: int) -> str:
    return f"+1 {area_code}-555-01{number % 100:02d}"


def _days_ago(days: int | None, now: dt.datetime) -> dt.datetime | None:
    if days is None:
        return None
    return now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0) - dt.timedelta(days=days)
