"""Settings from ``FINDER_*``: typed, frozen; every missing or bad one is named at once.

`SETTINGS` is the one table of them: ``docs/operators.md`` prints it and a test keeps the two equal.
"""

import datetime as dt
import os
import secrets
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

MIN_SECRET_LENGTH = 32
MAX_PORT = 65535
MAX_WORKERS = 64

#: Help lines by country: (words for people, telephone number as dialled or texted).
CRISIS_LINES = {
    "US": "In danger: 911. To talk: call or text 988. SAMHSA helpline: 1-800-662-4357.",
    "CA": "In danger: call 911. To talk now: call or text 988, free.",
    "GB": "In danger: call 999. To talk now: call 116 123 (Samaritans), free.",
    "IE": "In danger: call 112. To talk now: call 116 123 (Samaritans), free.",
    "AU": "In danger: call 000. To talk now: call 13 11 14 (Lifeline).",
    "NZ": "In danger: call 111. To talk now: call or text 1737, free.",
    "DE": "In danger: call 112. To talk now: call 0800 111 0 111, free.",
    "FR": "In danger: call 112. To talk now: call 3114, free.",
}


class SettingsError(Exception):
    """Every fault of the settings, a sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The settings cannot be used:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an instance is told from outside."""

    data_dir: Path
    database_url: str
    secret_key: str
    public_url: str
    site_name: str
    country: str
    unit: str
    language: str
    zone: str
    crisis_lines: str
    contact_email: str
    exit_url: str
    trusted_hosts: tuple[str, ...]
    proxy_hops: int
    host: str
    port: int
    workers: int
    geocoder: str
    geocoder_url: str
    feed_allow: tuple[str, ...]
    testing: bool
    now: str

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Read the settings; raises SettingsError naming every fault. Creates the data folder and secret key."""
        faults: list[str] = []
        known = {setting.variable for setting in SETTINGS}
        faults += [
            f"{name} is not a setting of Meeting Finder: see docs/operators.md for their names."
            for name in sorted(env)
            if name.startswith("FINDER_") and name not in known and name not in FOR_TESTS
        ]
        values: dict[str, Any] = {}
        for setting in SETTINGS:
            text = env.get(setting.variable, "").strip()
            try:
                values[setting.field] = setting.read(text or setting.default)
            except ValueError as error:
                faults.append(f"{setting.variable}: {error}")
        if not values.get("testing") and (values.get("now") or values.get("feed_allow")):
            faults.append("FINDER_NOW and FINDER_FEED_ALLOW are for tests: they need FINDER_TESTING=1.")
        if values.get("geocoder", "none") != "none" and not values.get("geocoder_url"):
            faults.append("FINDER_GEOCODER_URL: give the address of the geocoder, or set FINDER_GEOCODER=none.")
        if faults:
            raise SettingsError(faults)
        _fill_in(values)
        return cls(**values)


def _fill_in(values: dict[str, Any]) -> None:
    """Complete what depends on other settings; makes the data folder and the secret key when absent."""
    folder: Path = values["data_dir"]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not values["secret_key"]:
            values["secret_key"] = _kept_secret(folder / "secret.key")
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError([f"FINDER_DATA_DIR: {folder} cannot be used as data folder ({reason})."]) from error
    values["database_url"] = values["database_url"] or f"sqlite:///{folder / 'finder.db'}"
    values["crisis_lines"] = values["crisis_lines"] or CRISIS_LINES.get(values["country"], CRISIS_LINES["US"])
    if not values["trusted_hosts"]:
        host = urlsplit(values["public_url"]).hostname or "127.0.0.1"
        values["trusted_hosts"] = tuple(dict.fromkeys((host, "127.0.0.1", "localhost")))


def _kept_secret(path: Path) -> str:
    """Read the secret kept in *path*; it is made once, readable by its owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    secret = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    return secret


class Setting(NamedTuple):
    """One row of the table: variable, field, default (as text), how it is read, what it means."""

    variable: str
    field: str
    default: str
    read: Callable[[str], Any]
    meaning: str


def _instant(value: str) -> str:
    if value and dt.datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("an instant has an offset, as in 2026-03-10T18:05:00-05:00.")
    return value


def _text(value: str) -> str:
    return value


def _folder(value: str) -> Path:
    return Path(value).expanduser().absolute()


def _choice(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"{value!r} is not one of {', '.join(choices)}.")
        return value

    return read


def _number(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            raise ValueError(f"{value!r} is not a whole number from {low} to {high}.")
        return int(value)

    return read


def _flag(value: str) -> bool:
    if value not in {"", "0", "1"}:
        raise ValueError(f"{value!r} is not 0 or 1.")
    return value == "1"


def _url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ValueError(f"{value!r} is not an http(s) address such as https://meetings.example.org.")
    return value.rstrip("/")


def _database(value: str) -> str:
    if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError("the database is sqlite:///FILE or postgresql://USER@HOST/NAME.")
    return value


def _secret(value: str) -> str:
    if value and len(value) < MIN_SECRET_LENGTH:
        raise ValueError(f"a secret has at least {MIN_SECRET_LENGTH} characters; leave it out to have one made.")
    return value


def _country(value: str) -> str:
    if len(value) != 2 or not value.isascii() or not value.isalpha():  # noqa: PLR2004 - ISO 3166-1 alpha-2
        raise ValueError(f"{value!r} is not a two-letter country code such as US.")
    return value.upper()


def _zone(value: str) -> str:
    if value not in zoneinfo.available_timezones():
        raise ValueError(f"{value!r} is not a time zone such as America/New_York.")
    return value


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _email(value: str) -> str:
    if value and (value.count("@") != 1 or any(char.isspace() or char in ",;<>" for char in value)):
        raise ValueError(f"{value!r} is not one e-mail address.")
    return value


#: Read by the test suite alone; named here so that a typing error in a setting is still found.
FOR_TESTS = ("FINDER_SAMPLES", "FINDER_REQUIRE")

SETTINGS: tuple[Setting, ...] = (
    Setting("FINDER_DATA_DIR", "data_dir", "./var", _folder, "folder of everything an instance keeps"),
    Setting("FINDER_DATABASE_URL", "database_url", "", _database, "the database; empty: SQLite in the data folder"),
    Setting(
        "FINDER_SECRET_KEY",
        "secret_key",
        "",
        _secret,
        "secret of the instance; empty: made once, kept in the data folder",
    ),
    Setting("FINDER_PUBLIC_URL", "public_url", "http://127.0.0.1:8000", _url, "where people reach the site"),
    Setting("FINDER_SITE_NAME", "site_name", "Meeting Finder", _text, "name of the site"),
    Setting(
        "FINDER_COUNTRY",
        "country",
        "US",
        _country,
        "country that places are looked for in first, and of the help lines",
    ),
    Setting("FINDER_UNIT", "unit", "mi", _choice("mi", "km"), "unit of distances"),
    Setting("FINDER_LANGUAGE", "language", "en", _choice("en"), "language of the pages"),
    Setting("FINDER_ZONE", "zone", "America/New_York", _zone, "zone of a search without a place"),
    Setting(
        "FINDER_CRISIS_LINES",
        "crisis_lines",
        "",
        _text,
        "help lines as one plain sentence; empty: those of the country",
    ),
    Setting(
        "FINDER_CONTACT_EMAIL",
        "contact_email",
        "",
        _email,
        "where reports of a wrong listing are sent; empty: none is shown",
    ),
    Setting(
        "FINDER_EXIT_URL", "exit_url", "https://www.wikipedia.org", _url, "neutral page that Leave this site goes to"
    ),
    Setting(
        "FINDER_TRUSTED_HOSTS",
        "trusted_hosts",
        "",
        _list,
        "host names answered, with commas; empty: that of the public address, and loopback",
    ),
    Setting(
        "FINDER_PROXY_HOPS", "proxy_hops", "0", _number(0, 9), "number of reverse proxies in front that are trusted"
    ),
    Setting("FINDER_HOST", "host", "127.0.0.1", _text, "address served on"),
    Setting("FINDER_PORT", "port", "8000", _number(1, MAX_PORT), "port served on"),
    Setting("FINDER_WORKERS", "workers", "2", _number(1, MAX_WORKERS), "web processes"),
    Setting(
        "FINDER_GEOCODER",
        "geocoder",
        "none",
        _choice("none", "nominatim", "photon", "pelias"),
        "geocoder for listings without a point",
    ),
    Setting("FINDER_GEOCODER_URL", "geocoder_url", "", _url, "address of that geocoder"),
    Setting(
        "FINDER_FEED_ALLOW", "feed_allow", "", _list, "tests only: private host:port that feeds may be fetched from"
    ),
    Setting("FINDER_TESTING", "testing", "0", _flag, "1 honours the two settings for tests"),
    Setting("FINDER_NOW", "now", "", _instant, "tests only: fixes the clock (RFC 3339)"),
)

if {setting.field for setting in SETTINGS} != {field.name for field in fields(Settings)}:
    raise RuntimeError("The table of settings and the fields of Settings differ.")
