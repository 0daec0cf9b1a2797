"""Service bodies as BMLT clients know them: by their lasting numbers, as a tree.

A meeting of BMLT is always of a service body. So what is of none here is told under a body of the directory's own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from finder.domain.bmlt import NO_BODY

Document = Mapping[str, Any]
#: The service body of listings without one, on the shelf.
NOBODYS: Final = 0
NO_BODY_NAME: Final = "No service body"
NO_BODY_WORDS: Final = "Meetings that are of no service body of this directory."


@dataclass(frozen=True, slots=True)
class Body:
    """A service body: ``number`` is the lasting one, ``id`` the directory's own; ``parent`` is a number, 0: none."""

    id: int
    number: int
    slug: str
    name: str
    parent: int
    kind: str
    url: str
    helpline: str
    description: str
    world_id: str

    def record(self) -> dict[str, str]:
        """The body as GetServiceBodies tells it."""
        return {
            "id": str(self.number),
            "parent_id": str(self.parent),
            "name": self.name,
            "description": self.description,
            "type": self.kind,
            "url": self.url,
            "helpline": self.helpline,
            "world_id": self.world_id,
        }


class Bodies:
    """All service bodies of one vocabulary, and that of no body; what hangs in a circle is walked once."""

    def __init__(self, documents: Iterable[Document]) -> None:
        held = list(documents)
        numbers = {each["id"]: each["bmlt_id"] for each in held}
        nobodys = Body(NOBODYS, NO_BODY, "", NO_BODY_NAME, 0, "", "", "", NO_BODY_WORDS, "")
        self.by_number: dict[int, Body] = {NO_BODY: nobodys}
        self.by_slug: dict[str, Body] = {"": nobodys}
        self._below: dict[int, list[int]] = {}
        for each in held:
            body = Body(
                each["id"],
                each["bmlt_id"],
                each["slug"],
                each["name"],
                numbers.get(each["parent_id"], 0),
                each["kind"],
                each["url"],
                each["helpline"],
                each["description"],
                each["world_id"],
            )
            self.by_number[body.number] = self.by_slug[body.slug] = body
            self._below.setdefault(body.parent, []).append(body.number)
        self.by_id = {body.id: body for body in self.by_number.values()}

    def records(self, numbers: Iterable[int], *, with_nobodys: bool) -> list[dict[str, str]]:
        """Those of *numbers* that are known, ascending, as GetServiceBodies tells them; that of no body if used."""
        known = set(numbers) & self.by_number.keys() - (set() if with_nobodys else {NO_BODY})
        return [self.by_number[number].record() for number in sorted(known)]

    def of(self, document: Document) -> Body:
        """The body of a public document of a listing; one that is not known (any more) is as none."""
        return self.by_slug.get((document["service_body"] or {}).get("slug", ""), self.by_number[NO_BODY])

    def below(self, numbers: Iterable[int]) -> set[int]:
        """*numbers* and everything below them, however deep."""
        found: set[int] = set()
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting.extend(self._below.get(number, ()))
        return found

    def above(self, numbers: Iterable[int]) -> set[int]:
        """*numbers* and everything above them."""
        found: set[int] = set()
        for number in numbers:
            body = self.by_number.get(number)
            while body is not None and body.number not in found:
                found.add(body.number)
                body = self.by_number.get(body.parent)
        return found

    def ids(self, numbers: Iterable[int]) -> list[int]:
        """The directory's own ids of those that are known."""
        return [self.by_number[number].id for number in numbers if number in self.by_number]
