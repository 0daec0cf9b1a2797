"""The changes of a refresh in words: before, here, as the source says, and whose word holds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from finder.accounts.permissions import Viewer
from finder.domain.roles import Right
from finder.domain.sourced import Winner
from finder.domain.sources import ChangeKind, ChangeState
from finder.review.sourcing import merges_into
from finder.sources.shown_changes import ShownChange, ShownField, ShownTwin
from finder.web.presenters.labels import Labels
from finder.web.presenters.moderate_text import changed, visible
from finder.web.presenters.moderate_words import CHOICES, risk_words, value_words
from finder.web.presenters.sources import KINDS

#: Whose word holds, by whether a moderator has decided against the source.
WINNERS = {
    (Winner.SOURCE, False): "The source",
    (Winner.SOURCE, True): "The source",
    (Winner.HERE, False): "The edit made here",
    (Winner.HERE, True): "What is here, as a moderator decided",
    (Winner.ASK, False): "Both have changed it: choose",
    (Winner.ASK, True): "A moderator decided against the source, which says something new: choose",
}
#: Of part of an address, say, that itself was not edited.
PART = "The {} has changed on both sides: choose"
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
    """One field. ``keep`` names the box that keeps what is here, "" for none, and ``kept_with`` what it goes with."""

    label: str
    before: Markup
    here: Markup
    source: Markup
    winner: str
    clash: bool
    kept: bool
    keep: str
    keep_words: str
    kept_with: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinLine:
    """A listing that a new row may be. ``merges``: the viewer may make them one; ``others``: who else may."""

    id: int
    href: str
    name: Markup
    words: str
    listing: Markup
    source: Markup
    merges: bool
    others: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One row of a refresh; ``tickable`` while it waits."""

    id: int
    kind: str
    sort: str
    row: str
    title: Markup
    plain: str
    listing: Markup
    href: str
    state: str
    tickable: bool
    risks: Sequence[tuple[str, str, bool]]
    remarks: Sequence[Markup]
    fields: Sequence[FieldLine]
    twin: TwinLine | None


def change_lines(changes: Sequence[ShownChange], names: Labels, *, by: Viewer, decides: bool) -> list[ChangeLine]:
    """The changes as the viewer may see them, with controls where they *decide*."""
    return [_line(each, names, by=by, decides=decides) for each in changes]


def _line(change: ShownChange, names: Labels, *, by: Viewer, decides: bool) -> ChangeLine:
    refused = change.kind is ChangeKind.REFUSED
    waits = change.state is ChangeState.OPEN and not refused
    return ChangeLine(
        id=change.id,
        kind=KINDS[change.kind],
        sort=change.kind.value,
        row=_row_words(change),
        title=visible(change.title or "Without a name"),
        plain=change.title or "Without a name",
        listing=visible(change.listing),
        href=f"/moderate/listing/{change.slug}" if change.slug else "",
        state="" if refused else STATES[change.state],
        tickable=waits and decides,
        risks=risk_words(list(change.risks)),
        remarks=[_remark(*each) for each in change.remarks],
        fields=_fields(change, names, asks=waits and decides),
        twin=_twin(change.twin, by=by, decides=decides) if change.twin and waits else None,
    )


def _twin(twin: ShownTwin, *, by: Viewer, decides: bool) -> TwinLine:
    """What is here already, as far as it is the viewer's to see; another body's as everybody sees it."""
    theirs = by.may(Right.SEE_AUDIT, twin.service_body_id)
    merges = decides and merges_into(twin.service_body_id, by=by)
    return TwinLine(
        id=twin.id,
        href=f"/moderate/listing/{twin.slug}" if theirs else f"/meetings/{twin.slug}",
        name=visible(twin.name),
        words=twin.words,
        listing=visible(twin.listing if theirs else twin.public_listing),
        source=visible(f"From {twin.source}" if twin.source else "Written here"),
        merges=merges,
        others="" if merges or not decides else _others(twin.body),
    )


def _others(body: str) -> str:
    if not body:
        return "It belongs to no service body: an administrator can make the two one listing."
    both = "somebody who moderates both service bodies, or an administrator, can make the two one listing."
    return f"It belongs to {body}: {both}"


def _row_words(change: ShownChange) -> str:
    """Where it stands in what was read; "" for what is gone."""
    if not change.row:
        return ""
    return f"Row {change.row} of the sheet" if change.of_sheet else f"Row {change.row}"


def _remark(name: str, value: str, reason: str) -> Markup:
    label = Markup("<b>{}</b> ").format(visible(name.replace("_", " ").capitalize())) if name else Markup("")
    said = Markup("“{}”: ").format(visible(value)) if value else Markup("")
    return label + said + visible(reason)


def _fields(change: ShownChange, names: Labels, *, asks: bool) -> list[FieldLine]:
    """The fields; with a box for each that can be kept as it is here, or one for what is one thing."""
    fields = change.fields
    alone = [field for field in fields if field.winner is not Winner.HERE] if asks else []
    first = {field.group: field.name for field in reversed(alone) if field.group}
    many = {field.group for field in alone if field.group and field.name != first[field.group]}
    found = []
    for field in fields:
        line = _field(field, names, is_new=change.kind is ChangeKind.NEW)
        if field in alone and change.kind is ChangeKind.CHANGED:
            if first.get(field.group, field.name) == field.name:
                words = f"Keep the {field.group} that is here" if field.group in many else "Keep what is here"
                line = replace(line, keep=f"{change.id}:{field.name}", keep_words=words)
            else:
                line = replace(line, kept_with=f"Goes with the {field.group}")
        found.append(line)
    return found


def _field(field: ShownField, names: Labels, *, is_new: bool) -> FieldLine:
    before, here, source = (_words(field.name, each, names) for each in (field.base, field.here, field.source))
    ask = field.winner is Winner.ASK
    part = ask and not field.edited and field.group
    return FieldLine(
        label=field.label,
        before=visible(before) or NOTHING,
        here=visible(here) or NOTHING,
        source=(visible(source) if is_new or field.winner is Winner.HERE else changed(here, source)) or NOTHING,
        winner=PART.format(field.group) if part else WINNERS[field.winner, field.decided],
        clash=ask,
        kept=field.winner is Winner.HERE,
        keep="",
        keep_words="",
        kept_with="",
    )


def _words(name: str, value: Any, names: Labels) -> str:  # noqa: ANN401 - a JSON value
    if name == "overrides":
        return "\n".join(map(_exception, value or ()))
    return value_words(name, value, names)


def _exception(told: dict[str, Any]) -> str:
    kind = CHOICES["exception_kind"].get(str(told["kind"]), str(told["kind"]))
    days = " to ".join(dict.fromkeys((str(told["first_date"]), str(told["last_date"]))))
    return ": ".join(part for part in (f"{days} {kind[0].lower()}{kind[1:]}", str(told.get("note") or "")) if part)
