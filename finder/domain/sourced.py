"""A listing three ways, field by field: what its source said when people here edited it, what is held, what it says.

Of an edit made here a *base* is kept: the source's word on each field that was edited, by name. Under `DECIDED` it
names the fields about which a moderator decided against the source: no rule overrules that while it says the same.
Fields that make sense only as one (`TOGETHER`) have one winner.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from finder.domain.asked import FIELDS, OF_GROUP, OF_PLACE, Fields, fields_of, with_fields
from finder.domain.listing import GroupDraft, ListingDraft
from finder.domain.schedule import Override
from finder.domain.sources import EVERY_FIELD, NOTED, FieldRule
from finder.domain.text import fold

Base = dict[str, Any]
DECIDED = "*"

#: Fields that forms do not have, and what they are called.
MORE: dict[str, str] = {
    "district": "District",
    "overrides": "Exceptions for dates",
    "unmapped_types": "Formats that are not known here",
    "url": "Its page at the source",
    "world_id": "Number of NA World Services",
    "confirmed_at": "Last confirmed",
    "updated_at": "Last changed",
}
#: The name of a custom field begins so.
EXTRA = "extra."
#: A street of one hand in a town of another's leads to nobody's door.
ADDRESS = frozenset(
    {
        *("place_name", "street", "unit", "city", "state", "postal_code", "country", "formatted_address"),
        *("latitude", "longitude", "precision"),
    }
)
#: What is one thing, by what people call it: the day of one hand at the hour of another's is when nobody meets, and a
#: passcode belongs to its link.
TOGETHER: dict[str, frozenset[str]] = {
    "address": ADDRESS,
    "day and time": frozenset(
        {"kind", "weekdays", "start", "zone", "interval", "weeks_of_month", "first_date", "last_date"}
    ),
    "join link": frozenset({"conference_url", "conference_url_notes"}),
    "join phone": frozenset({"conference_phone", "conference_phone_notes"}),
}
#: Of these the register keeps one spelling for all that mean the same.
_FOLDED = frozenset({"region", "service_body", "district"}) | {
    name for name, field in FIELDS.items() if field.part in {"group", "place"}
}


class Winner(StrEnum):
    """Whose word on a field holds."""

    SOURCE = "source"
    HERE = "here"
    ASK = "ask"  # both have changed it: a moderator chooses


@dataclass(frozen=True, slots=True)
class Verdict:
    """One field on which the source and the directory differ. *base*: the source's word before, or what is held.

    *decided*: what is held is no edit, it stands because a moderator decided against the source.
    """

    name: str
    base: Any
    here: Any
    source: Any
    edited: bool
    winner: Winner
    decided: bool = False


def label_of(name: str) -> str:
    """What a field is called."""
    if name.startswith(EXTRA):
        return name.removeprefix(EXTRA).replace("_", " ").capitalize()
    return FIELDS[name].label if name in FIELDS else MORE[name]


def is_field(name: str) -> bool:
    """Whether a source can say such a thing of a listing."""
    return name in FIELDS or name in MORE or (name.startswith(EXTRA) and len(name) > len(EXTRA))


def sourced_fields(draft: ListingDraft) -> Fields:
    """Everything that a source can say of a listing, as JSON values."""
    group = draft.group or GroupDraft(name="")
    return {
        **fields_of(draft),
        "formats": sorted(draft.formats),
        "district": group.district,
        "overrides": [_told(override) for override in draft.overrides],
        "unmapped_types": sorted(draft.unmapped_types),
        "url": draft.url,
        "world_id": draft.world_id,
        "confirmed_at": draft.confirmed_at and draft.confirmed_at.astimezone(dt.UTC).isoformat(),
        "updated_at": draft.updated_at and draft.updated_at.astimezone(dt.UTC).isoformat(),
        **{f"{EXTRA}{name}": text for name, text in draft.extra.items()},
    }


def group_fields(words: Mapping[str, Any]) -> Fields:
    """The fields of a listing that a group's public words are."""
    return {name: words[attribute] for name, attribute in OF_GROUP.items()} | {"district": words["district"]}


def place_fields(told: Mapping[str, Any]) -> Fields:
    """The fields of a listing that a place's columns are, as JSON values."""
    return {name: told[attribute] for name, attribute in OF_PLACE.items()}


def _told(override: Override) -> dict[str, Any]:
    told = asdict(override)
    duration = told["duration"]
    return told | {
        "kind": override.kind.value,
        "first_date": override.first_date.isoformat(),
        "last_date": override.last_date.isoformat(),
        "start": override.start and override.start.strftime("%H:%M"),
        "duration": None if duration is None else int(duration.total_seconds()) // 60,
    }


def same(name: str, one: Any, other: Any) -> bool:  # noqa: ANN401 - values of any field
    """Whether two values of a field mean the same to the register."""
    if one == other:
        return True
    if name not in _FOLDED:
        return False
    if isinstance(one, float | int) and isinstance(other, float | int):
        return f"{one:.4f}" == f"{other:.4f}"
    return _folded(one) == _folded(other)


def _folded(value: Any) -> object:  # noqa: ANN401
    if isinstance(value, str):
        return [fold(part) for part in value.split(">")]
    if isinstance(value, list):
        return [fold(part) for part in value]
    return value


def names_of(*told: Mapping[str, Any]) -> list[str]:
    """Every field that is told of, in the order in which people read them."""
    extras = sorted({name for each in told for name in each if name.startswith(EXTRA)})
    return [*FIELDS, *MORE, *extras]


def empty_of(name: str) -> Any:  # noqa: ANN401 - values of any field
    """What a field holds that nobody has said anything of."""
    if name in FIELDS:
        return FIELDS[name].empty
    return [] if name in {"overrides", "unmapped_types"} else None if name.endswith("_at") else ""


def three_way(here: Fields, source: Fields, base: Base | None, rules: Mapping[str, str]) -> list[Verdict]:
    """The fields on which *source* differs from *here*, and whose word holds on each, by *base* and *rules*."""
    base = base or {}
    settled = set(base.get(DECIDED, ()))
    found = []
    for name in names_of(here, source):
        held, said = here.get(name, empty_of(name)), source.get(name, empty_of(name))
        if same(name, held, said) or (name in NOTED and not (said and (not held or said > held))):
            continue
        if name not in base:
            found.append(Verdict(name, held, held, said, edited=False, winner=Winner.SOURCE))
            continue
        moved, decided = not same(name, base[name], said), name in settled
        winner = _winner(_rule(rules, name), moved=moved, decided=decided)
        found.append(Verdict(name, base[name], held, said, edited=True, winner=winner, decided=decided))
    for names in TOGETHER.values():
        found = _as_one(found, names, rules)
    return found


def _winner(rule: FieldRule, *, moved: bool, decided: bool) -> Winner:
    """Whose word holds on a field that was edited here, or that a moderator *decided* against the source."""
    if not moved:
        return Winner.SOURCE if rule is FieldRule.SOURCE and not decided else Winner.HERE
    if rule is FieldRule.HERE and decided:  # what holds here is what the source said before
        return Winner.ASK
    return Winner(rule)


def _rule(rules: Mapping[str, str], name: str) -> FieldRule:
    return FieldRule(rules.get(name) or rules.get(EVERY_FIELD) or FieldRule.ASK)


def _as_one(verdicts: list[Verdict], names: frozenset[str], rules: Mapping[str, str]) -> list[Verdict]:
    """The same; where the source moves part of what is one thing and another part was edited here, one holds whole."""
    winners = {each.winner for each in verdicts if each.name in names}
    if len(winners) < 2:  # noqa: PLR2004 - they agree
        return verdicts
    edited = (each.name for each in verdicts if each.edited and each.name in names)
    ours = Winner.HERE in winners and any(_rule(rules, name) is FieldRule.HERE for name in edited)
    winner = Winner.HERE if ours else Winner.ASK
    return [replace(each, winner=winner) if each.name in names else each for each in verdicts]


def together_with(names: Iterable[str]) -> frozenset[str]:
    """*names*, and what is one thing with any of them."""
    found = frozenset(names)
    return found.union(*(group for group in TOGETHER.values() if group & found))


def decide(verdicts: Sequence[Verdict], *, keep: Collection[str] | None = frozenset()) -> list[Verdict]:
    """The verdicts when a moderator has decided: the source holds, but on the fields to *keep* (None: on none).

    What is one thing is kept whole. On what holds here already there is nothing to decide.
    """
    kept = None if keep is None else together_with(keep)
    found = []
    for each in verdicts:
        if each.winner is Winner.HERE:
            found.append(each)
        elif kept is None or each.name in kept:
            found.append(replace(each, winner=Winner.HERE, decided=True))
        else:
            found.append(replace(each, winner=Winner.SOURCE))
    return found


def merged(source: ListingDraft, here: ListingDraft, verdicts: Sequence[Verdict]) -> ListingDraft:
    """The listing as *source* says, but for the fields on which the word of *here* holds, or is not decided about.

    Raises BadInputError for what no listing can be.
    """
    kept = {each.name for each in verdicts if each.winner is not Winner.SOURCE}
    if kept & ADDRESS:
        kept |= ADDRESS  # spelt and placed as it was edited
    fields = fields_of(here)
    draft = with_fields(source, {name: fields[name] for name in kept if name in FIELDS}) if kept else source
    if draft.group is not None and "district" in kept:
        draft = replace(draft, group=replace(draft.group, district=here.group.district if here.group else ""))
    plain = {name: getattr(here, name) for name in ("overrides", "unmapped_types", "url", "world_id") if name in kept}
    extra = dict(draft.extra)
    for name in (name.removeprefix(EXTRA) for name in kept if name.startswith(EXTRA)):
        extra.pop(name, None)
        if name in here.extra:
            extra[name] = here.extra[name]
    noted = {name: _later(getattr(source, name), getattr(here, name)) for name in NOTED}
    return replace(draft, **plain, **noted, extra=extra)


def _later(one: Any, other: Any) -> Any:  # noqa: ANN401 - instants or None
    return max((each for each in (one, other) if each is not None), default=None)


def base_after(base: Base | None, verdicts: Sequence[Verdict]) -> Base | None:
    """What to keep of the source's words once the verdicts hold; None when nothing is edited here any more.

    On a field that is not decided about yet that is what was kept before.
    """
    held = base or {}
    kept: Base = {each.name: each.source for each in verdicts if each.winner is Winner.HERE}
    kept |= {each.name: held[each.name] for each in verdicts if each.winner is Winner.ASK and each.name in held}
    if settled := sorted(each.name for each in verdicts if each.decided and each.name in kept):
        kept[DECIDED] = settled
    return kept or None


def base_of_edit(base: Base | None, before: Fields, after: Fields, *, decided: bool = False) -> Base | None:
    """What to keep when people here turn *before* into *after*; None when no edit is left.

    *decided*: it is a moderator's decision against the source, not an edit.
    """
    held = dict(base or {})
    settled = set(held.pop(DECIDED, ()))
    for name in names_of(before, after, held):
        was, now = before.get(name, empty_of(name)), after.get(name, empty_of(name))
        if same(name, was, now) or name in NOTED:
            continue
        said = held.get(name, was)
        if same(name, said, now):
            held.pop(name, None)
            settled.discard(name)
        else:
            held[name] = said
            if decided:
                settled.add(name)
            else:
                settled.discard(name)
    if not held:
        return None
    return {**held, DECIDED: sorted(settled & set(held))} if settled & set(held) else held
