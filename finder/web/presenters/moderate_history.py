"""What was done to a request and its listing, as lines that people read."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from finder.directory.draft import from_audit
from finder.directory.revert import UNDO_DAYS
from finder.domain.asked import FIELDS, changed, empty_fields, fields_of
from finder.review.audit_log import TARGETS, LogQuestion
from finder.review.case import Step
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_text import became, visible
from finder.web.presenters.moderate_words import value_words, when
from finder.web.presenters.times import long_date

ACTS = {
    "publish": "Put into the finder",
    "revise": "Changed",
    "unpublish": "Taken out of the finder",
    "bring": "Brought by its source",
    "refresh": "Brought in line with its source",
    "rename": "Given another address",
    "override": "Other for some dates",
    "send": "Sent",
    "prove": "Mail address proven",
    "ask": "Question asked",
    "answer": "Answered",
    "approve_first": "Approved by the first of two",
    "approve": "Approved",
    "schedule": "Approved for a date",
    "apply": "Took effect",
    "return": "Back in the queue: it no longer fits",
    "reject": "Rejected",
    "merge": "Settled with another",
    "withdraw": "Withdrawn",
    "undo": "Taken back",
    "grant": "Role given",
    "revoke": "Role taken back",
    "deactivate": "Account closed",
    "correct_name": "Name corrected",
}
ACTORS = {
    "submitter": "the submitter",
    "operator": "the operator",
    "import": "an import",
    "seed": "the demo",
    "worker": "the clock",
}
REVERSIBLE = frozenset({"publish", "revise", "unpublish", "merge"})
_OF_A_REQUEST = re.compile(r"request ([A-Z0-9]{4}-[A-Z0-9]{4})")
MOST_CHANGES = 12


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field that an act changed: its label, and what became of it."""

    label: str
    words: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One act. ``request``: the reference of that it came of or is about; *may_undo*: it can still be taken back."""

    entry: int
    words: str
    by: str
    when: str
    date: str
    reason: Markup
    request: str
    changes: list[ChangedField]
    may_undo: bool


def step_lines(steps: Iterable[Step], labels: Labels, *, now: dt.datetime) -> list[StepLine]:
    """The lines of a timeline, the newest first."""
    return [_line(step, labels, now) for step in steps]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One act of the chain: what it is about, its name if told, and the page of the act ("" when it has none)."""

    about: str
    name: Markup
    step: StepLine
    href: str


def audit_lines(steps: Iterable[Step], labels: Labels, *, now: dt.datetime) -> list[AuditLine]:
    """The acts of the chain, each with what it is about."""
    return [
        AuditLine(
            about=TARGETS.get(step.target, step.target),
            name=visible(str((step.after or {}).get("name") or (step.before or {}).get("name") or "")),
            step=_line(step, labels, now),
            href=f"/moderate/acts/{step.entry}" if step.target not in {"submission", "user"} else "",
        )
        for step in steps
    ]


def audit_query(question: LogQuestion) -> str:
    """The filter as the query of an address, without what goes without saying."""
    said = {
        "about": question.target,
        "since": question.since.isoformat() if question.since else "",
        "until": question.until.isoformat() if question.until else "",
        "q": question.words,
        "before": str(question.before_entry or ""),
    }
    return urlencode({name: value for name, value in said.items() if value})


def _line(step: Step, labels: Labels, now: dt.datetime) -> StepLine:
    came = _OF_A_REQUEST.fullmatch(step.reason)
    young = now - step.at <= dt.timedelta(days=UNDO_DAYS)
    return StepLine(
        entry=step.entry,
        words=ACTS.get(step.act, step.act),
        by=ACTORS.get(step.by, step.by),
        when=when(step.at, now),
        date=f"{long_date(step.at.date(), now=now.date())}, {step.at:%H:%M} UTC",
        reason=Markup("") if came else visible(step.reason),
        request=came[1] if came else step.request,
        changes=_changes(step, labels)[:MOST_CHANGES],
        may_undo=young and step.target == "meeting" and step.act in REVERSIBLE,
    )


def _changes(step: Step, labels: Labels) -> list[ChangedField]:
    if step.target != "meeting" or step.act != "revise" or not step.before or not step.after:
        return []
    before, after = _fields(step.before), _fields(step.after)
    found = [
        ChangedField(
            FIELDS[name].label,
            became(value_words(name, before.get(name), labels), value_words(name, value, labels)),
        )
        for name, value in changed(before, after).items()
    ]
    if step.before.get("overrides") != step.after.get("overrides"):
        found.append(ChangedField("Exceptions for dates", Markup("changed")))
    return found


def _fields(content: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return fields_of(from_audit(dict(content)))
    except (KeyError, TypeError, ValueError):  # an entry from before the audit kept whole drafts
        return empty_fields()
