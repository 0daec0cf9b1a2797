"""A request as its submitter sees it: what was asked, where it stands, what was said."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from finder.domain.asked import empty_fields
from finder.domain.review import OPEN, WORDS, Kind, Status
from finder.domain.schedule_words import describe_date
from finder.review.correspondence import StatusView
from finder.review.letters import ASKED
from finder.review.sending import masked
from finder.web.forms.submit import PROBLEMS
from finder.web.presenters.answers import Line, Part, answer_parts, rule_words
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_words import when
from finder.web.presenters.submit import exception_lines

TWO_DAYS = 48
DAY = 24


@dataclass(frozen=True, slots=True)
class Said:
    """One message: whose, how long ago, its text."""

    who: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was asked: of a listing part by part with its schedule, of everything else line by line."""

    parts: Sequence[Part] = ()
    lines: Sequence[Line] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    """What ``templates/status/status.html`` shows."""

    reference: str
    asked: str
    title: str
    state: str
    wait: str
    reason: str
    changed: str
    words: Words
    note: str
    said: Sequence[Said]
    answers: bool
    is_asked: bool
    withdraws: bool
    meeting: str


def status_page(view: StatusView, labels: Labels, *, now: dt.datetime) -> StatusPage:
    """*view* in words."""
    return StatusPage(
        reference=view.reference,
        asked=ASKED[view.kind],
        title=view.title,
        state=_state(view),
        wait=_wait(view),
        reason=view.reason,
        changed=_changed(view),
        words=asked_words(view.kind, view.then, view.asked, labels),
        note=view.note,
        said=[Said("You" if each.mine else "The moderators", when(each.at, now), each.text) for each in view.messages],
        answers=view.status in OPEN,
        is_asked=view.status is Status.QUESTION,
        withdraws=view.status in OPEN or view.status is Status.SCHEDULED,
        meeting=f"/meetings/{view.meeting_slug}" if view.meeting_slug else "",
    )


def _state(view: StatusView) -> str:
    words = f"Your request is {WORDS[view.status]}"
    if view.status is Status.SCHEDULED and view.effective_date is not None:
        words = f"Your request is approved and takes effect on {describe_date(view.effective_date)}"
    return f"{words}."


def _wait(view: StatusView) -> str:
    if view.ahead is None:
        return ""
    before = {0: "It is the next in line", 1: "One is before yours"}.get(view.ahead, f"{view.ahead} are before yours")
    if view.usual_hours is None:
        return f"{before}."
    return f"{before}; usually decided in {_duration(view.usual_hours)}."


def _duration(hours: float) -> str:
    if hours < 1:
        return "less than an hour"
    if hours < TWO_DAYS:
        count = round(hours)
        return "an hour" if count == 1 else f"{count} hours"
    return f"{round(hours / DAY)} days"


def asked_words(kind: Kind, then: Mapping[str, Any] | None, asked: Mapping[str, Any], labels: Labels) -> Words:
    """What was asked, as its submitter may see it: what is hidden of the listing is not told as "it was"."""
    if kind is Kind.EXCEPTION:
        return Words(lines=exception_lines(asked, labels))
    if kind is Kind.PROBLEM:
        problem = str(asked.get("problem", ""))
        return Words(lines=[Line("What is wrong", PROBLEMS.get(problem, problem))] if problem else [])
    if kind not in {Kind.NEW, Kind.CHANGE} or not asked:
        return Words()
    before = {**empty_fields(), **masked(dict(then))} if then else None
    fields = {**(before or empty_fields()), **asked}
    parts = answer_parts(fields, labels, before=before if kind is Kind.CHANGE else None, warnings={})
    tells_when = any(part.anchor == "when" for part in parts)
    return Words(parts=parts, rule=rule_words(fields) if tells_when else "")


def listing_words(fields: Mapping[str, Any], labels: Labels) -> Words:
    """A listing as it stands, in words."""
    return Words(parts=answer_parts(fields, labels, before=None, warnings={}), rule=rule_words(fields))


def _changed(view: StatusView) -> str:
    """That moderators took something else than what was asked, "" when they did not."""
    if view.status is not Status.APPROVED or view.accepted is None or view.accepted == view.asked:
        return ""
    return "The moderators changed some of it, or took a part of it. The listing shows what holds now."
