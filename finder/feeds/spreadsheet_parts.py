"""What stands beside the cells of a workbook: where its sheets are, its texts, which styles are dates."""

import posixpath
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from finder.feeds.payload import Spool
from finder.feeds.rows import FeedError
from finder.feeds.spreadsheet_xml import AS_CSV, tell

MAX_CELL_LENGTH = 100_000
MAX_TEXTS = 1_000_000
MAX_STYLES = 65_000
MAX_SHEETS = 1_000
#: Texts that are held together in memory while they are read.
LARGE = 2**16
MAIN = "xl/workbook.xml"

#: The pieces of a part by its path; none for one that is not there.
Parts = Callable[[str], Iterator[bytes]]

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|[_*].', re.IGNORECASE)
_LASTING = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


class Kind(Enum):
    """What a number in a cell is."""

    NUMBER = 0
    MOMENT = 1
    LENGTH = 2


#: Formats that spreadsheet programs know by number.
BUILT_IN = {**dict.fromkeys((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)), Kind.MOMENT), 46: Kind.LENGTH}


@dataclass(slots=True)
class Book:
    """The paths of what is in a workbook; ``sheets`` are those that are seen, in their order."""

    sheets: list[str] = field(default_factory=list)
    texts: str = "xl/sharedStrings.xml"
    styles: str = "xl/styles.xml"
    since_1904: bool = False


class Collected:
    """The text between a tag and its end, no longer than a cell may be."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """One more piece. Raises FeedError."""
        self._length += len(piece)
        if self._length > MAX_CELL_LENGTH:
            raise FeedError(f"A cell of the spreadsheet is longer than {MAX_CELL_LENGTH:,} characters.")
        self._pieces.append(piece)

    def taken(self) -> str:
        """All of it; then it is empty."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return text


def unescaped(text: str) -> str:
    """*text* with the characters that XML cannot hold, which are written as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class Texts:
    """The texts that cells name by number, in a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._spool, self._ends = Spool(), array("Q", [0])
        self._held: list[bytes] = []
        self._holding = 0
        self._of_text, self._aside = False, 0
        self._collected = Collected()
        tell(pieces, self)
        self._flush()

    def __getitem__(self, number: int) -> str:
        """Raises IndexError."""
        if not 0 <= number < len(self._ends) - 1:
            raise IndexError
        start, end = self._ends[number], self._ends[number + 1]
        return self._spool.read(start, end - start).decode("utf-8", "surrogatepass") if end > start else ""

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """A tag begins."""
        self._aside += name == "rPh"  # how it is said, beside what is said
        self._of_text = name == "t" and not self._aside

    def end(self, name: str) -> None:
        """A tag ends."""
        self._of_text = False
        self._aside -= name == "rPh"
        if name != "si":
            return
        text = unescaped(self._collected.taken()).encode("utf-8", "surrogatepass")
        if len(self._ends) > MAX_TEXTS:
            raise FeedError(
                f"The spreadsheet has more than {MAX_TEXTS:,} texts: more than a list of meetings. {AS_CSV}"
            )
        self._ends.append(self._ends[-1] + len(text))
        self._held.append(text)
        self._holding += len(text)
        if self._holding > LARGE or len(self._held) > LARGE:
            self._flush()

    def text(self, piece: str) -> None:
        """A piece of text."""
        if self._of_text:
            self._collected.add(piece)

    def _flush(self) -> None:
        self._spool.write(b"".join(self._held))
        self._held.clear()
        self._holding = 0


class _Tags:
    """The tags of a small part, with their attributes."""

    def __init__(self, pieces: Iterable[bytes], wanted: Iterable[str]) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self._wanted = frozenset(wanted)
        tell(pieces, self)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in self._wanted and len(self.found) <= MAX_STYLES:
            kept = {key.rpartition(":")[2]: value[:500] for key, value in list(attributes.items())[:20]}
            self.found.append((name, kept))

    def end(self, name: str) -> None:
        pass

    def text(self, piece: str) -> None:
        pass


def read_book(part: Parts) -> Book:
    """Where everything is. Raises FeedError for parts that are broken."""
    roots = _related(part, "_rels/.rels", "")
    main = next((path for kind, path in roots.values() if kind == "officeDocument"), MAIN)
    folder, name = posixpath.split(main)
    related = _related(part, f"{folder}/_rels/{name}.rels", folder)
    book = Book()
    for kind, path in related.values():
        if kind == "sharedStrings":
            book.texts = path
        elif kind == "styles":
            book.styles = path
    for tag, told in _Tags(part(main), ("sheet", "workbookPr")).found[:MAX_SHEETS]:
        if tag == "workbookPr":
            book.since_1904 = told.get("date1904", "").casefold() in {"1", "true", "on"}
        elif told.get("state", "visible") == "visible":
            kind, path = related.get(told.get("id", ""), ("", ""))
            if kind == "worksheet":
                book.sheets.append(path)
    return book


def _related(part: Parts, path: str, folder: str) -> dict[str, tuple[str, str]]:
    """Kinds and paths of the parts that another one, in *folder*, refers to, by its names for them."""
    return {
        told.get("Id", ""): (
            told.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, told.get("Target", ""))).lstrip("/"),
        )
        for _, told in _Tags(part(path), ("Relationship",)).found
        if told.get("TargetMode") != "External"
    }


class _Styles(_Tags):
    """The formats of numbers, and which style has which."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.kinds: list[Kind] = []
        self._codes: dict[str, Kind] = {}
        self._of_cells = False
        super().__init__(pieces, ())

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and len(self._codes) < MAX_STYLES:
            self._codes[attributes.get("numFmtId", "")[:10]] = _kind_of(attributes.get("formatCode", "")[:500])
        elif name == "cellXfs":
            self._of_cells = True
        elif name == "xf" and self._of_cells and len(self.kinds) < MAX_STYLES:
            number = attributes.get("numFmtId", "0")[:10]
            known = BUILT_IN.get(int(number), Kind.NUMBER) if number.isdecimal() else Kind.NUMBER
            self.kinds.append(self._codes.get(number, known))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._of_cells = False


def _kind_of(code: str) -> Kind:
    """What a number is that is written by *code*, as in "yyyy-mm-dd" or "[h]:mm"."""
    bare = _NOT_FORMAT.sub("", code).split(";")[0].casefold()
    if _LASTING.search(bare):
        return Kind.LENGTH
    return Kind.MOMENT if bare != "general" and any(letter in bare for letter in "dmyhs") else Kind.NUMBER


def read_styles(pieces: Iterable[bytes]) -> list[Kind]:
    """What the numbers in cells are, by the number of their style."""
    return _Styles(pieces).kinds
