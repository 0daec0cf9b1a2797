"""The names that people read, for every slug of the vocabulary."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from finder.domain.vocabulary import FormatKind

Entry = Mapping[str, Any]

APPROACHES = {"12-step": "12 steps", "smart": "SMART Recovery", "other": "Without the 12 steps"}
ATTENDANCE = {"in_person": "In person", "online": "Online", "hybrid": "In person and online"}
TIMES = {"morning": "Morning", "midday": "Midday", "evening": "Evening", "night": "Night"}
WHEN = {
    "now": "On now or soon",
    "tonight": "Tonight",
    "tomorrow": "Tomorrow",
    "weekend": "This weekend",
    "next24h": "In the next 24 hours",
}
#: Parts of the week as they end a sentence about meetings.
WHEN_PHRASES = {
    "now": "on now or soon",
    "tonight": "tonight",
    "tomorrow": "tomorrow",
    "weekend": "this weekend",
    "next24h": "in the next 24 hours",
}
SORTS = {"soonest": "soonest first", "nearest": "nearest first", "name": "by name", "weekday": "by weekday"}
#: Kinds of formats as headings of a listing's facts, in the order in which they are told.
KIND_TITLES = {
    FormatKind.AUDIENCE: "For",
    FormatKind.FOCUS: "About",
    FormatKind.OPENNESS: "Who may come",
    FormatKind.LANGUAGE: "Language",
    FormatKind.STYLE: "What happens",
    FormatKind.TOPIC: "Topics",
    FormatKind.ACCESS: "Access",
    FormatKind.VENUE: "The place",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """Programs and formats by slug, regions by slug and id: public documents. ``revision`` tells vocabularies apart."""

    revision: int
    programs: Mapping[str, Entry]
    formats: Mapping[str, Entry]
    regions: Mapping[str, Entry]
    regions_by_id: Mapping[int, Entry] = field(default_factory=dict)
    formats_by_kind: Mapping[str, frozenset[str]] = field(default_factory=dict)
    districts: Mapping[str, str] = field(default_factory=dict)

    def program(self, slug: str) -> str:
        """The name of a program; its slug when it is not in the vocabulary."""
        return str(self.programs[slug]["name"]) if slug in self.programs else slug

    def format(self, slug: str) -> str:
        """The name of a format; its slug when it is not in the vocabulary."""
        return str(self.formats[slug]["name"]) if slug in self.formats else slug

    def region(self, slug: str) -> str:
        """The name of a region; its slug when it is not in the vocabulary."""
        return str(self.regions[slug]["name"]) if slug in self.regions else slug

    def district(self, slug: str) -> str:
        """The name of a district that is asked for."""
        return self.districts.get(slug, slug)

    def with_districts(self, names: Mapping[str, str]) -> "Labels":
        """The same with the *names* of the districts that are asked for, by slug."""
        return replace(self, districts=names) if names else self

    def kind(self, slug: str) -> str:
        """The kind of a format, empty when it is not in the vocabulary."""
        return str(self.formats[slug]["kind"]) if slug in self.formats else ""

    def of_kind(self, kind: str) -> frozenset[str]:
        """The slugs of the formats of *kind*."""
        return self.formats_by_kind.get(kind, frozenset())

    def parents(self, region: Entry) -> list[Entry]:
        """The regions that *region* lies in, the most general first."""
        found: list[Entry] = []
        parent = self.regions_by_id.get(region["parent_id"] or 0)
        while parent is not None and parent not in found:
            found.insert(0, parent)
            parent = self.regions_by_id.get(parent["parent_id"] or 0)
        return found


def labels_of(revision: int, programs: Iterable[Entry], formats: Iterable[Entry], regions: Iterable[Entry]) -> Labels:
    """The names in the public documents of a vocabulary."""
    places, named = list(regions), {entry["slug"]: entry for entry in formats}
    kinds = {entry["kind"] for entry in named.values()}
    return Labels(
        revision,
        {entry["slug"]: entry for entry in programs},
        named,
        {entry["slug"]: entry for entry in places},
        {entry["id"]: entry for entry in places},
        {kind: frozenset(slug for slug, entry in named.items() if entry["kind"] == kind) for kind in kinds},
    )


def chosen_label(parameter: str, value: str, labels: Labels) -> str:
    """The words for one value of a parameter as it stands in a URL."""
    table: Mapping[str, str] = {"approach": APPROACHES, "attendance": ATTENDANCE, "time": TIMES, "when": WHEN}.get(
        parameter, {}
    )
    if table:
        return table.get(value, value)
    named = {"program": labels.program, "region": labels.region, "district": labels.district}
    return named.get(parameter, labels.format)(value)


def counted(number: int, one: str = "meeting", many: str = "") -> str:
    """``1 meeting``, ``1,240 meetings``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
