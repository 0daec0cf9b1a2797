"""What goes along with the form of a listing when a moderator edits, adds or closes one directly."""

from collections.abc import Sequence

from finder.web.forms.edit import LONGEST_REASON
from finder.web.forms.submit_fields import Carried, Choice, Choices, Line, required


class EditedForm(Carried):
    """What goes along with the form of a listing: why it is changed, and which state of it was edited."""

    reason = Line("Why", required("Say why: it is kept with the change."), limit=LONGEST_REASON)
    seen = Line("State", limit=16)

    @property
    def seen_revision(self) -> int:
        """The revision of the listing that was shown; 0 when that cannot be told."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() else 0


class AddedForm(Carried):
    """What goes along with the form of a new listing: whose it is, why, and that it is none that looks like it."""

    body = Choice("Service body", (), required("Choose whose listing it is."), limit=16)
    reason = Line("Why", required("Say why: it is kept with the listing."), limit=LONGEST_REASON)
    sure = Choices("None of those", ("yes",))

    #: What can be chosen: number and path of each service body.
    bodies: Sequence[tuple[int, str]] = ()

    def offer(self, bodies: Sequence[tuple[int, str]]) -> None:
        """Say which service bodies can be chosen. Call it before `process`."""
        self.bodies = bodies
        self.body.values = tuple(str(number) for number, _ in bodies)

    @property
    def number(self) -> int:
        """The number of the service body that was chosen."""
        return int(self.body.data)


class ClosedForm(Carried):
    """Why a listing leaves the finder."""

    close_reason = Line("Why", required("Say why: it is kept with the change."), limit=LONGEST_REASON)
