"""Numbers for things in the order in which they are first met."""


class Numbering(dict[str, int]):
    """Gives every new key the next number, from 0."""

    def __missing__(self, key: str) -> int:
        number = self[key] = len(self)
        return number
