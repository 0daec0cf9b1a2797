"""Sources and their refreshes in words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finder.domain.sources import EVERY_FIELD, POLICY_WORDS, RUN_WORDS, ChangeKind, FieldRule, RunState
from finder.sources.managing import SourceDraft
from finder.sources.readers import reader_of
from finder.sources.shown import ShownRun, ShownSource
from finder.web.forms.sources import EVERY, RULED, RULES, SHORT_RULES
from finder.web.presenters.labels import counted
from finder.web.presenters.moderate_history import ACTORS
from finder.web.presenters.moderate_words import waited, when

SOURCES = "/moderate/sources"
#: What each kind of change is called over its list.
KINDS = {
    ChangeKind.NEW: "New",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.GONE: "Gone",
    ChangeKind.REFUSED: "Refused",
    ChangeKind.BESIDE: "Beside the listings",
}
#: Those that read a source and decide nothing.
READERS = {"worker": "the worker", "import": "an import"}
TROUBLED = frozenset({RunState.QUARANTINED, RunState.FAILED})
DAY = 24 * 60
HOUR = 60


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source. ``mark`` is its state in short, ``urgent``: somebody should look, ``asked``: it is being read."""

    id: int
    name: str
    href: str
    body: str
    mark: str
    urgent: bool
    words: str
    looked: str
    next: str
    listings: str
    waits: str
    asked: bool


def source_line(source: ShownSource, *, now: dt.datetime) -> SourceLine:
    """A source as the list shows it."""
    href = f"{SOURCES}/{source.id}"
    asked = is_asked(source, now=now)
    mark, urgent = _mark(source, asked=asked)
    return SourceLine(
        id=source.id,
        name=source.settings.name,
        href=href,
        body=source.body or "No service body",
        mark=mark,
        urgent=urgent,
        words=source.words,
        looked=when(source.looked_at, now) if source.looked_at else "never",
        next=_next(source, now=now, asked=asked),
        listings=counted(source.listings, "listing"),
        waits=f"{href}/refreshes/{source.waits}" if source.waits else "",
        asked=asked,
    )


def is_asked(source: ShownSource, *, now: dt.datetime) -> bool:
    """Whether the worker is about to read it, or just does."""
    return source.due_at is not None and (source.due_at <= now or source.settings.every_min == 0)


def _mark(source: ShownSource, *, asked: bool) -> tuple[str, bool]:
    if asked:
        return "Being read", False
    if source.failures:
        times = "" if source.failures == 1 else f", {source.failures} times in a row"
        return f"Could not be read{times}" + (": in quarantine" if source.quarantined else ""), True
    if source.quarantined:
        return "In quarantine", True
    if source.waits:
        return "Waits for a moderator", True
    if source.troubled:
        return "Nothing of it can be used", True
    return ("Not read yet", False) if source.looked_at is None else ("Well", False)


def _next(source: ShownSource, *, now: dt.datetime, asked: bool) -> str:
    if asked:
        return "now"
    return f"in {waited(now, source.due_at)}" if source.due_at else "when somebody asks for it"


def setting_lines(settings: SourceDraft, *, body: str, program: str) -> list[tuple[str, str]]:
    """What was chosen for a source, as label and words."""
    rules = [f"{RULED.get(name, name)}: {SHORT_RULES[FieldRule(rule)].lower()}" for name, rule in own_rules(settings)]
    return [
        ("Address", settings.url or "None: its file is uploaded here"),
        ("What it gives", reader_of(settings.kind).words),
        ("Program", program),
        ("Service body", body or "None"),
        ("Region above its own", settings.region or "None"),
        ("Time zone of rows without one", settings.zone or "That of their place"),
        ("Country of rows without one", settings.country or "That of this site"),
        ("What becomes of what it says", POLICY_WORDS[settings.policy]),
        ("Fields that were edited here", RULES[FieldRule(settings.field_rules.get(EVERY_FIELD, FieldRule.ASK))]),
        *([("Rules of single fields", "; ".join(rules))] if rules else []),
        ("How often it is read", every_words(settings.every_min)),
    ]


def own_rules(settings: SourceDraft) -> list[tuple[str, str]]:
    """The rules of single fields."""
    return [(name, rule) for name, rule in settings.field_rules.items() if name != EVERY_FIELD]


def every_words(minutes: int) -> str:
    """How often a source is read."""
    if minutes in EVERY:
        return EVERY[minutes]
    if not minutes % DAY:
        return f"Every {minutes // DAY} days"
    return f"Every {minutes // HOUR} hours" if not minutes % HOUR else f"Every {minutes} minutes"


def changed_settings(
    sent: SourceDraft, now: SourceDraft, *, body: str, names: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The settings of a source as they are *now*, where a form says something else."""
    ours = dict(setting_lines(sent, body=str(sent.service_body_id), program=names.get(sent.program, sent.program)))
    theirs = dict(setting_lines(now, body=str(now.service_body_id), program=names.get(now.program, now.program)))
    told = {**theirs, "Service body": body or "None"}
    lines = [(label, told[label]) for label in theirs if theirs[label] != ours.get(label)]
    return [("Name", now.name), *lines] if now.name != sent.name else lines


@dataclass(frozen=True, slots=True)
class RunLine:
    """A refresh: when and by whom it was read, what it brought, where it stands."""

    id: int
    href: str
    when: str
    by: str
    counts: str
    state: str
    words: str
    urgent: bool
    decided: str


def run_line(run: ShownRun, names: Mapping[str, str], *, now: dt.datetime) -> RunLine:
    """A refresh as lists show it."""
    counts = [f"{run.counts[kind]:,} {words.lower()}" for kind, words in KINDS.items() if run.counts[kind]]
    return RunLine(
        id=run.id,
        href=f"{SOURCES}/{run.source_id}/refreshes/{run.id}",
        when=when(run.at, now),
        by=actor_words(run.asked_by, names),
        counts=", ".join([*counts, f"{run.unchanged:,} as before"]),
        state=RUN_WORDS[run.state].capitalize(),
        words=run.words,
        urgent=run.state in TROUBLED or bool(run.open),
        decided=_decided(run, names, now=now),
    )


def _decided(run: ShownRun, names: Mapping[str, str], *, now: dt.datetime) -> str:
    """Who decided when, or that nobody has: what its policy lets a refresh apply at once is decided as it is read."""
    if run.decided_at is None or (run.decided_by in READERS and run.decided_at != run.at):
        return ""
    if (run.decided_at, run.decided_by) == (run.at, run.asked_by):
        return "Applied in part at once" if run.open or run.state is RunState.PARTLY else "Applied at once"
    act = "Rolled back" if run.state is RunState.ROLLED_BACK else "Decided"
    return f"{act} by {actor_words(run.decided_by, names)}, {when(run.decided_at, now)}"


def run_lines(runs: Sequence[ShownRun], names: Mapping[str, str], *, now: dt.datetime) -> list[RunLine]:
    """The refreshes of a source."""
    return [run_line(run, names, now=now) for run in runs]


def actor_words(actor: str, names: Mapping[str, str]) -> str:
    """Who did something."""
    return (
        names.get(actor) or READERS.get(actor) or ACTORS.get(actor, "somebody" if actor.startswith("user:") else actor)
    )
