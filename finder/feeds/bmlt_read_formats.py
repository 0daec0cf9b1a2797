"""What the formats of a BMLT server stand for here, by their numbers and keys there."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from finder.domain.bmlt import FormatDraft, FormatName
from finder.domain.catalogue import FormatCatalogue, SpecialMeaning
from finder.domain.vocabulary import FormatKind
from finder.feeds.bmlt_languages import LANGUAGES
from finder.feeds.bmlt_read_bodies import read_number
from finder.feeds.meeting_guide_record import Record
from finder.feeds.rows import Remark, Remarks

MAX_FORMATS = 20_000
KEY_LENGTH = 64
MAX_DIGITS = 10
#: Lists of formats that are remembered are no longer than this.
SHORT = 300
#: Where a meeting says which formats it has.
FIELDS = ("format_shared_id_list", "formats")
DEFAULT_LANGUAGE = "en"
#: The world id of every format that names a language.
ANY_LANGUAGE = "LANG"
#: Keys that say more than the world id that servers give them: "speaker" of a speaker and discussion.
FINER_KEYS = frozenset({("SPK", "SD")})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a format says of a meeting: formats here, or its state; ``told`` when that says all that its key does."""

    key: str
    slugs: tuple[str, ...] = ()
    special: SpecialMeaning | None = None
    told: bool = False


@dataclass(slots=True)
class _Told:
    """A format as the answers tell of it: its names, those of the server's own language first."""

    number: int
    world_id: str = ""
    kind: str = ""
    names: dict[str, FormatName] = field(default_factory=dict)


class FormatReader:
    """The formats of one server; made once a feed.

    ``drafts`` are all of them with their names in every language, ``remarks`` what was not plain about them.
    """

    def __init__(
        self, rows: Sequence[Any], catalogue: FormatCatalogue, *, language: str = "", meetings: Iterable[Any] = ()
    ) -> None:
        remarks = Remarks()
        self._catalogue = catalogue
        self._specials = {name.casefold(): each.means for each in catalogue.specials for name in each.aliases}
        told = _told(rows, remarks, language or DEFAULT_LANGUAGE)
        used = _used(told, meetings)
        keys = _keys(told, used)
        meanings = {each.number: self._meaning(each) for each in told}
        slugs_of = {number: slugs for number, (slugs, _) in meanings.items()}
        named = {each.number for each in told if self._is_named(each, slugs_of[each.number])}
        standing = _standing(keys, slugs_of, catalogue, used=used, named=named)
        self.drafts = tuple(
            FormatDraft(
                number=each.number,
                key=keys[each.number],
                world_id=each.world_id,
                kind=each.kind,
                slug=standing.get(each.number),
                used=each.number in used,
                names=tuple(each.names.values()),
            )
            for each in told
        )
        self.remarks: list[Remark] = list(remarks.all())
        self._by_number = {
            number: Meaning(keys[number], slugs, special, told=number in standing or special is not None)
            for number, (slugs, special) in meanings.items()
        }
        self._keys_of = {each.number: {name.key for name in each.names.values()} for each in told}
        self._read_before: dict[tuple[Any, ...], tuple[Meaning, ...]] = {}
        self._by_key: dict[str, int] = {key: number for number, key in keys.items()}
        for each in told:
            for name in each.names.values():
                self._by_key.setdefault(name.key, each.number)

    def read(self, record: Record) -> tuple[Meaning, ...]:
        """What the formats of a meeting say, each once; one that the server does not tell of is known by its key."""
        said = tuple(record.raw(name) for name in FIELDS)
        if not all(each is None or isinstance(each, str) for each in said):
            return tuple(self._read(record))
        found = self._read_before.get(said)
        if found is None:
            found = tuple(self._read(record))
            known = all(each.told or each.key in self._by_key for each in found)
            if known and len(repr(said)) <= SHORT and len(self._read_before) < MAX_FORMATS:
                self._read_before[said] = found
        return found

    def _read(self, record: Record) -> Iterator[Meaning]:
        told = (text for text in record.texts("format_shared_id_list") if text.isascii() and text.isdigit())
        numbers = [int(text) for text in told if len(text) <= MAX_DIGITS]
        known = dict.fromkeys(number for number in numbers if number in self._by_number)
        explained = {key for number in known for key in self._keys_of[number]}
        for key in dict.fromkeys(key for key in record.texts("formats") if key and key not in explained):
            if key in self._by_key:
                known[self._by_key[key]] = None
                continue
            slugs, special = self._catalogue.na_keys.get(key, ()), self._catalogue.special_na_keys.get(key)
            if not slugs and special is None:
                record.remarks.add("formats", key, "is not a format known here: kept as it stands, not searchable")
            yield Meaning(record.fit("formats", key, KEY_LENGTH), slugs, special, told=bool(slugs or special))
        yield from (self._by_number[number] for number in known)

    def _meaning(self, told: _Told) -> tuple[tuple[str, ...], SpecialMeaning | None]:
        """Slugs, or a special meaning: by the world id, by a stock key that does not contradict it, by a name."""
        catalogue, world = self._catalogue, told.world_id
        keys, names = [each.key for each in told.names.values()], [each.name for each in told.names.values()]
        special = catalogue.special_naws.get(world)
        for key in keys:
            special = special or (catalogue.special_na_keys.get(key) if not world else None)
        for name in names:
            special = special or (self._specials.get(name.casefold()) if not world else None)
        if special is not None:
            return (), special
        for key in keys:
            slugs = catalogue.na_keys.get(key, ())
            if slugs and all(self._agrees(slug, key, world) for slug in slugs):
                return slugs, None
        if world and world != ANY_LANGUAGE:
            slug = catalogue.naws.get(world)
            return ((slug,) if slug else ()), None
        for name in names:
            found = catalogue.by_name(name)
            if found is not None and (not world or found.kind is FormatKind.LANGUAGE):
                return (found.slug,), None
        language = next((LANGUAGES[key.casefold()] for key in keys if key.casefold() in LANGUAGES), "")
        if language in catalogue.by_slug and (world or told.kind == ANY_LANGUAGE):
            return (language,), None
        slug = catalogue.naws.get(world)
        return ((slug,) if slug else ()), None

    def _is_named(self, told: _Told, slugs: tuple[str, ...]) -> bool:
        """Whether a format is called what the one here is called that it means."""
        found = (self._catalogue.by_name(name.name) for name in told.names.values())
        return any(each is not None and each.slug in slugs for each in found)

    def _agrees(self, slug: str, key: str, world: str) -> bool:
        """Whether a stock key means *slug* on a server that gives it the world id *world*."""
        each = self._catalogue.by_slug[slug]
        language = world == ANY_LANGUAGE and each.kind is FormatKind.LANGUAGE
        return not world or world in each.naws or language or (world, key) in FINER_KEYS


def _told(rows: Sequence[Any], remarks: Remarks, language: str) -> list[_Told]:
    """The formats in the order of their numbers."""
    found: dict[int, _Told] = {}
    for row in rows[:MAX_FORMATS]:
        record = Record(row if isinstance(row, Mapping) else {}, remarks)
        number = read_number(record, "id", "shared_id_bigint")
        key = record.line("key_string", limit=KEY_LENGTH).replace(",", " ").strip()
        if number is None or not key:
            remarks.add("format", row, "has no number or no key: left out")
            continue
        each = found.setdefault(number, _Told(number))
        each.world_id = each.world_id or record.line("world_id", "worldid_mixed", limit=64)
        each.kind = each.kind or record.line("format_type_enum", limit=16)
        spoken = record.line("lang", "lang_enum", limit=16) or language
        name, description = record.line("name_string"), record.notes("description_string")
        each.names.setdefault(spoken, FormatName(spoken, key, name, description))
    if len(rows) > MAX_FORMATS:
        remarks.add("format", len(rows), f"are more than {MAX_FORMATS:,}: the rest was left out")
    for each in found.values():
        order = sorted(each.names, key=lambda spoken: (spoken != language, spoken != DEFAULT_LANGUAGE, spoken))
        each.names = {spoken: each.names[spoken] for spoken in order}
    return [found[number] for number in sorted(found)]


def _keys(told: Sequence[_Told], used: Collection[int]) -> dict[int, str]:
    """A key for each number, unlike that of every other: the one of the server's own language where it can be.

    Those that meetings have come first.
    """
    keys: dict[int, str] = {}
    taken: set[str] = set()
    for each in sorted(told, key=lambda each: each.number not in used):
        wanted = [name.key for name in each.names.values()]
        free = next((key for key in wanted if key not in taken), f"{wanted[0][:50]}#{each.number}")
        keys[each.number] = free
        taken.add(free)
    return keys


def _used(told: Sequence[_Told], meetings: Iterable[Any]) -> frozenset[int]:
    """The numbers of the formats that any of *meetings* has, by number or by key."""
    known = {str(each.number) for each in told} | {name.key for each in told for name in each.names.values()}
    said: set[str] = set()
    seen: set[str] = set()
    for meeting in meetings:
        for text in (meeting.get(name) for name in FIELDS) if isinstance(meeting, dict) else ():
            if isinstance(text, str) and text not in seen:
                said |= known.intersection(part.strip() for part in text.split(","))
                if len(text) <= SHORT and len(seen) < MAX_FORMATS:
                    seen.add(text)
    numbers = frozenset(each.number for each in told if str(each.number) in said)
    return numbers or frozenset(each.number for each in told if any(name.key in said for name in each.names.values()))


def _standing(
    keys: Mapping[int, str],
    slugs: Mapping[int, tuple[str, ...]],
    catalogue: FormatCatalogue,
    *,
    used: Collection[int],
    named: Collection[int],
) -> dict[int, str]:
    """Which number stands for which slug: of several one that meetings have, of a stock key or name, else the first."""
    best: dict[str, tuple[bool, int, bool, int]] = {}
    for number, meant in slugs.items():
        if len(meant) == 1:
            stock = catalogue.by_slug[meant[0]].na_keys
            rank = stock.index(keys[number]) if keys[number] in stock else len(stock)
            own = (number not in used, rank, number not in named, number)
            best[meant[0]] = min(best.get(meant[0], own), own)
    return {number: slug for slug, (*_, number) in best.items()}
