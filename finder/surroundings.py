"""What every way into the product shares: the checkout, the clock, the log."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import structlog

from finder.config import Settings

Clock = Callable[[], dt.datetime]

#: The checkout: templates, static files and seed data lie at its top level.
ROOT = Path(__file__).resolve().parent.parent


def system_clock() -> dt.datetime:
    """Give the instant of now, aware, in UTC."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - the one place that reads the clock


def clock_of(settings: Settings) -> Clock:
    """Give the clock the settings ask for: the system's, or under test one that stands still."""
    if not settings.now:
        return system_clock
    fixed = dt.datetime.fromisoformat(settings.now).astimezone(dt.UTC)
    return lambda: fixed


def gazetteer_path(settings: Settings) -> Path:
    """Where the embedded places are kept."""
    return settings.data_dir / "places.db"


def quiet_logs() -> None:
    """Logs are a verb and an id, one line each on standard error; nothing of a request is bound to them."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        cache_logger_on_first_use=True,
    )
