"""How settings are read from text: each reader gives the value, or raises ValueError saying what it has to be."""

import datetime as dt
import zoneinfo
from collections.abc import Callable
from email.errors import HeaderParseError
from email.headerregistry import Address
from pathlib import Path
from urllib.parse import urlsplit

MIN_SECRET_LENGTH = 32


def instant(value: str) -> str:
    """An aware instant as it was written; empty stays empty."""
    if value and dt.datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("an instant has an offset, as in 2026-03-10T18:05:00-05:00.")
    return value


def text(value: str) -> str:
    """Any text."""
    return value


def folder(value: str) -> Path:
    """A folder, from the root."""
    return Path(value).expanduser().absolute()


def choice(*choices: str) -> Callable[[str], str]:
    """Give a reader of one of *choices*."""

    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"{value!r} is not one of {', '.join(choices)}.")
        return value

    return read


def folder_if_any(value: str) -> Path | None:
    """A folder, from the root; empty is None."""
    return folder(value) if value else None


def number(low: int, high: int) -> Callable[[str], int]:
    """Give a reader of a whole number from *low* to *high*."""

    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"{value!r} is not a whole number from {low} to {high}.")
        return int(value)

    return read


def flag(value: str) -> bool:
    """1 is true; 0 and empty are false."""
    if value not in {"", "0", "1"}:
        raise ValueError(f"{value!r} is not 0 or 1.")
    return value == "1"


def url(value: str) -> str:
    """An http(s) address without a slash at its end; empty stays empty."""
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError(f"{value!r} is not an http(s) address such as https://meetings.example.org.")
    return value.rstrip("/")


def database(value: str) -> str:
    """The address of a database; empty stays empty."""
    if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("the database is sqlite:///FILE or postgresql://USER@HOST/NAME.")
    return value


def secret(value: str) -> str:
    """A secret that is long enough; empty stays empty."""
    if value and len(value) < MIN_SECRET_LENGTH:
        raise ValueError(f"a secret has at least {MIN_SECRET_LENGTH} characters; leave it out to have one made.")
    return value


def country(value: str) -> str:
    """A country's two letters, in capitals."""
    if len(value) != 2 or not value.isascii() or not value.isalpha():  # noqa: PLR2004 - ISO 3166-1 alpha-2
        raise ValueError(f"{value!r} is not a two-letter country code such as US.")
    return value.upper()


def zone(value: str) -> str:
    """A time zone by its name."""
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"{value!r} is not a time zone such as America/New_York.")
    return value


def names(value: str) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip())


def email(value: str) -> str:
    """One mail address; empty stays empty."""
    if value and (value.count("@") != 1 or any(char.isspace() or char in ",;<>" for char in value)):
        raise ValueError(f"{value!r} is not one e-mail address.")
    return value


def mail_from(value: str) -> str:
    """One mail address that a header can hold as it is; empty stays empty."""
    try:
        Address(addr_spec=email(value) or "a@b")
    except (HeaderParseError, ValueError, IndexError):
        raise ValueError(f"{value!r} is not one e-mail address in plain letters.") from None
    return value


def smtp(value: str) -> str:
    """The address of an SMTP server; empty stays empty. A fault does not repeat it: it may hold a password."""
    if value and not _is_smtp(value):
        raise ValueError(
            "mail goes to smtp://USER:PASSWORD@HOST:PORT or smtps://HOST; in user and password, write / : @ # ? and % "
            "as %2F %3A %40 %23 %3F and %25."
        )
    return value


def _is_smtp(value: str) -> bool:
    try:
        parts = urlsplit(value)
        named = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    rest = parts.path.strip("/") or parts.query or parts.fragment
    told = bool(parts.username) == bool(parts.password) and value.count("@") == int(bool(parts.username))
    return named and not rest and told and value.isascii() and value.isprintable() and " " not in value
