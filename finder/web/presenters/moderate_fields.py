"""The three-way view of a request: every field as it was, as it is, as it is asked to be, and a box to change it in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from finder.domain.asked import EXCEPTION_FIELDS, Compared
from finder.web.forms.moderate import DATES, DAYS, DEGREES, MULTILINE, NUMBERS, Typed
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_text import changed, marked, visible
from finder.web.presenters.moderate_words import CHOICES, WEEKS, label_of, value_words
from finder.web.presenters.times import WEEKDAYS

#: Who looks after a listing is not changed by wording: it follows from where the listing is.
UNEDITABLE = frozenset({"service_body"})
NOTHING = Markup('<span class="soft">none</span>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A control to edit a value in: ``kind`` text | area | select | days | date | time | number | degrees.

    ``values`` are those typed or chosen; ``choices`` value -> words; ``hint`` what to write.
    """

    name: str
    kind: str
    values: tuple[str, ...]
    choices: Mapping[str, str]
    hint: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field three ways; *moved*: it has changed since; *taken*: its box is ticked.

    ``edited`` is a moderator's wording, beside the submitter's.
    """

    name: str
    label: str
    then: Markup
    now: Markup
    asked: Markup
    edited: Markup
    moved: bool
    clash: bool
    settled: bool
    taken: bool
    box: Box | None


def field_rows(
    compared: Iterable[Compared],
    *,
    asked: Mapping[str, Any],
    edited: Mapping[str, Any],
    taken: frozenset[str] | None,
    labels: Labels,
    typed: Typed | None,
    faults: Mapping[str, str],
    new: bool = False,
) -> list[FieldRow]:
    """The rows of a comparison, or of a *new* listing, where nothing is marked as new because everything is.

    *taken* says what is ticked; None: everything that is neither a clash nor settled.
    """
    rows = []
    for each in compared:
        then, now = (value_words(each.name, value, labels) for value in (each.then, each.now))
        own = value_words(each.name, asked.get(each.name, each.asked), labels)
        beside = value_words(each.name, edited[each.name], labels) if each.name in edited else ""
        rows.append(
            FieldRow(
                name=each.name,
                label=label_of(each.name),
                then=visible(then) or NOTHING,
                now=marked(now, then) or NOTHING,
                asked=(visible(own) if new else changed(now, own)) or NOTHING,
                edited=changed(own, beside) if each.name in edited else Markup(""),
                moved=each.then != each.now,
                clash=each.clash,
                settled=each.settled,
                taken=not (each.clash or each.settled) if taken is None else each.name in taken,
                box=box_of(each.name, each.asked, labels=labels, typed=typed, faults=faults),
            )
        )
    return rows


def exception_rows(
    asked: Mapping[str, Any],
    edited: Mapping[str, Any],
    *,
    labels: Labels,
    typed: Typed | None,
    faults: Mapping[str, str],
) -> list[FieldRow]:
    """The fields of an exception for dates: there is nothing to compare them with."""
    rows = []
    for name in EXCEPTION_FIELDS:
        own = value_words(name, asked.get(name), labels)
        beside = value_words(name, edited[name], labels) if name in edited else ""
        box = box_of(name, {**asked, **edited}.get(name), labels=labels, typed=typed, faults=faults)
        rows.append(
            FieldRow(
                name=name,
                label=label_of(name),
                then=Markup(""),
                now=Markup(""),
                asked=visible(own) or NOTHING,
                edited=changed(own, beside) if name in edited else Markup(""),
                moved=False,
                clash=False,
                settled=False,
                taken=True,
                box=box,
            )
        )
    return rows


def box_of(
    name: str,
    value: Any,  # noqa: ANN401 - a JSON value
    *,
    labels: Labels,
    typed: Typed | None,
    faults: Mapping[str, str],
) -> Box | None:
    """The control for a field, holding what was typed or else *value*; None for one that is not to be edited."""
    if name in UNEDITABLE:
        return None
    key = f"edit-{name}"
    kind, choices, hint = _kind(name, labels)
    values = tuple(typed.getlist(key)) if typed is not None and key in typed else _as_typed(name, value, labels)
    return Box(name=key, kind=kind, values=values, choices=choices, hint=hint, fault=faults.get(key, ""))


def _kind(name: str, labels: Labels) -> tuple[str, Mapping[str, str], str]:
    if name in CHOICES:
        return "select", CHOICES[name], ""
    if name == "program":
        return "select", {slug: str(entry["name"]) for slug, entry in labels.programs.items()}, ""
    if name in DAYS:
        words = WEEKS if name == "weeks_of_month" else dict(enumerate(WEEKDAYS))
        return "days", {str(number): word for number, word in words.items()}, ""
    hints = {"formats": "Names, with commas between", "region": "From the country to the town, with > between"}
    kinds = (("date", DATES), ("number", NUMBERS), ("degrees", DEGREES), ("area", MULTILINE), ("time", {"start"}))
    return next((kind for kind, names in kinds if name in names), "text"), {}, hints.get(name, "")


def _as_typed(name: str, value: Any, labels: Labels) -> tuple[str, ...]:  # noqa: ANN401 - a JSON value
    if name in DAYS:
        return tuple(map(str, value or ()))
    if name == "temporarily_closed":
        return ("yes" if value else "no",)
    if name in CHOICES or name == "program" or name in DATES or name == "start":
        return (str(value or ""),)
    if isinstance(value, list):
        return (value_words(name, value, labels),)
    return ("" if value is None else str(value),)
