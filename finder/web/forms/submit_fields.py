"""Fields of the forms that facilitators fill in: strings as they were typed, kept whatever is wrong with them."""

import re
from collections.abc import Sequence
from typing import Any

from wtforms import Field, Form
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from finder.domain.errors import BadInputError
from finder.mail.address import one_address
from finder.web.forms.account import Faulty

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def storable(text: str) -> str:
    """*text* without what no database keeps; hidden characters stay, for moderators to see."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


class Line(Field):  # type: ignore[misc]  # WTForms brings no types
    """One line of text, at most *limit* characters."""

    widget = TextInput()

    def __init__(self, label: str, *checks: Any, limit: int = 255, **options: Any) -> None:  # noqa: ANN401
        super().__init__(label, list(checks), default="", **options)
        self.limit = limit

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed; line breaks become blanks."""
        self.data = " ".join(storable(valuelist[0]).split("\n")) if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        """Refuse what is too long; it stays in the form."""
        del form
        if len(self.data or "") > self.limit:
            raise StopValidation(f"{self.label.text}: shorten this to {self.limit} characters.")


class Text(Line):
    """Several lines of text."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed, with its line breaks."""
        self.data = storable(valuelist[0]) if valuelist else ""


class Choice(Line):
    """One of *values*; what else comes is a fault."""

    def __init__(self, label: str, values: Sequence[str], *checks: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(label, *checks, **options)
        self.values = tuple(values)

    def pre_validate(self, form: Form) -> None:
        """Refuse what cannot be chosen."""
        del form
        if self.data and self.data not in self.values:
            raise StopValidation(f"{self.label.text}: choose one of those offered.")


class Choices(Field):  # type: ignore[misc]  # WTForms brings no types
    """Any number of *values*; ``data`` is a list of those chosen, in the order of *values*."""

    def __init__(self, label: str, values: Sequence[str] = (), *checks: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(label, list(checks), default=list, **options)
        self.values = tuple(values)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked; what is not offered counts for nothing."""
        chosen = {text.strip() for text in valuelist[:400]}
        self.data = [value for value in self.values if value in chosen]


def required(words: str) -> Any:  # noqa: ANN401 - a validator
    """A check that something was given; *words* say what to do."""

    def check(_form: Form, field: Field) -> None:
        if not field.data:
            raise StopValidation(words)

    return check


def mail_address(_form: Form, field: Field) -> None:
    """A check that a mail address is exactly one; it becomes as it is written to."""
    try:
        field.data = one_address(field.data) if field.data else ""
    except BadInputError as error:
        raise StopValidation(error.message) from None


class Carried(Faulty):
    """A form that carries itself on as hidden values, to a page on which it is looked over."""

    @property
    def carried(self) -> list[tuple[str, str]]:
        """Every value as pairs of name and text."""
        found = []
        for field in self:
            values = field.data if isinstance(field.data, list) else [field.data]
            found += [(field.name, str(value)) for value in values if value]
        return found
