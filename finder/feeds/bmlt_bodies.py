"""Service bodies as BMLT clients know them: by their lasting numbers, as a tree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]


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
    """All service bodies of one vocabulary; what hangs in a circle is walked once."""

    def __init__(self, documents: Iterable[Document]) -> None:
        held = list(documents)
        numbers = {each["id"]: each["bmlt_id"] for each in held}
        self.by_number: dict[int, Body] = {}
        self.by_slug: dict[str, Body] = {}
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
