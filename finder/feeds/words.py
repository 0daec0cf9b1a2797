"""The vocabulary of the directory as a feed needs it: names and codes by slug."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from finder.domain.text import in_path
from finder.feeds.document import Document

SEPARATOR = " > "


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Public documents of the vocabulary: programs, formats and service bodies by slug, formats as BMLT has them."""

    programs: Mapping[str, Document] = field(default_factory=dict)
    formats: Mapping[str, Document] = field(default_factory=dict)
    bodies: Mapping[str, Document] = field(default_factory=dict)
    bmlt_formats: tuple[Document, ...] = ()

    @classmethod
    def read(cls, documents_of: Callable[[str], Iterable[bytes]]) -> "Words":
        """Read them; *documents_of* gives the JSON documents of one kind of the vocabulary."""
        kinds = ("program", "format", "service_body")
        programs, formats, bodies = (_by_slug(map(orjson.loads, documents_of(kind))) for kind in kinds)
        numbered = tuple(map(orjson.loads, documents_of("bmlt_format")))
        return cls(programs=programs, formats=formats, bodies=bodies, bmlt_formats=numbered)

    def program(self, slug: str) -> str:
        """The name of a program; its slug when it is not known."""
        return str(self.programs.get(slug, {}).get("name") or slug)

    def format(self, slug: str) -> str:
        """The name of a format; its slug when it is not known."""
        return str(self.formats.get(slug, {}).get("name") or slug)

    def bmlt_key(self, slug: str, *, source: str) -> str:
        """The key by which BMLT clients of that source know a format, else its key of the directory's own, else ""."""
        keys = {each["source"]: str(each["key"]) for each in reversed(self.bmlt_formats) if each["format"] == slug}
        return keys.get(source) or keys.get("", "")

    def bmlt_name(self, key: str, *, source: str) -> str:
        """What a format of that source is called, in English if it is named in it; *key* where it is not known."""
        for each in self.bmlt_formats:
            if (each["source"], each["key"]) == (source, key):
                names = [each["names"].get("en", {}), *each["names"].values()]
                return next((str(said["name"]) for said in names if said.get("name")), key)
        return key

    def body_path(self, slug: str) -> str:
        """A service body with those above it: "Region > Area"; "" when it is not known."""
        return SEPARATOR.join(in_path(body["name"]) for body in reversed(list(self.bodies_above(slug))))

    def bodies_above(self, slug: str) -> Iterator[Document]:
        """The service body, then those above it to the top."""
        by_id = {body["id"]: body for body in self.bodies.values()}
        body, seen = self.bodies.get(slug), set[int]()
        while body is not None and body["id"] not in seen:
            seen.add(body["id"])
            yield body
            body = by_id.get(body["parent_id"])

    def bodies_below(self, number: int) -> list[Document]:
        """The service body with that id, and everything below it."""
        found: list[Document] = [body for body in self.bodies.values() if body["id"] == number]
        for body in found:  # it grows while it is walked
            found += [each for each in self.bodies.values() if each["parent_id"] == body["id"] and each not in found]
        return found


def _by_slug(documents: Iterable[dict[str, Any]]) -> dict[str, Document]:
    return {document["slug"]: document for document in documents}
