"""A request as its submitter sees it: what was asked, where it stands, what was said."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from finder.domain.asked import FIELDS
from finder.domain.review import OPEN, WORDS, Kind, Status
from finder.domain.schedule_words import describe_date
from finder.review.correspondence import StatusView
from finder.review.letters import ASKED
from finder.web.forms.submit import PROBLEMS
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_words import label_of, value_words, when
from finder.web.presenters.submit import TOLD_TOGETHER, Line, exception_lines, rule_words

TWO_DAYS = 48
DAY = 24


@dataclass(frozen=True, slots=True)
class Said:
    """One message: whose, how long ago, its text."""

    who: str
    when: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    """What ``templates/status/status.html`` shows."""

    reference: str
    asked: str
    title: str
    state: str
    wait: str
    reason: str
    lines: Sequence[Line]
    rule: str
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
        lines=_lines(view, labels),
        rule=rule_words({**(view.then or {}), **view.asked}) if view.kind in {Kind.NEW, Kind.CHANGE} else "",
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


def _lines(view: StatusView, labels: Labels) -> list[Line]:
    if view.kind is Kind.EXCEPTION:
        return exception_lines(view.asked, labels)
    if view.kind is Kind.PROBLEM:
        problem = str(view.asked.get("problem", ""))
        return [Line("What is wrong", PROBLEMS.get(problem, problem))] if problem else []
    then = view.then or {}
    found = []
    for name, value in view.asked.items():
        if name in FIELDS and name not in TOLD_TOGETHER and value != then.get(name, FIELDS[name].empty):
            was = value_words(name, then[name], labels) if view.kind is Kind.CHANGE and name in then else ""
            found.append(Line(label_of(name), value_words(name, value, labels) or "Nothing", was))
    return found
