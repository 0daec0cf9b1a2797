"""The forms around a listing: who sends it, exceptions for dates, closing, confirming, reporting a problem."""

import datetime as dt

from wtforms.validators import StopValidation

from finder.domain.asked import Fields
from finder.domain.errors import BadInputError
from finder.domain.names import check_name
from finder.domain.vocabulary import OverrideKind
from finder.web.forms.listing import clock, date, minutes_between
from finder.web.forms.submit_fields import Carried, Choice, Line, Text, mail_address, required

NOTE = 2000
PROBLEMS = {
    "nobody_there": "Nobody was there",
    "door_locked": "The door was locked",
    "wrong_time": "The time is wrong",
    "wrong_place": "The place is wrong",
    "link_dead": "The link or phone does not work",
    "closed": "It has closed for good",
    "other": "Something else",
}


class SenderForm(Carried):
    """Who sends it. The address is proven by a link; the name is a first name and an initial at most."""

    contact_name = Line("Your first name", limit=60)
    email: Line | None = Line(
        "Your mail address", required("Enter your mail address: we send a link to it."), mail_address, limit=254
    )
    effective_date: Line | None = Line("From which date it holds", limit=16)
    note = Text("A word to the moderators", limit=NOTE)

    def validate_contact_name(self, field: Line) -> None:
        """A first name and an initial at most."""
        try:
            field.data = check_name(field.data or "")
        except BadInputError as error:
            raise StopValidation(error.message) from None

    def validate_effective_date(self, field: Line) -> None:
        """A date."""
        field.data = date(field.data)

    def known(self, email: str) -> None:
        """Ask for no address: *email* is proven already."""
        if email:
            del self.email

    @property
    def address(self) -> str:
        """The address that was given, "" when none was asked for."""
        return str(self.email.data) if self.email is not None else ""

    @property
    def from_date(self) -> dt.date | None:
        """The date from which it holds."""
        typed = self.effective_date.data if self.effective_date is not None else ""
        return dt.date.fromisoformat(typed) if typed else None


class UndatedSenderForm(SenderForm):
    """Who sends what holds at once, or says its dates itself."""

    effective_date = None


class ExceptionForm(Carried):
    """What is different, from which date to which."""

    exception_kind = Choice(
        "What is different", [kind.value for kind in OverrideKind], required("Choose what is different.")
    )
    first_date = Line("From", required("Enter the first date."), limit=16)
    last_date = Line("To", limit=16)
    place = Line("Where instead", limit=200)
    start = Line("Starts", limit=16)
    end = Line("Ends", limit=16)
    public_note = Text("What people should read", limit=500)

    def validate_first_date(self, field: Line) -> None:
        """A date."""
        field.data = date(field.data)

    def validate_last_date(self, field: Line) -> None:
        """A date that is not before the first."""
        field.data = date(field.data)
        if field.data and self.first_date.data and field.data < self.first_date.data:
            raise StopValidation("The last date lies before the first: change one of them.")

    def validate_place(self, field: Line) -> None:
        """Moved means somewhere."""
        if self.exception_kind.data == OverrideKind.MOVED.value and not field.data:
            raise StopValidation("Enter where it meets instead.")

    def validate_start(self, field: Line) -> None:
        """Another time means a time."""
        if self.exception_kind.data == OverrideKind.OTHER_TIME.value and not field.data:
            raise StopValidation("Enter when it starts instead.")
        if field.data:
            field.data = clock(field.data)

    def validate_end(self, field: Line) -> None:
        """A time."""
        if field.data:
            field.data = clock(field.data)

    def fields(self) -> Fields:
        """The exception as fields of `EXCEPTION_FIELDS`."""
        start, end = self.start.data or None, self.end.data or None
        return {
            "exception_kind": self.exception_kind.data,
            "first_date": self.first_date.data,
            "last_date": self.last_date.data or self.first_date.data,
            "start": start,
            "duration_min": minutes_between(start, end) if start and end else None,
            "place": self.place.data,
            "note": self.public_note.data,
        }


class ProblemForm(Carried):
    """What is wrong. Anybody may say so, without an address."""

    problem = Choice("What is wrong", list(PROBLEMS), required("Choose what is wrong."))
    note = Text("More, if you like", limit=NOTE)
    email = Line("Your mail address, if you want an answer", mail_address, limit=254)


class AddressForm(Carried):
    """A mail address alone."""

    email = Line("Your mail address", required("Enter your mail address."), mail_address, limit=254)


class AnswerForm(Carried):
    """A word to the moderators."""

    text = Text("Your answer", required("Write your answer."), limit=4000)
