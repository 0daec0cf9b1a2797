"""Formats as BMLT clients know them: which of them a listing has, and what they are called in a language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from finder.feeds.bmlt_stock import CLOSED_FOR_NOW, HYBRID, NOT_WEEKLY, STOCK, VIRTUAL
from finder.feeds.document import is_out_of_its_building

Document = Mapping[str, Any]

#: Formats here that stand first among those of a meeting: whether anybody may come.
OPENNESS = frozenset({"open", "closed"})
_ATTENDANCE_KEYS = {"online": VIRTUAL, "hybrid": HYBRID}


class Said(NamedTuple):
    """What a listing says that BMLT clients know as formats; ``special`` are keys of the stock formats beside it."""

    source: str
    formats: tuple[str, ...]
    unmapped: tuple[str, ...]
    special: tuple[str, ...]


def said_of(document: Document) -> Said:
    """What the listing of a public document says."""
    rule = document["schedule"]
    special = []
    if key := _ATTENDANCE_KEYS.get(document["attendance"]):
        special.append(key)
    if document["temporarily_closed"] or is_out_of_its_building(document):
        special.append(CLOSED_FOR_NOW)
    if rule["kind"] in {"monthly", "once"} or rule["interval"] > 1:
        special.append(NOT_WEEKLY)
    return Said(document["source"], tuple(document["formats"]), tuple(document["unmapped_types"]), tuple(special))


@dataclass(frozen=True, slots=True)
class BmltFormatEntry:
    """A format by its shared number; ``names`` by language: key, name, description.

    ``stands_as`` is the world id of what it stands for here, however a server has it.
    """

    number: int
    source: str
    key: str
    world_id: str
    kind: str
    slug: str | None
    names: Mapping[str, Mapping[str, str]]
    stands_as: str = ""

    @classmethod
    def of(cls, document: Document) -> "BmltFormatEntry":
        """The format of a public document."""
        names: Mapping[str, Mapping[str, str]] = document["names"]
        return cls(
            document["id"],
            document["source"],
            document["key"],
            document["world_id"],
            document["kind"],
            document["format"],
            names,
            document.get("stands_as", document["world_id"]),
        )

    def languages(self, wanted: Sequence[str], *, others: bool) -> list[str]:
        """Those of *wanted* in which it has a name; with *others* and if there is none, the first that it has."""
        found = [language for language in wanted if language in self.names]
        return found or (sorted(self.names)[:1] if others else [])


class BmltFormats:
    """All of them under one vocabulary, looked up by what listings say; in ``languages`` any of them has a name.

    A stock format that stands for nothing here (VM, TC) is the same one at every source that has it under its number.
    A listing that carries the key of a format is told with that one, not with the one that stands for the same here:
    it has what its own server said.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        held = {document["id"]: document for document in documents}
        self.entries: dict[int, BmltFormatEntry] = {}
        self._standing: dict[tuple[str, str], int] = {}
        self._keyed: dict[tuple[str, str], int] = {}
        self._special: dict[tuple[str, str], int] = {}
        for number, document in sorted(held.items(), key=lambda item: (item[1]["source"] != "", item[0])):
            entry = BmltFormatEntry.of(document)
            shown = _shared_with(entry, document.get("source_number", 0), self.entries) or number
            if shown == number:
                self.entries[number] = entry
            else:
                ours = self.entries[shown]
                self.entries[shown] = replace(ours, names={**entry.names, **ours.names})
            if entry.slug is not None:
                self._standing.setdefault((entry.source, entry.slug), shown)
            else:
                self._special.setdefault((entry.source, entry.world_id), shown)
            self._keyed.setdefault((entry.source, entry.key), shown)
        self._means = {
            entry.stands_as: entry.slug
            for entry in self.entries.values()
            if entry.source == "" and entry.slug is not None and entry.stands_as
        }
        self._servers = frozenset(entry.source for entry in self.entries.values())
        self.languages = frozenset(language for entry in self.entries.values() for language in entry.names)
        self._numbers: dict[Said, tuple[int, ...]] = {}
        self._shown: dict[tuple[tuple[int, ...], str, bool], tuple[str, str]] = {}

    def numbers(self, said: Said) -> tuple[int, ...]:
        """The formats of a listing that says so, ascending: those of its own source where it has them."""
        found = self._numbers.get(said)
        if found is None:
            numbers = {self._keyed_for(said.source, key) for key in said.unmapped}
            told = {self._meant(number) for number in numbers if number is not None}
            numbers |= {self._standing_for(said.source, slug) for slug in said.formats if slug not in told}
            numbers |= {self._special_for(said.source, key) for key in said.special}
            found = self._numbers[said] = tuple(sorted(number for number in numbers if number is not None))
        return found

    def shown(self, numbers: tuple[int, ...], language: str, *, others: bool = False) -> tuple[str, str]:
        """The keys of formats that have a name in *language*, openness first, and their numbers, between commas.

        With *others*, those that have a name in no language but others, too.
        """
        if language not in self.languages and not others:
            return "", ""
        found = self._shown.get((numbers, language, others))
        if found is None:
            spoken = {number: self.entries[number].languages([language], others=others) for number in numbers}
            named = [self.entries[number] for number in numbers if spoken[number]]
            in_order = sorted(named, key=lambda entry: (self._meant(entry.number) not in OPENNESS, entry.number))
            keys = dict.fromkeys(entry.names[spoken[entry.number][0]]["key"] for entry in in_order)
            found = ",".join(keys), ",".join(str(entry.number) for entry in named)
            self._shown[numbers, language, others] = found
        return found

    def records(
        self, numbers: Iterable[int], languages: Sequence[str], root: str, *, others: bool = False
    ) -> list[dict[str, str]]:
        """Formats as GetFormats tells them, by number, each in those of *languages* in which it has a name.

        With *others*, one that has a name in none of them is told in one that it has.
        """
        return [
            _record(self.entries[number], language, root)
            for number in sorted(numbers)
            for language in self.entries[number].languages(languages, others=others)
        ]

    def _keyed_for(self, source: str, key: str) -> int | None:
        """The format of a key at a source; of a BMLT server that has one of the directory's own, that one.

        Where a server has several of one key, the number of theirs stands behind it.
        """
        found = self._keyed.get((source, key))
        if found is not None or source not in self._servers:
            return found
        plain, _, number = key.rpartition("#")
        own = self._keyed.get(("", plain or key))
        return own if not plain or str(own) == number else None

    def _meant(self, number: int) -> str | None:
        """The format here that one says, whether it stands for it or another one of its source does."""
        entry = self.entries[number]
        return entry.slug or self._means.get(entry.world_id)

    def _standing_for(self, source: str, slug: str) -> int | None:
        return self._standing.get((source, slug)) or self._standing.get(("", slug))

    def _special_for(self, source: str, key: str) -> int | None:
        world_id = STOCK[key].world_id if key in STOCK else None
        theirs = (self._special.get((source, world_id)) if world_id else None) or self._keyed.get((source, key))
        return theirs or self._keyed.get(("", key))


def _shared_with(entry: BmltFormatEntry, number_there: int, ours: Mapping[int, BmltFormatEntry]) -> int | None:
    """The number of the format of ours that one of a source is: the same number and key, and no format here either."""
    held = ours.get(number_there)
    if not entry.source or held is None or held.source or held.slug is not None or entry.slug is not None:
        return None
    return number_there if held.key == entry.key else None


def _record(entry: BmltFormatEntry, language: str, root: str) -> dict[str, str]:
    named = entry.names[language]
    return {
        "key_string": named["key"],
        "name_string": named["name"],
        "description_string": named["description"],
        "lang": language,
        "id": str(entry.number),
        "world_id": entry.world_id,
        "format_type_enum": entry.kind,
        "root_server_uri": root,
    }
