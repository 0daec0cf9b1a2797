"""One request as a moderator's page: what is asked, what it would make of the listing, who asks, what can be done."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from finder.accounts.permissions import Viewer
from finder.directory.revert import UNDO_DAYS
from finder.domain.errors import BadInputError
from finder.domain.review import OPEN, TRANSITIONS, Action, Kind, Status
from finder.domain.roles import Right
from finder.review.applying import exception_of
from finder.review.case import Case, Other, Said
from finder.review.decisions import needs_two
from finder.web.forms.moderate import Typed
from finder.web.forms.submit import PROBLEMS
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_fields import NOTHING, FieldRow, exception_rows, field_rows
from finder.web.presenters.moderate_history import StepLine, step_lines
from finder.web.presenters.moderate_place import Pin, Timing, metres, pin_of, timing_of
from finder.web.presenters.moderate_text import marked, visible
from finder.web.presenters.moderate_words import KINDS, STATUSES, label_of, risk_words, value_words, when
from finder.web.presenters.overrides import banner
from finder.web.presenters.times import long_date, zone_of


@dataclass(frozen=True, slots=True)
class OtherLine:
    """Another request; ``words``: what it asks, about what, where it stands, since when."""

    reference: str
    title: Markup
    words: str
    open: bool


@dataclass(frozen=True, slots=True)
class TwinLine:
    """A listing that may be the same meeting."""

    slug: str
    name: Markup
    words: str


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A message; ``by`` is "" for the submitter."""

    by: str
    when: str
    text: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """What stood in a form that was refused, and why."""

    form: Typed | None = None
    taken: frozenset[str] | None = None
    faults: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """What was typed into field *name*."""
        return self.form.get(name, default) if self.form is not None else default


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """What ``templates/moderate/request.html`` shows. Empty texts and lists are left out."""

    reference: str
    kind: Kind
    title: Markup
    what: str
    status: str
    is_open: bool
    approved: bool
    asked: str
    contact: str
    contact_name: Markup
    track: str
    claimed_by: str
    mine: bool
    risks: list[tuple[str, str, bool]]
    note: Markup
    sentence: Markup
    rows: list[FieldRow]
    unsaid: int
    exception: list[FieldRow]
    timing: Timing | None
    pin: Pin | None
    fault: str
    twins: list[TwinLine]
    about_same: list[OtherLine]
    by_same: list[OtherLine]
    said: list[SaidLine]
    steps: list[StepLine]
    replies: list[tuple[str, str, str]]
    can: frozenset[str]
    second: str
    decided: str
    reason: Markup
    may_undo: bool
    slug: str
    gone: bool
    seen_revision: int
    seen_meeting_revision: int | None
    on: str
    typing: Typing


def case_page(case: Case, labels: Labels, viewer: Viewer, *, now: dt.datetime, typing: Typing) -> CasePage:
    """The page of *case* for that viewer; *typing* is what to keep of a form that was refused."""
    row = case.submission
    edited = row.edited or {}
    wanted = {**(case.now or {}), **row.asked, **edited}
    rows = field_rows(
        case.compared,
        asked=row.asked,
        edited=edited,
        taken=_ticked(case, typing),
        labels=labels,
        typed=typing.form,
        faults=typing.faults,
        new=row.kind is Kind.NEW,
    )
    shown = [each for each in rows if row.kind is not Kind.NEW or not each.settled or each.name in _ALWAYS]
    exception = exception_rows(row.asked, edited, labels=labels, typed=typing.form, faults=typing.faults)
    return CasePage(
        reference=row.reference,
        kind=row.kind,
        title=visible(case.meeting.meeting.name if case.meeting else row.title),
        what=KINDS[row.kind],
        status=STATUSES[row.status],
        is_open=row.status in OPEN,
        approved=row.status is Status.APPROVED,
        asked=when(row.proven_at or row.sent_at, now),
        contact=row.email if viewer.may(Right.SEE_CONTACTS, case.body_id) else "",
        contact_name=visible(row.contact_name),
        track=_track(case),
        claimed_by=case.claimed_by,
        mine=bool(case.claimed_by) and row.claimed_by == viewer.user_id,
        risks=risk_words(tuple(row.risks or ())),
        note=visible(row.note),
        sentence=_sentence(case, now),
        rows=shown,
        unsaid=len(rows) - len(shown),
        exception=exception if row.kind is Kind.EXCEPTION else [],
        timing=timing_of(case.now, wanted, now) if row.kind in {Kind.NEW, Kind.CHANGE} else None,
        pin=pin_of(case.now, wanted) if row.kind in {Kind.NEW, Kind.CHANGE} else None,
        fault=case.fault,
        twins=[
            TwinLine(each.slug, visible(each.name), _twin_words(each.words, each.distance_km)) for each in case.twins
        ],
        about_same=[_other(each, now) for each in case.about_same],
        by_same=[_other(each, now) for each in case.by_same],
        said=[_said(each, now) for each in case.said],
        steps=step_lines(case.steps, labels, now=now),
        replies=[(str(each.id), each.title, each.text) for each in case.replies],
        can=frozenset(action.value for status, action in TRANSITIONS if status is row.status),
        second=_second(case, viewer),
        decided=_decided(case, now),
        reason=visible(row.reason),
        may_undo=(row.status, Action.UNDO) in TRANSITIONS
        and row.decided_at is not None
        and now - row.decided_at <= dt.timedelta(days=UNDO_DAYS),
        slug=case.meeting.meeting.slug if case.meeting else "",
        gone=row.meeting_id is not None and case.meeting is None,
        seen_revision=row.revision,
        seen_meeting_revision=case.meeting_revision,
        on=typing.text("on", row.effective_date.isoformat() if row.effective_date else ""),
        typing=typing,
    )


#: Fields of a new listing that are shown though nothing but the usual was said.
_ALWAYS = frozenset({"name", "program", "attendance", "kind", "weekdays", "start", "duration_min", "zone"})


def _ticked(case: Case, typing: Typing) -> frozenset[str] | None:
    """What is ticked: what was before, else what the first of two people took; None leaves it to the comparison."""
    if typing.taken is not None:
        return typing.taken
    row = case.submission
    if row.status is Status.SECOND_LOOK and row.accepted is not None:
        return frozenset(row.accepted)
    return frozenset(each.name for each in case.compared) if row.kind is Kind.NEW else None


def _track(case: Case) -> str:
    """How the earlier requests of the same address ended: ``4 earlier requests: 3 approved, 1 rejected``."""
    if not case.submission.email:
        return "Sent without a mail address"
    ended = Counter(STATUSES[each.status].lower() for each in case.by_same)
    if not ended:
        return "First request of this address"
    total = sum(ended.values())
    told = ", ".join(f"{count} {words}" for words, count in ended.most_common())
    return f"{total} other request{'s' if total > 1 else ''} of this address: {told}"


def _sentence(case: Case, now: dt.datetime) -> Markup:
    """What is asked, where there are no fields to compare."""
    row = case.submission
    wanted: dict[str, Any] = {**row.asked, **(row.edited or {})}
    match row.kind:
        case Kind.CLOSE:
            return Markup("Take this meeting out of the finder for good.")
        case Kind.CONFIRM:
            return Markup("Everything about this meeting is still right.")
        case Kind.PROBLEM:
            problem = str(row.asked.get("problem", ""))
            return visible(PROBLEMS.get(problem, problem))
        case Kind.EXCEPTION:
            zone = zone_of(str((case.now or {}).get("zone", "")))
            try:
                return visible(banner(exception_of(wanted), today=now.astimezone(zone).date(), back=None))
            except BadInputError as error:
                return visible(error.message)
        case _:
            return Markup("")


def _twin_words(words: str, distance_km: float | None) -> str:
    return words if distance_km is None else f"{words}, {metres(distance_km)} away"


def _other(other: Other, now: dt.datetime) -> OtherLine:
    words = f"{KINDS[other.kind]}, {STATUSES[other.status].lower()}, sent {when(other.sent_at, now)}"
    return OtherLine(other.reference, visible(other.title), words, other.status in OPEN)


def _said(said: Said, now: dt.datetime) -> SaidLine:
    return SaidLine(said.by, when(said.at, now), visible(said.text))


def _second(case: Case, viewer: Viewer) -> str:
    """That two people decide, and whose turn it is."""
    row = case.submission
    if row.status is Status.SECOND_LOOK:
        if row.first_approver == viewer.user_id:
            return "You have approved this. Another person has to look at it before it is in the finder."
        who = case.first_approver or "Somebody"
        if not case.first_stands:
            return f"{who} has approved this, but may not any more: yours is the first approval, and another follows."
        return f"{who} has approved this. If you approve too, it is in the finder."
    if needs_two(row) and row.status in OPEN:
        return "Two people decide about this one: yours is the first approval, and another person has to agree."
    return ""


def _decided(case: Case, now: dt.datetime) -> str:
    row = case.submission
    if row.decided_at is None or row.status in OPEN:
        return ""
    who = f" by {case.decided_by}" if case.decided_by else ""
    date = row.effective_date
    on = f" for {long_date(date, now=now.date())}" if row.status is Status.SCHEDULED and date else ""
    return f"{STATUSES[row.status].removesuffix(' for a date')}{on}{who} {when(row.decided_at, now)}"


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One field that was chosen: what the moderator would have it say, and what it says now."""

    label: str
    chosen: Markup
    now: Markup


def conflict_lines(case: Case, chosen: Mapping[str, Any], labels: Labels) -> list[ConflictLine]:
    """What was chosen, field by field, beside what the listing says now."""
    present = case.now or {}
    lines = []
    for name, value in chosen.items():
        mine, now = value_words(name, value, labels), value_words(name, present.get(name), labels)
        lines.append(ConflictLine(label_of(name), visible(mine) or NOTHING, marked(now, mine) or NOTHING))
    return lines
