"""Column types: instants that refuse to be naive, enums by value, JSON both databases keep alike."""

import datetime as dt
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, Enum, Text
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[dt.datetime]):
    """An aware UTC instant; a naive value raises ValueError before it reaches the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Store in UTC; SQLite keeps no zone, so it is taken off there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a zone: use an aware datetime.")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Json(TypeDecorator[Any]):
    """JSON kept as text with sorted keys, so that both databases hold the same bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """Write; None stays NULL."""
        del dialect
        return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ANN401 - JSON is any
        """Read."""
        del dialect
        return None if value is None else orjson.loads(value)


def enum_by_value(kind: type[StrEnum], length: int = 24) -> Enum:
    """Give a column type that stores an enum's value as text, not its Python name."""
    return Enum(
        kind,
        native_enum=False,
        length=length,
        values_callable=lambda members: [member.value for member in members],
        name=kind.__name__.lower(),
    )
