"""What a page of results calls itself, and the choices that made it."""

from collections.abc import Mapping, Sequence

from finder.search.place import Place
from finder.web.forms.query import to_query, without
from finder.web.presenters.ask import Link, link
from finder.web.presenters.labels import SORTS, WHEN_PHRASES, Labels, chosen_label, counted
from finder.web.presenters.times import WEEKDAYS

Asked = Mapping[str, Sequence[str]]

#: Parameters whose values are chips, in the order in which they are shown.
CHIP_PARAMETERS = (
    "when",
    "day",
    "time",
    "program",
    "approach",
    "audience",
    "focus",
    "style",
    "openness",
    "language",
    "access",
    "format",
    "attendance",
    "region",
    "district",
)
#: More than this many values of one kind are told as chips only.
NAMED = 2
#: Audiences that do not read as "for ...".
NOT_FOR = frozenset({"newcomers"})


def heading(asked: Asked, total: int, place: str, labels: Labels) -> str:
    """``6 SMART Recovery meetings for women tonight near Austin, Texas``."""
    number = f"{total:,}" if total else "No"
    kinds = [_attendance(asked), _either([labels.program(slug) for slug in asked.get("program", ())])]
    noun = " ".join([number, *(kind for kind in kinds if kind), "meeting" if total == 1 else "meetings"])
    return " ".join(part for part in (noun, *_phrases(asked, labels), _where(asked, place, labels)) if part)


def _attendance(asked: Asked) -> str:
    chosen = asked.get("attendance", ())
    named = {"online": "online", "in_person": "in-person", "hybrid": "hybrid"}
    return named.get(chosen[0], "") if len(chosen) == 1 else ""


def _either(names: list[str]) -> str:
    return " or ".join(names) if len(names) <= NAMED else ""


def _phrases(asked: Asked, labels: Labels) -> list[str]:
    whom = [slug for slug in asked.get("audience", ()) if slug not in NOT_FOR]
    named = _either([_within_sentence(labels.format(slug)) for slug in whom])
    days = _either([f"{WEEKDAYS[int(day)]}s" for day in asked.get("day", ())])
    when = _either([WHEN_PHRASES[value] for value in asked.get("when", ())])
    return [f"for {named}" if named else "", when, f"on {days}" if days else ""]


def _within_sentence(name: str) -> str:
    """A name inside a sentence: ``Women`` becomes ``women``, ``LGBTQ+`` stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _where(asked: Asked, place: str, labels: Labels) -> str:
    if place:
        return f"near {place}"
    regions = _either([labels.region(slug) for slug in asked.get("region", ())])
    names = regions or _either([labels.district(slug) for slug in asked.get("district", ())])
    return f"in {names}" if names else ""


def place_name(place: Place | None) -> str:
    """The name of a place after "near"; that of a bare position is the town it is near."""
    return place.label.removeprefix("near ") if place is not None else ""


def chips(asked: Asked, labels: Labels, place: str) -> list[Link]:
    """Every choice with the address of the same question without it."""
    found = [Link(f"Near {place}", link(without(without_point(asked), "near")))] if place else []
    for name in CHIP_PARAMETERS:
        for value in asked.get(name, ()):
            label = f"{WEEKDAYS[int(value)]}" if name == "day" else chosen_label(name, value, labels)
            found.append(Link(label, link(without(asked, name, value))))
    for name, words in (("from", "From {}"), ("until", "Before {}"), ("q", "“{}”")):
        found += [Link(words.format(value), link(without(asked, name))) for value in asked.get(name, ())]
    return found


def without_point(asked: Asked) -> dict[str, Sequence[str]]:
    """The question without the coordinates in it."""
    return {name: values for name, values in asked.items() if name not in {"lat", "lon", "within"}}


def sorts(asked: Asked, chosen: str, *, has_place: bool) -> list[Link]:
    """The other orders that the answer can be had in."""
    return [
        Link(words[:1].upper() + words[1:], link(to_query(asked, sort=None if value == "soonest" else value)))
        for value, words in SORTS.items()
        if value != chosen and (has_place or value != "nearest")
    ]


def online_label(asked: Asked, total: int) -> str:
    """``12 online meetings tonight``."""
    when = _either([WHEN_PHRASES[value] for value in asked.get("when", ())])
    return " ".join(part for part in (counted(total, "online meeting"), when) if part)
