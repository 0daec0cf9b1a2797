"""Places, twins and acts in words, for the pages of direct editing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finder.domain.asked import FIELDS, Fields, fields_of
from finder.domain.listing import ListingDraft
from finder.domain.schedule_words import describe
from finder.review.editing import HeldPlace, Undoable
from finder.review.wide_shapes import Shown
from finder.web.presenters.confirm import where_words
from finder.web.presenters.labels import counted
from finder.web.presenters.times import ago
from finder.web.presenters.trust import trust

#: What was done, by act; by kind of target where it matters.
ACTS = {
    "publish": "Published",
    "revise": "Changed",
    "unpublish": "Closed",
    "override": "Closed for dates",
    "lift": "Open again",
    "merge": "Made one with another",
    "part": "Made two again",
    "create": "Made",
    "bring": "Brought by its source",
    "remove": "Removed",
    "refresh": "Brought in line with its source",
    "add_contact": "Contact added",
    "remove_contact": "Contact removed",
}
#: How many names a path has at most: a circle in a tree ends here.
DEEPEST = 20
WORKER_NAMES = {
    "group": "the group",
    "import": "an import",
    "operator": "the operator",
    "seed": "the seed",
    "worker": "the clock",
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """An act: its number, words, whether it can be taken back, and whether it made the thing that the page is about."""

    entry: int
    words: str
    reason: str
    changes: list[str]
    undoable: bool
    made: bool


def history_lines(history: Sequence[Undoable], *, now: dt.datetime) -> list[HistoryLine]:
    """The acts, the newest first."""
    lines = []
    for each in history:
        step = each.step
        by = WORKER_NAMES.get(step.by, step.by)
        words = f"{ACTS.get(step.act, step.act.capitalize())} by {by}, {ago(step.at, now)}"
        changes = _changes(step.before, step.after)
        lines.append(
            HistoryLine(step.entry, words, step.reason, changes, each.undoable, step.act in {"create", "bring"})
        )
    return lines


def _changes(before: dict[str, object] | None, after: dict[str, object] | None) -> list[str]:
    """What was changed, field by field; nothing for what was made or removed."""
    if before is None or after is None or before.keys() != after.keys():
        return _dates(after or before or {})
    return [
        f"{name.replace('_', ' ').capitalize()}: {_shown(before[name])} → {_shown(after[name])}"
        for name in before
        if before[name] != after[name] and not isinstance(before[name], dict | list)
    ]


def _dates(told: dict[str, object]) -> list[str]:
    if "first_date" not in told or not told["first_date"]:
        return []
    return [f"From {told['first_date']} to {told['last_date']}"]


def _shown(value: object) -> str:
    return f"“{value}”" if value not in {None, ""} else "nothing"


@dataclass(frozen=True, slots=True)
class PlacePage:
    """A place: its number and name, whose meetings are held there, and what was done to it."""

    id: int
    title: str
    counted: str
    listings: Sequence[tuple[str, str]]
    refusal: str
    now: list[tuple[str, str]]
    history: list[HistoryLine]


def place_page(found: HeldPlace, *, shared: str, now: dt.datetime) -> PlacePage:
    """The page of a place; *shared* is what to say when others meet there, too."""
    draft = found.draft
    facts = [
        ("Building or venue", draft.name),
        ("Address", draft.formatted_address),
        ("Room or unit", draft.unit),
        ("Point", "" if draft.latitude is None else f"{draft.latitude}, {draft.longitude}"),
    ]
    return PlacePage(
        found.id,
        draft.name or draft.formatted_address or "A place without a name",
        counted(len(found.listings)),
        found.listings,
        shared if found.shared else "",
        [fact for fact in facts if fact[1]],
        history_lines(found.history, now=now),
    )


@dataclass(frozen=True, slots=True)
class Side:
    """One of two listings. ``facts`` are those in which they differ, as label and value."""

    slug: str
    name: str
    when: str
    where: str
    trust: str
    facts: list[tuple[str, str]]


def twin_sides(drafts: Sequence[tuple[str, ListingDraft]], *, now: dt.datetime) -> list[Side]:
    """Two listings, with what is different about them."""
    fields = [fields_of(draft) for _, draft in drafts]
    differ = [name for name in FIELDS if len({repr(each[name]) for each in fields}) > 1]
    return [
        Side(
            slug,
            draft.name,
            describe(draft.schedule),
            where_words(each),
            trust(draft.confirmed_at, now).words,
            [(FIELDS[name].label, _value(each[name])) for name in differ],
        )
        for (slug, draft), each in zip(drafts, fields, strict=True)
    ]


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in {None, ""} else "nothing"


def paths(nodes: Mapping[int, tuple[str, int | None]]) -> list[tuple[int, str]]:
    """The nodes of a tree with their paths ("Texas > Austin"), in the order of the paths."""
    found = []
    for number in nodes:
        names: list[str] = []
        at: int | None = number
        while at is not None and at in nodes and len(names) < DEEPEST:
            name, at = nodes[at]
            names.insert(0, name)
        found.append((number, " > ".join(names)))
    return sorted(found, key=lambda each: (each[1].casefold(), each[0]))


def differences(sent: Fields, now: Fields) -> list[tuple[str, str]]:
    """What a listing says now where a form says something else, as label and value."""
    return [(FIELDS[name].label, _value(now[name])) for name in FIELDS if name in sent and sent[name] != now[name]]


def said_otherwise(words: Mapping[str, tuple[str, str]], held: object) -> list[tuple[str, str, str]]:
    """What a form says differently from what is held: label, the form's words, the words that are held."""
    return [(label, text, getattr(held, name)) for name, (label, text) in words.items() if getattr(held, name) != text]


#: Fields that are not called in a page what they are called in the register.
CALLED = {"parent_id": "Lies in", "into": "Becomes part of", "formatted_address": "Address in one line"}


def wide_lines(shown: Shown | None) -> list[tuple[str, str, str]]:
    """What an act on many listings would change: label, as it is, as it is to be; "" for nothing."""
    return [
        (CALLED.get(name, name.replace("_", " ").capitalize()), _plain(before), _plain(after))
        for name, before, after in (shown.changes if shown else ())
    ]


def _plain(value: object) -> str:
    return "" if value is None else f"{value}"
