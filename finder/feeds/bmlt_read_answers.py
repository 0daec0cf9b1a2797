"""The answers of a BMLT server, told apart by what is in them: one of them, or several.

Several come by name, each as the server gave it, or in one object that holds answers by any name: as JSON values, or as
short texts that hold JSON (so that a broken answer is named with its own line and column). Meetings are put aside as
they are read, and of what stands beside them only what says something is held.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from finder.feeds.json_scan import MAX_ITEM, JsonText
from finder.feeds.payload import KeptRows, Payload
from finder.feeds.rows import FeedError, shown

#: Answers in one payload: a format list in every language, and the rest.
MAX_ANSWERS = 200
MAX_DEPTH = 3
#: Rows and characters of what is told beside the meetings.
MAX_BESIDE, MAX_BESIDE_LENGTH = 20_000, 4 * 2**20

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?")

#: Fields by which a row is known for one of the four kinds; the first kind that has one of them counts.
MARKS = {
    "meetings": ("id_bigint", "weekday_tinyint", "meeting_name"),
    "formats": ("key_string", "shared_id_bigint"),
    "bodies": ("parent_id",),
    "info": ("versionInt", "langs", "nativeLang"),
}
#: What is held of formats and of bodies.
FORMAT_FIELDS = frozenset(
    {
        *("id", "shared_id_bigint", "key_string", "name_string", "description_string", "lang", "lang_enum"),
        *("world_id", "worldid_mixed", "format_type_enum"),
    }
)
_Sized = tuple[Any, int]  # a row, and how long it was

BODY_FIELDS = frozenset({"id", "id_bigint", "parent_id", "name", "description", "type", "url", "helpline", "world_id"})


@dataclass(slots=True)
class Answers:
    """Rows of each kind; ``told`` says whether there was a list that could be one of meetings."""

    max_rows: int
    meetings: KeptRows = field(default_factory=KeptRows)
    told: bool = False
    formats: list[Any] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    info: Mapping[str, Any] = field(default_factory=dict)
    beside: int = 0

    def add(self, kind: str, row: Any, length: int) -> None:  # noqa: ANN401 - JSON is any
        """Hold one more *row*, which was *length* characters long."""
        if kind == "meetings":
            self.told = True
            if self.meetings.count == self.max_rows:
                raise FeedError(
                    f"The answers hold more than {self.max_rows:,} meetings: more than one source can have."
                )
            self.meetings.add(row)
            return
        if kind == "other":
            return
        self.beside += length
        if self.beside > MAX_BESIDE_LENGTH:
            raise FeedError("More is told beside the meetings than formats and service bodies can be.")
        if kind == "info":
            self.info = self.info or (row if isinstance(row, dict) else {})
            return
        held, wanted = (self.formats, FORMAT_FIELDS) if kind == "formats" else (self.bodies, BODY_FIELDS)
        if len(held) <= MAX_BESIDE:  # one more tells that there were more
            held.append(_told(row, wanted))


def read_languages(payload: Payload) -> list[str]:
    """The languages that an answer to GetServerInfo names, each once. Raises FeedError when it is broken."""
    found = Answers(MAX_ANSWERS)
    with _named("GetServerInfo"):
        _read("GetServerInfo", payload, found, depth=1)
    told = found.info.get("langs")
    words = told.split(",") if isinstance(told, str) else told if isinstance(told, list) else []
    return list(
        dict.fromkeys(word.strip() for word in words if isinstance(word, str) and _LANGUAGE.fullmatch(word.strip()))
    )


def read_answers(answers: Payload | Mapping[str, Payload], *, max_rows: int) -> Answers:
    """What is in *answers*. Raises FeedError when one is broken, or there is no list of meetings."""
    found = Answers(max_rows)
    if not isinstance(answers, Mapping):
        answers = {"": answers}
    for name, payload in answers.items():
        with _named(name):
            _read(name, payload, found, depth=1 if name else 0)
    found.meetings.flush()
    if not found.told:
        raise FeedError("There is no list of meetings in it: the answer to GetSearchResults is missing.")
    return found


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Says which answer a reason is about."""
    try:
        yield
    except FeedError as error:
        raise FeedError(f"{shown(name)[:60]}: {error}" if name else str(error)) from error


def _read(name: str, payload: Payload, found: Answers, *, depth: int) -> None:
    text = JsonText(payload)
    _take(name, text, found, depth=depth)
    text.end()


def _take(name: str, text: JsonText, found: Answers, *, depth: int) -> None:
    """Hold what the next value of *text* tells."""
    mark = text.peek()
    if mark == "[":
        _add_all(name, _list(name, text, found), found)
    elif mark == "{" and depth < MAX_DEPTH:
        _object(name, text, found, depth=depth)
    else:
        text.item()


def _object(name: str, text: JsonText, found: Answers, *, depth: int) -> None:
    """An object that is the answer to GetServerInfo, or holds answers."""
    lists: list[tuple[str, list[_Sized]]] = []
    values: dict[str, Any] = {}
    held = 0
    for count, part in enumerate(text.names(), start=1):
        if count > MAX_ANSWERS:
            raise FeedError(f"It is an object of more than {MAX_ANSWERS} parts: these are not the answers of a server.")
        inner, mark = part if depth == 0 else name or part, text.peek()
        if mark == "[":
            lists.append((inner, _list(inner, text, found)))
            held += sum(length for _, length in lists[-1][1])
        elif mark == "{":
            _take(inner, text, found, depth=depth + 1)
        else:
            values[part] = text.item()
            held += text.length
        if held > MAX_BESIDE_LENGTH:
            raise FeedError("More is told beside the meetings than formats and service bodies can be.")
    if _kind(values) == "info":
        found.info = values | {part: [row for row, _ in rows] for part, rows in lists}
        return
    for inner, rows in lists:
        _add_all(inner, rows, found)
    for part, value in values.items():
        if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
            inner = part if depth == 0 else name or part
            with _named(inner if depth == 0 else ""):
                _read(inner, value.encode("utf-8", "surrogatepass"), found, depth=depth + 1)


def _list(name: str, text: JsonText, found: Answers) -> list[_Sized]:
    """Hold the rows of a list; those of one in which nothing tells what it is are given back, when they are few."""
    kind = ""
    waiting: list[_Sized] = []
    held = 0
    for row in text.rows(found.max_rows):
        kind = kind or _kind(row)
        waiting.append((row, text.length))
        held += text.length
        if not kind and (len(waiting) > MAX_ANSWERS or held > MAX_ITEM):
            kind = _kind_by_name(name, told=True)
        if kind:
            for each, length in waiting:
                found.add(kind, each, length)
            waiting.clear()
            held = 0
    if kind == "meetings" or (not waiting and not kind and _kind_by_name(name, told=False) == "meetings"):
        found.told = True
    return waiting


def _add_all(name: str, rows: list[_Sized], found: Answers) -> None:
    kind = _kind_by_name(name, told=True)
    for row, length in rows:
        found.add(kind, row, length)


def _kind(row: Any) -> str:  # noqa: ANN401 - JSON is any
    if not isinstance(row, dict):
        return ""
    return next((kind for kind, marks in MARKS.items() if any(mark in row for mark in marks)), "")


def _kind_by_name(name: str, *, told: bool) -> str:
    """The kind of a list that is empty, or (*told*) of unknown rows: meetings unless its name says otherwise."""
    word = name.casefold()
    other = any(part in word for part in ("format", "bod", "info", "change", "key", "value", "coverage"))
    if other or (name and not told and "search" not in word and "meeting" not in word):
        return "other"
    return "meetings"


def _told(row: Any, fields: frozenset[str]) -> Any:  # noqa: ANN401 - JSON is any
    """What *row* says in *fields*, as far as those are plain."""
    if not isinstance(row, dict):
        return None
    return {name: value for name, value in row.items() if name in fields and not isinstance(value, list | dict)}
