"""A window on a text that comes in pieces: what was read is let go, and every place in it has a line and a column."""

from collections.abc import Iterator


class Window:
    """``text`` from ``place`` on is what has not been read yet; `more` brings the next piece."""

    def __init__(self, pieces: Iterator[str], *, returns: bool = False) -> None:
        r"""*returns*: a line may also end with \r."""
        self.text, self.place, self.ended = "", 0, False
        self._pieces, self._returns = pieces, returns
        self._line, self._column = 1, 1

    def more(self) -> bool:
        """Read on; False at the end."""
        if self.ended:
            return False
        self._line, self._column = self.where(self.place)
        piece = next(self._pieces, None)
        self.ended = piece is None
        self.text, self.place = self.text[self.place :] + (piece or ""), 0
        return not self.ended

    def left(self) -> int:
        """How many characters of what was brought have not been read."""
        return len(self.text) - self.place

    def where(self, place: int) -> tuple[int, int]:
        """Line and column of a *place* in ``text``, from 1."""
        before = self.text[:place]
        if self._returns and "\r" in before:
            before = before.replace("\r\n", "\n").replace("\r", "\n")
        lines = before.count("\n")
        return self._line + lines, len(before) - before.rfind("\n") if lines else self._column + len(before)
