"""The forms of the account pages: strings of people in, values out; every fault is an instruction.

A form carries its token outside of itself (``csrf_token``, see `finder.web.cross_site`). Passwords are never shown
again; every other value is kept.
"""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, Form, HiddenField, PasswordField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from finder.domain.errors import BadInputError
from finder.domain.roles import WORDS, Role
from finder.domain.text import clean
from finder.mail.address import one_address
from finder.web.forms.choices import select

MIN_PASSWORD = 12
MAX_PASSWORD = 128
MAX_CREDENTIAL = 20_000
TOO_LONG = f"Use at most {MAX_PASSWORD} characters."


class Faulty(Form):  # type: ignore[misc]  # WTForms brings no types
    """A form that lists what to change, in the order of its fields."""

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Each fault as words and where it is: ``("Enter your password.", "#password")``."""
        return [(words, f"#{field.id}") for field in self for words in field.errors[:1]]

    def blame(self, name: str, words: str) -> None:
        """Say *words* at field *name*, or at the first when there is no such field."""
        field = self[name] if name in self else next(iter(self))
        field.errors = [*field.errors, words]


def _address(_form: Form, field: Any) -> None:  # noqa: ANN401 - WTForms brings no types
    try:
        field.data = one_address(field.data or "")
    except BadInputError as error:
        raise ValidationError(error.message) from None


def _tidy(value: str | None) -> str:
    return clean(value or "")


def _address_field(label: str) -> StringField:
    return StringField(label, [_address])


def _password_field(label: str, words: str) -> PasswordField:
    return PasswordField(label, [InputRequired(words), Length(max=MAX_PASSWORD, message=TOO_LONG)])


class SignInForm(Faulty):
    """Who you are, and your password."""

    email = _address_field("Mail address")
    password = _password_field("Password", "Enter your password.")


class ConfirmForm(Faulty):
    """Your password, once more."""

    password = _password_field("Password", "Enter your password.")


class CodeForm(Faulty):
    """A code of an authenticator app, or a recovery code."""

    code = StringField("Code", [InputRequired("Enter the code."), Length(max=32, message="Enter one code only.")])


class ResetForm(Faulty):
    """Where to send a link for a new password."""

    email = _address_field("Mail address")


class PasswordForm(Faulty):
    """A new password. *words* are those of the person, which are no password."""

    password = PasswordField(
        "New password",
        [
            InputRequired("Enter a new password."),
            Length(min=MIN_PASSWORD, message=f"Use at least {MIN_PASSWORD} characters. A few words together are good."),
            Length(max=MAX_PASSWORD, message=TOO_LONG),
        ],
    )

    words: tuple[str, ...] = ()

    def validate_password(self, field: Any) -> None:  # noqa: ANN401 - WTForms brings no types
        """Refuse what is guessed first: one letter again and again, one's own name or address."""
        told = field.data.casefold()
        if len(set(told)) < 4 or told in {word.casefold() for word in self.words}:  # noqa: PLR2004 - as few letters
            raise ValidationError("This is easy to guess. Choose a few words that have nothing to do with you.")


class InvitationForm(PasswordForm):
    """A new password, and what to be called."""

    name = StringField(
        "Your first name", [Length(max=64, message="Use at most 64 characters.")], filters=[_tidy], default=""
    )


class DetailsForm(Faulty):
    """What to be called, and how often to be told."""

    name = StringField("Your first name", [Length(max=64, message="Use at most 64 characters.")], filters=[_tidy])
    digest_daily = BooleanField("One mail a day instead of one at once")


class PasskeyForm(Faulty):
    """What a browser answers for a passkey, and what to call it."""

    name = StringField("Name of this passkey", [Length(max=64, message="Use at most 64 characters.")], filters=[_tidy])
    credential = HiddenField(
        "Passkey",
        [InputRequired("Your browser gave no passkey. Try again."), Length(max=MAX_CREDENTIAL, message="Try again.")],
    )


class InviteForm(Faulty):
    """Whom to invite, as what, for which service body."""

    email = _address_field("Mail address")
    name = StringField("First name", [Length(max=64, message="Use at most 64 characters.")], filters=[_tidy])
    role = select("Role", "Choose one of the listed roles.")
    body = select("Service body", "Choose one of the listed service bodies.")

    @property
    def body_id(self) -> int | None:
        """The number of the service body that was chosen, None for the whole site."""
        return int(self.body.data) if self.body.data else None

    def offer(self, roles: Sequence[Role], bodies: Sequence[tuple[int, str]], *, whole_site: bool) -> None:
        """Set what can be chosen."""
        self.role.choices = [SelectChoice(role.value, WORDS[role].capitalize()) for role in roles]
        none = SelectChoice("", "Choose one; none for administrators" if whole_site else "Choose one")
        self.body.choices = [none, *(SelectChoice(str(number), name) for number, name in bodies)]
