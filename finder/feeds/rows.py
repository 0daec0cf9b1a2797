"""What a feed brings, row by row: a draft where one can be made, and a remark for everything that was not plain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from finder.domain.bmlt import BodyDraft, FormatDraft
from finder.domain.catalogue import FormatCatalogue
from finder.domain.errors import FinderError
from finder.domain.listing import ListingDraft

#: More rows than any federation publishes; past it the feed is broken or hostile.
MAX_ROWS = 200_000
MAX_VALUE_LENGTH = 200
#: Remarks that are kept of one row, or of what stands beside the rows.
MAX_REMARKS = 200
#: So many refused rows and hardly another are no list of meetings.
MAX_REFUSED, TAKEN_SHARE = 20_000, 0.1


class FeedError(FinderError):
    """A payload that cannot be read as a feed at all; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one row: the field as the feed names it, its value (shortened), and why it is mentioned."""

    field: str
    value: str
    reason: str
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a feed, numbered from 1, of a table as in its sheet; ``key`` is its source key.

    ``key_field`` is the field that the key stands in, "" where it is made of what the row says. ``draft`` is None when
    it was refused; ``title`` is what people know such a row by. ``told_in`` is the path of its service body as its
    source has the tree, where that was laid over the one here.
    """

    number: int
    draft: ListingDraft | None
    key: str = ""
    key_field: str = ""
    title: str = ""
    remarks: tuple[Remark, ...] = ()
    told_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A whole feed in its order; ``note`` says what was remarkable about the payload itself.

    ``bodies`` (each after the one above it) and ``formats`` are what some feeds tell beside their rows; ``remarks`` are
    about those.
    """

    rows: tuple[Row, ...]
    note: str = ""
    bodies: tuple[BodyDraft, ...] = ()
    formats: tuple[FormatDraft, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeOptions:
    """What a feed does not say about itself: program slug, IANA zone, ISO country, service body.

    ``region`` is put above the regions of its rows, and ``service_body`` above the bodies that it tells of. ``hosts``
    are services that join links may lead to beside the known ones.
    """

    program: str
    catalogue: FormatCatalogue
    zone: str | None = None
    country: str = ""
    service_body: str = ""
    region: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    max_rows: int = MAX_ROWS


def unique_keys(rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows; the second of a key becomes ``key#2``, in the order of the feed, with a remark on its field."""
    seen: set[str] = set()
    last: dict[str, int] = {}
    for row in rows:
        if not row.key or row.key not in seen:
            seen.add(row.key)
            yield row
            continue
        number = last.get(row.key, 1) + 1
        while (key := f"{row.key}#{number}") in seen:
            number += 1
        last[row.key] = number
        seen.add(key)
        remark = Remark(row.key_field, shown(row.key), _repeated(row.key_field, kept_as=key))
        draft = row.draft and replace(row.draft, source_key=key)
        yield replace(row, key=key, draft=draft, remarks=(*row.remarks, remark))


def _repeated(field: str, *, kept_as: str) -> str:
    twice = (
        "is given to more than one row" if field else "is what more than one row is known by, since they say the same"
    )
    return f"{twice}: this one is kept as {shown(kept_as)}"


def believable(rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows; raises FeedError when very many of them, and hardly any other, cannot be taken."""
    taken = refused = kept = 0
    for row in rows:
        taken += row.draft is not None
        if row.draft is None:
            refused += 1
            kept += max(1, len(row.remarks))
            if kept > MAX_REFUSED and taken < TAKEN_SHARE * (taken + refused):
                about = next(
                    (f"{each.field} {each.reason}".strip() for each in row.remarks if each.refused), "it is odd"
                )
                raise FeedError(
                    f"Of its first {taken + refused:,} rows {refused:,} cannot be taken; the last, because {about}. "
                    "Is it a list of meetings?"
                )
        yield row


class Remarks:
    """Collects the remarks of one row; of very many the first."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: list[Remark] = []

    def add(self, field: str, value: object, reason: str) -> None:
        """Note something about a row that is taken."""
        if len(self._found) < MAX_REMARKS:
            self._found.append(Remark(field, shown(value), reason))

    def refuse(self, field: str, value: object, reason: str) -> None:
        """Note why a row cannot be taken."""
        self._found.append(Remark(field, shown(value), reason, refused=True))

    def all(self) -> tuple[Remark, ...]:
        """Every remark so far, in order."""
        return tuple(self._found)


def shown(value: object) -> str:
    """*value* as a report can print it: one printable line of at most MAX_VALUE_LENGTH characters."""
    text = value if isinstance(value, str) else "" if value is None else _outline(value)
    line = "".join(letter if letter.isprintable() else " " for letter in text[: MAX_VALUE_LENGTH * 2]).strip()
    return line if len(line) <= MAX_VALUE_LENGTH else line[: MAX_VALUE_LENGTH - 1] + "…"


def _outline(value: object) -> str:
    """A container by its first things only: a hostile one may hold a million."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(str(key)[:40] for key in list(value)[:5]) + "}"
    if isinstance(value, Sequence):
        return ", ".join(str(item)[:40] for item in value[:10])
    return str(value)
