"""Decodes demo.toml: the cities, rooms and kinds of meeting that the made-up meetings are put together from."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from finder.domain.vocabulary import Attendance, JoinPolicy, Precision
from finder.feeds.seed import SeedRecord, read_toml, records


class Repeat(StrEnum):
    """How a made-up meeting comes back."""

    WEEKLY = "weekly"
    EVERY_2 = "every-2"
    EVERY_4 = "every-4"
    FIRST_THIRD = "first-third"
    SECOND_FOURTH = "second-fourth"
    FIFTH = "fifth"
    LAST = "last"
    COURSE = "course"  # weekly, with a first and a last date
    ONCE = "once"
    APPOINTMENT = "appointment"


class Change(StrEnum):
    """The dated exception of a made-up meeting."""

    NONE = ""
    CANCELLED = "cancelled"
    HOLIDAY = "holiday"  # cancelled on 25 December
    MOVED = "moved"
    ONLINE_ONLY = "online_only"
    OTHER_TIME = "other_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A part of a city, with a point in degrees that lies on land."""

    name: str
    latitude: float
    longitude: float
    postal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A real city. ``languages`` are usual there, ``other_languages`` are spoken in a few meetings."""

    name: str
    slug: str
    region: tuple[str, ...]
    state: str
    country: str
    zone: ZoneInfo
    address: str
    area_code: str
    word: str
    service_body: str
    languages: tuple[str, ...]
    other_languages: tuple[str, ...]
    districts: tuple[District, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """A kind of room; ``hidden`` ones show their area only."""

    name: str
    kind: str
    general: bool
    formats: tuple[str, ...]
    notes: str
    access_notes: str
    precision: Precision
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A meeting as every city has it. ``start`` is None by appointment only; no ``days`` means a day is dealt."""

    program: str
    names: tuple[str, ...]
    formats: tuple[str, ...]
    start: dt.time | None
    duration: dt.timedelta
    days: tuple[int, ...]
    repeat: Repeat
    attendance: tuple[Attendance, ...]
    venue: str
    group: str
    notes: str
    other_language: bool
    closed: bool
    change: Change
    join: JoinPolicy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """Everything in demo.toml."""

    streets: tuple[str, ...]
    flowers: tuple[str, ...]
    people: tuple[str, ...]
    closing: str
    local_names: Mapping[str, tuple[str, ...]]
    venues: tuple[Venue, ...]
    cities: tuple[City, ...]
    patterns: tuple[Pattern, ...]

    def venue(self, kind: str) -> Venue:
        """The room of that kind; raises KeyError when the plan has none."""
        return {venue.kind: venue for venue in self.venues}[kind]


def load_plan(source: str | Path) -> DemoPlan:
    """The plan from the text of demo.toml, or from its path; raises BadInputError naming what is wrong."""
    tables = read_toml(source)
    top = SeedRecord(tables, "demo.toml")
    local_names = tables.get("local_names")
    names = SeedRecord(local_names if isinstance(local_names, dict) else {}, "local_names")
    return DemoPlan(
        streets=top.texts("streets"),
        flowers=top.texts("flowers"),
        people=top.texts("people"),
        closing=top.text("closing"),
        local_names={language: names.texts(language) for language in names.names()},
        venues=tuple(_venue(record) for record in records(tables, "venues")),
        cities=tuple(_city(record) for record in records(tables, "cities")),
        patterns=tuple(_pattern(record) for record in records(tables, "meetings")),
    )


def _venue(record: SeedRecord) -> Venue:
    return Venue(
        name=record.text("name"),
        kind=record.text("kind"),
        general=record.flag("general"),
        formats=record.texts("formats"),
        notes=record.text("notes"),
        access_notes=record.text("access_notes", ""),
        precision=record.choice("precision", Precision, Precision.EXACT),
        hidden=record.flag("hidden"),
    )


def _city(record: SeedRecord) -> City:
    return City(
        name=record.text("name"),
        slug=record.text("slug"),
        region=record.texts("region"),
        state=record.text("state", ""),
        country=record.text("country"),
        zone=ZoneInfo(record.text("zone")),
        address=record.text("address"),
        area_code=record.text("area_code"),
        word=record.text("word"),
        service_body=record.text("service_body"),
        languages=record.texts("languages"),
        other_languages=record.texts("other_languages"),
        districts=tuple(
            District(
                name=each.text("name"),
                latitude=each.degrees("latitude"),
                longitude=each.degrees("longitude"),
                postal=each.text("postal"),
            )
            for each in record.records("districts")
        ),
    )


def _pattern(record: SeedRecord) -> Pattern:
    repeat = record.choice("repeat", Repeat, Repeat.WEEKLY)
    return Pattern(
        program=record.text("program"),
        names=record.texts("names"),
        formats=record.texts("formats"),
        start=None if repeat is Repeat.APPOINTMENT else dt.time.fromisoformat(record.text("at")),
        duration=dt.timedelta(minutes=record.number("minutes", 60)),
        days=record.numbers("days"),
        repeat=repeat,
        attendance=tuple(Attendance(text) for text in record.texts("attendance")) or (Attendance.IN_PERSON,),
        venue=record.text("venue", ""),
        group=record.text("group", ""),
        notes=record.text("notes", ""),
        other_language=record.flag("language"),
        closed=record.flag("closed"),
        change=record.choice("change", Change, Change.NONE),
        join=record.choice("join", JoinPolicy) if record.text("join", "") else None,
    )
