"""Settings from ``FINDER_*``: typed, frozen; every missing or bad one is named at once.

`SETTINGS` is the one table of them: ``docs/operators.md`` prints it and a test keeps the two equal.
"""

import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from finder.config import readers

MAX_PORT = 65535
MAX_WORKERS = 64
MAX_REMIND_DAYS = 3650

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
    secret_key: str = field(repr=False)
    public_url: str
    site_name: str
    country: str
    unit: str
    language: str
    zone: str
    crisis_lines: str
    contact_email: str
    smtp_url: str = field(repr=False)  # it may hold a password
    mail_dir: Path
    mail_from: str
    remind_days: int
    link_checks: bool
    exit_url: str
    conference_hosts: tuple[str, ...]
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
    values["mail_dir"] = values["mail_dir"] or folder / "mail"
    values["mail_from"] = values["mail_from"] or f"no-reply@{mail_host(values['public_url'])}"
    values["crisis_lines"] = values["crisis_lines"] or CRISIS_LINES.get(values["country"], CRISIS_LINES["US"])
    if not values["trusted_hosts"]:
        host = urlsplit(values["public_url"]).hostname or "127.0.0.1"
        values["trusted_hosts"] = tuple(dict.fromkeys((host, "127.0.0.1", "localhost")))


def mail_host(public_url: str) -> str:
    """The host of *public_url* as mail writes it, in ASCII; ``localhost`` when it has no name, only a number."""
    host = urlsplit(public_url).hostname or "localhost"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host.encode("idna").decode("ascii")
    return "localhost"


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


#: Read by the test suite alone; named here so that a typing error in a setting is still found.
FOR_TESTS = ("FINDER_SAMPLES", "FINDER_REQUIRE")

SETTINGS: tuple[Setting, ...] = (
    Setting("FINDER_DATA_DIR", "data_dir", "./var", readers.folder, "folder of everything an instance keeps"),
    Setting(
        "FINDER_DATABASE_URL", "database_url", "", readers.database, "the database; empty: SQLite in the data folder"
    ),
    Setting(
        "FINDER_SECRET_KEY",
        "secret_key",
        "",
        readers.secret,
        "secret of the instance; empty: made once, kept in the data folder",
    ),
    Setting("FINDER_PUBLIC_URL", "public_url", "http://127.0.0.1:8000", readers.url, "where people reach the site"),
    Setting("FINDER_SITE_NAME", "site_name", "Meeting Finder", readers.text, "name of the site"),
    Setting(
        "FINDER_COUNTRY",
        "country",
        "US",
        readers.country,
        "country that places are looked for in first, and of the help lines",
    ),
    Setting("FINDER_UNIT", "unit", "mi", readers.choice("mi", "km"), "unit of distances"),
    Setting("FINDER_LANGUAGE", "language", "en", readers.choice("en"), "language of the pages"),
    Setting("FINDER_ZONE", "zone", "America/New_York", readers.zone, "zone of a search without a place"),
    Setting(
        "FINDER_CRISIS_LINES",
        "crisis_lines",
        "",
        readers.text,
        "help lines as one plain sentence; empty: those of the country",
    ),
    Setting(
        "FINDER_CONTACT_EMAIL",
        "contact_email",
        "",
        readers.email,
        "where reports of a wrong listing are sent; empty: none is shown",
    ),
    Setting(
        "FINDER_SMTP_URL", "smtp_url", "", readers.smtp, "server that mail is sent through; empty: none, see below"
    ),
    Setting(
        "FINDER_MAIL_DIR",
        "mail_dir",
        "",
        readers.folder_if_any,
        "without a server: folder that mail is written to; empty: `mail` in the data folder",
    ),
    Setting(
        "FINDER_MAIL_FROM",
        "mail_from",
        "",
        readers.mail_from,
        "address that mail comes from; empty: no-reply at the host of the public address",
    ),
    Setting(
        "FINDER_REMIND_DAYS",
        "remind_days",
        "90",
        readers.number(0, MAX_REMIND_DAYS),
        "days after which a group is asked by mail whether its listings are still right; 0: never",
    ),
    Setting(
        "FINDER_LINK_CHECKS",
        "link_checks",
        "1",
        readers.flag,
        "0 keeps the worker from looking whether the websites of listings still lead somewhere",
    ),
    Setting(
        "FINDER_EXIT_URL",
        "exit_url",
        "https://www.wikipedia.org",
        readers.url,
        "neutral page that Leave this site goes to",
    ),
    Setting(
        "FINDER_CONFERENCE_HOSTS",
        "conference_hosts",
        "",
        readers.names,
        "services that join links may lead to beside the known ones, with commas: meet.example.org",
    ),
    Setting(
        "FINDER_TRUSTED_HOSTS",
        "trusted_hosts",
        "",
        readers.names,
        "host names answered, with commas; empty: that of the public address, and loopback",
    ),
    Setting(
        "FINDER_PROXY_HOPS",
        "proxy_hops",
        "0",
        readers.number(0, 9),
        "number of reverse proxies in front that are trusted",
    ),
    Setting("FINDER_HOST", "host", "127.0.0.1", readers.text, "address served on"),
    Setting("FINDER_PORT", "port", "8000", readers.number(1, MAX_PORT), "port served on"),
    Setting("FINDER_WORKERS", "workers", "2", readers.number(1, MAX_WORKERS), "web processes"),
    Setting(
        "FINDER_GEOCODER",
        "geocoder",
        "none",
        readers.choice("none", "nominatim", "photon", "pelias"),
        "geocoder for listings without a point",
    ),
    Setting("FINDER_GEOCODER_URL", "geocoder_url", "", readers.url, "address of that geocoder"),
    Setting(
        "FINDER_FEED_ALLOW",
        "feed_allow",
        "",
        readers.names,
        "tests only: private host:port that feeds may be fetched from",
    ),
    Setting("FINDER_TESTING", "testing", "0", readers.flag, "1 honours the two settings for tests"),
    Setting("FINDER_NOW", "now", "", readers.instant, "tests only: fixes the clock (RFC 3339)"),
)

if {setting.field for setting in SETTINGS} != {field.name for field in fields(Settings)}:
    raise RuntimeError("The table of settings and the fields of Settings differ.")
