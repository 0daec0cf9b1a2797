"""The forms of the moderators' pages: strings in, values out; every fault is an instruction.

Fields of a listing come as ``take`` (the names of those that are ticked) and ``edit-<name>`` (the wording beside each).
What is typed is kept as it came, so that a page can show it again.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from finder.domain.asked import Fields
from finder.domain.errors import BadInputError
from finder.domain.review import OPEN, Action, Kind, Risk, Status
from finder.domain.text import clean, clean_multiline
from finder.review.queue import Order, QueueQuestion
from finder.web.forms.values import is_slug

Typed = MultiDict[str, str]
Choice = TypeVar("Choice", bound=StrEnum)

LONGEST_WORDS = 4000
LONGEST_LINE = 255
#: What some lines hold at most, where it is not `LONGEST_LINE` characters.
LONGEST = {
    "postal_code": 64,
    "country": 64,
    "zone": 64,
    "formatted_address": 1024,
    "region": 1024,
    "formats": 1024,
    "conference_url": 2048,
    "website": 2048,
    "group_website": 2048,
}
LONGEST_LIST = 64
MULTILINE = frozenset({"notes", "place_notes", "access_notes", "conference_url_notes", "group_notes", "note"})
NUMBERS = frozenset({"duration_min", "interval"})
DEGREES = {"latitude": 90, "longitude": 180}
DATES = frozenset({"first_date", "last_date"})
LISTS = {"formats": ",", "region": ">"}
DAYS = {"weekdays": range(7), "weeks_of_month": (-1, 1, 2, 3, 4, 5)}
#: Where a request may stand, as the queue offers it: name -> statuses.
STANDING: dict[str, tuple[Status, ...]] = {
    "open": tuple(sorted(OPEN)),
    **{status.value: (status,) for status in Status if status is not Status.UNPROVEN},
    "all": tuple(status for status in Status if status is not Status.UNPROVEN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueForm:
    """What of the queue is asked for, as it stands in the address."""

    standing: str = "open"
    kind: Kind | None = None
    risk: Risk | None = None
    body: str = ""
    words: str = ""
    mine: bool = False
    order: Order = Order.OLDEST
    page: int = 1

    @property
    def question(self) -> QueueQuestion:
        """The question to the queue."""
        return QueueQuestion(
            statuses=STANDING[self.standing],
            kinds=(self.kind,) if self.kind else (),
            risk=self.risk,
            body=self.body,
            words=self.words,
            mine=self.mine,
            order=self.order,
            page=self.page,
        )


def read_queue(args: Typed) -> QueueForm:
    """The queue as an address asks for it; what cannot be understood is as if it were not there."""
    body, standing, page = args.get("body", ""), args.get("status", ""), args.get("page", "")
    return QueueForm(
        standing=standing if standing in STANDING else "open",
        kind=_choice(Kind, args.get("kind", "")),
        risk=_choice(Risk, args.get("risk", "")),
        body=body if is_slug(body) else "",
        words=clean(args.get("q", ""))[:200],
        mine=args.get("mine") == "yes",
        order=_choice(Order, args.get("sort", "")) or Order.OLDEST,
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,  # noqa: PLR2004 - enough pages
    )


def _choice(kind: type[Choice], text: str) -> Choice | None:
    return next((member for member in kind if member.value == text), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionForm:
    """What a moderator decided, read as far as it could be; ``faults``: field -> instruction.

    ``taken`` are the fields ticked and ``wording`` what stands beside each, both of the fields that were shown.
    """

    action: Action
    seen_revision: int
    seen_meeting_revision: int | None
    taken: frozenset[str]
    wording: Fields
    text: str
    reply: str
    on: dt.date | None
    into: str
    listing: str
    typed: Typed
    faults: Mapping[str, str] = field(default_factory=dict)


def read_decision(form: Typed, formats: Mapping[str, str]) -> DecisionForm:
    """The decision that a form carries; *formats*: small letters of a name or slug -> slug.

    Raises BadInputError when it was not sent by a page of ours.
    """
    faults: dict[str, str] = {}
    into, listing = form.get("merge_into", ""), form.get("merge_listing", "")
    action = Action.MERGE if into or listing else _choice(Action, form.get("action", ""))
    if action not in {Action.APPROVE, Action.REJECT, Action.ASK, Action.MERGE}:
        raise BadInputError("action", "Approve, ask, reject or settle together with another.")
    wording: Fields = {}
    for key in form:
        name = key.removeprefix("edit-")
        if name != key:
            try:
                wording[name] = read_value(name, form.getlist(key))
                if name == "formats":
                    wording[name] = _slugs(wording[name], formats)
            except BadInputError as error:
                faults[key] = error.message
    text = clean_multiline(form.get("text", ""))
    if len(text) > LONGEST_WORDS:
        faults["text"] = f"Shorten this to {LONGEST_WORDS} characters."
    on = form.get("on", "")
    day = _date(on)
    if on and day is None:
        faults["on"] = "Give the date as year-month-day, such as 2026-12-03, or leave it empty."
    return DecisionForm(
        action=action,
        seen_revision=_number(form.get("seen_revision", "")) or 0,
        seen_meeting_revision=_number(form.get("seen_meeting_revision", "")),
        taken=frozenset(form.getlist("take")),
        wording=wording,
        text=text,
        reply=form.get("reply", ""),
        on=day,
        into=into,
        listing=listing if is_slug(listing) else "",
        typed=form,
        faults=faults,
    )


def read_value(name: str, typed: Sequence[str]) -> Any:  # noqa: ANN401 - a JSON value
    """The value of field *name* as it was typed. Raises BadInputError with what to do."""
    if name in DAYS:
        days = [number for number in map(_number, typed) if number in DAYS[name]]
        return sorted({day for day in days if day is not None})
    text = clean_multiline(typed[-1]) if name in MULTILINE else clean(typed[-1])
    most = LONGEST_WORDS if name in MULTILINE else LONGEST.get(name, LONGEST_LINE)
    if len(text) > most:
        raise BadInputError(name, f"Shorten this to {most} characters.")
    if name == "temporarily_closed":
        return text == "yes"
    if name in LISTS:
        parts = [part.strip() for part in text.split(LISTS[name])]
        return [part for part in parts if part][:LONGEST_LIST]
    if name in NUMBERS:
        return _whole(name, text)
    if name in DEGREES:
        return _degrees(name, text)
    return _moment(name, text)


def _slugs(names: Sequence[str], formats: Mapping[str, str]) -> list[str]:
    unknown = [name for name in names if name.casefold() not in formats]
    if unknown:
        raise BadInputError("formats", f"{unknown[0]!r} is not a format. Use names as the finder shows them.")
    return list(dict.fromkeys(formats[name.casefold()] for name in names))


def _whole(name: str, text: str) -> int | None:
    number = _number(text)
    if text and number is None:
        raise BadInputError(name, "Give a whole number.")
    return number


def _degrees(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = 999.0
    if not abs(number) <= DEGREES[name]:
        raise BadInputError(name, f"Give degrees from -{DEGREES[name]} to {DEGREES[name]}, such as 30.2672.")
    return number


def _moment(name: str, text: str) -> str | None:
    """Dates and times as they are stored; every other text as it is."""
    if name in DATES:
        day = _date(text)
        if text and day is None:
            raise BadInputError(name, "Give the date as year-month-day, such as 2026-12-03.")
        return day.isoformat() if day else None
    if name == "start":
        try:
            return dt.time.fromisoformat(text).strftime("%H:%M") if text else None
        except ValueError:
            raise BadInputError(name, "Give the time as hours and minutes, such as 19:30.") from None
    return text


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    digits = text.strip().removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:  # noqa: PLR2004 - what a column holds
        return int(text)
    return None


def read_number(text: str) -> int:
    """A revision or a number of a row as a form sends it; -1 when it is none, which is never right."""
    number = _number(text)
    return -1 if number is None else number
