"""Mail addresses: exactly one, in the one form in which it is kept, compared and written to."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from finder.domain.errors import BadInputError
from finder.domain.text import clean

#: Marks of old ways to have a mail sent on to somebody else: ``ana%example.org@relay``, ``relay!ana@...``.
_SENT_ON = frozenset("%!")


def one_address(text: str) -> str:
    """The one address that *text* is, in small letters and ASCII: a host in another script comes in its ``xn--`` form.

    Small letters before the @ too, so that a limit for one person cannot be passed by writing them otherwise.
    Raises BadInputError (field ``email``) for none, several, a name beside it, hidden or look-alike characters, and
    whatever else no mail can be sent to.
    """
    address = text.strip(" ")
    if not address:
        raise BadInputError("email", "Enter your mail address, such as robin@example.org.")
    if address != clean(address) or address != unicodedata.normalize("NFKC", address):
        raise _refused()
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
    except (EmailNotValidError, UnicodeError):
        raise _refused() from None
    if found.ascii_email is None or _SENT_ON.intersection(found.local_part):
        raise _refused()
    return found.ascii_email.lower()


def _refused() -> BadInputError:
    return BadInputError("email", "Enter one mail address and nothing else, such as robin@example.org.")
