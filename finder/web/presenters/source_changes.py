"""The changes of a refresh in words: before, here, as the source says, and whose word holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from finder.domain.sourced import Winner
from finder.domain.sources import ChangeKind, ChangeState
from finder.sources.shown import ShownChange, ShownField
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_text import changed, visible
from finder.web.presenters.moderate_words import CHOICES, risk_words, value_words
from finder.web.presenters.sources import KINDS

WINNERS = {
    Winner.SOURCE: "The source",
    Winner.HERE: "The edit made here",
    Winner.ASK: "You choose: apply it and the source holds, set it aside and the edit holds",
}
#: What became of a change that is decided about.
STATES = {
    ChangeState.OPEN: "Waits",
    ChangeState.APPLIED: "Applied",
    ChangeState.SET_ASIDE: "Set aside",
    ChangeState.ROLLED_BACK: "Rolled back",
}
NOTHING = Markup('<span class="soft">nothing</span>')


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field. ``moved``: an edit was made here, so that *before* is not what is held."""

    label: str
    before: Markup
    here: Markup
    source: Markup
    winner: str
    clash: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One row of a refresh; ``tickable`` while it waits."""

    id: int
    kind: str
    sort: str
    row: int
    title: Markup
    plain: str
    href: str
    state: str
    tickable: bool
    risks: Sequence[tuple[str, str, bool]]
    remarks: Sequence[Markup]
    fields: Sequence[FieldLine]
    twin: tuple[int, str, str, str] | None


def change_lines(changes: Sequence[ShownChange], names: Labels, *, decides: bool) -> list[ChangeLine]:
    """The changes, with controls for somebody who *decides*."""
    return [_line(each, names, decides=decides) for each in changes]


def _line(change: ShownChange, names: Labels, *, decides: bool) -> ChangeLine:
    refused = change.kind is ChangeKind.REFUSED
    twin = change.twin
    waits = change.state is ChangeState.OPEN and not refused
    return ChangeLine(
        id=change.id,
        kind=KINDS[change.kind],
        sort=change.kind.value,
        row=change.row,
        title=visible(change.title or "Without a name"),
        plain=change.title or "Without a name",
        href=f"/moderate/listing/{change.slug}" if change.slug else "",
        state="" if refused else STATES[change.state],
        tickable=waits and decides,
        risks=risk_words(list(change.risks)),
        remarks=[_remark(*each) for each in change.remarks],
        fields=[_field(each, names) for each in change.fields],
        twin=(twin.id, twin.slug, twin.name, twin.words) if twin and waits else None,
    )


def _remark(name: str, value: str, reason: str) -> Markup:
    label = Markup("<b>{}</b> ").format(visible(name.replace("_", " ").capitalize())) if name else Markup("")
    said = Markup("“{}”: ").format(visible(value)) if value else Markup("")
    return label + said + visible(reason)


def _field(field: ShownField, names: Labels) -> FieldLine:
    before, here, source = (_words(field.name, each, names) for each in (field.base, field.here, field.source))
    return FieldLine(
        label=field.label,
        before=visible(before) or NOTHING,
        here=visible(here) or NOTHING,
        source=changed(here, source) or NOTHING,
        winner=WINNERS[field.winner],
        clash=field.winner is Winner.ASK,
        kept=field.winner is Winner.HERE,
    )


def _words(name: str, value: Any, names: Labels) -> str:  # noqa: ANN401 - a JSON value
    if name == "overrides":
        return "\n".join(map(_exception, value or ()))
    return value_words(name, value, names)


def _exception(told: dict[str, Any]) -> str:
    kind = CHOICES["exception_kind"].get(str(told["kind"]), str(told["kind"]))
    days = " to ".join(dict.fromkeys((str(told["first_date"]), str(told["last_date"]))))
    return ": ".join(part for part in (f"{days} {kind[0].lower()}{kind[1:]}", str(told.get("note") or "")) if part)
