"""Decodes the seed files of the vocabulary: programs.toml and formats.toml."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from finder.domain.catalogue import MAX_FORMATS, Format, FormatCatalogue, Program, SpecialCode, SpecialMeaning
from finder.domain.errors import BadInputError
from finder.domain.vocabulary import Approach, FormatKind

Choice = TypeVar("Choice", bound=StrEnum)


def load_programs(source: str | Path) -> tuple[Program, ...]:
    """Programs in the order of the file, which is their position; *source* is the text, or the file's path.

    Raises BadInputError when the text is not TOML, or a program is incomplete or there twice.
    """
    programs = tuple(
        Program(
            slug=record.text("slug"),
            name=record.text("name"),
            short_name=record.text("short_name"),
            approach=record.choice("approach", Approach),
            focus=record.text("focus"),
            for_whom=record.text("for_whom"),
            expect=record.text("expect"),
            site=record.text("site"),
            position=position,
        )
        for position, record in enumerate(records(read_toml(source), "programs"))
    )
    _refuse_repeats("slug", (program.slug for program in programs))
    return programs


def load_formats(source: str | Path) -> tuple[Format, ...]:
    """Formats in the order of the file, which is their position; *source* is the text, or the file's path.

    Raises BadInputError when the text is not TOML, a format is incomplete, or a slug, bit or code is there twice.
    """
    formats = tuple(
        Format(
            bit=record.number("bit"),
            slug=record.text("slug"),
            name=record.text("name"),
            kind=record.choice("kind", FormatKind),
            description=record.text("description"),
            position=position,
            meeting_guide=record.texts("meeting_guide"),
            naws=record.texts("naws"),
            na_keys=record.texts("na_keys"),
            aliases=record.texts("aliases"),
        )
        for position, record in enumerate(records(read_toml(source), "formats"))
    )
    _refuse_repeats("slug", (each.slug for each in formats))
    _refuse_repeats("bit", (str(each.bit) for each in formats))
    _refuse_repeats("meeting_guide", (code for each in formats for code in each.meeting_guide))
    _refuse_repeats("naws", (code for each in formats for code in each.naws))
    for each in formats:
        if not 0 <= each.bit < MAX_FORMATS:
            raise BadInputError("bit", f"Format {each.slug!r} has bit {each.bit}: give a number below {MAX_FORMATS}.")
    return formats


def load_catalogue(source: str | Path) -> FormatCatalogue:
    """Formats together with the foreign codes that are no formats here; raises as ``load_formats`` does."""
    specials = tuple(
        SpecialCode(
            means=record.choice("means", SpecialMeaning),
            meeting_guide=record.texts("meeting_guide"),
            naws=record.texts("naws"),
            na_keys=record.texts("na_keys"),
            aliases=record.texts("aliases"),
        )
        for record in records(read_toml(source), "special")
    )
    return FormatCatalogue(load_formats(source), specials)


class SeedRecord:
    """One table of a seed file, read key by key; a missing or odd value raises BadInputError naming the key."""

    __slots__ = ("_table", "_where")

    def __init__(self, table: Mapping[str, object], where: str) -> None:
        self._table = table
        self._where = where

    def text(self, key: str, default: str | None = None) -> str:
        """A text, not empty unless *default* is."""
        value = self._table.get(key, default)
        if not isinstance(value, str) or not (value.strip() or default == ""):
            raise BadInputError(key, f"{self._where} needs a text as {key!r}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; none when the key is absent."""
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise BadInputError(key, f"{self._where} needs a list of texts as {key!r}.")
        return tuple(value)

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._table.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise BadInputError(key, f"{self._where} needs a whole number as {key!r}.")
        return value

    def degrees(self, key: str) -> float:
        """A coordinate in degrees."""
        value = self._table.get(key)
        if not isinstance(value, float):
            raise BadInputError(key, f"{self._where} needs degrees as {key!r}.")
        return value

    def flag(self, key: str) -> bool:
        """Whether the key is there and true."""
        return self._table.get(key) is True

    def numbers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers; none when the key is absent."""
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise BadInputError(key, f"{self._where} needs a list of whole numbers as {key!r}.")
        return tuple(value)

    def choice(self, key: str, choices: type[Choice], default: Choice | None = None) -> Choice:
        """One value of a closed vocabulary."""
        text = self.text(key, None if default is None else default.value)
        try:
            return choices(text)
        except ValueError as error:
            known = ", ".join(choices)
            raise BadInputError(key, f"{self._where} has {key} {text!r}: choose one of {known}.") from error

    def names(self) -> tuple[str, ...]:
        """The keys that are there."""
        return tuple(self._table)

    def records(self, key: str) -> tuple["SeedRecord", ...]:
        """The tables below this one."""
        return records(self._table, key, where=self._where)


def read_toml(source: str | Path) -> Mapping[str, object]:
    """The tables of a TOML text or file; raises BadInputError with the line when it is not TOML."""
    text = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInputError("source", f"The seed file is not TOML: {error}.") from error


def records(tables: Mapping[str, object], key: str, *, where: str = "") -> tuple[SeedRecord, ...]:
    """The tables under *key*, each knowing its name or number for messages; none when the key is absent."""
    rows = tables.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInputError(key, f"{key!r} must be a list of tables.")
    return tuple(
        SeedRecord(row, f"{where} {key} {row.get('slug') or row.get('name') or number}".strip())
        for number, row in enumerate(rows, start=1)
    )


def _refuse_repeats(key: str, values: Iterable[str]) -> None:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise BadInputError(key, f"There twice as {key}: {', '.join(twice)}.")
