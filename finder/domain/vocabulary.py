"""The closed vocabularies of the directory, one word per thing."""

from enum import StrEnum


class Attendance(StrEnum):
    """How one can take part."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"


class Approach(StrEnum):
    """The family a program belongs to."""

    TWELVE_STEP = "12-step"
    SMART = "smart"
    OTHER = "other"


class FormatKind(StrEnum):
    """What a format says something about; each kind is a facet of its own."""

    AUDIENCE = "audience"
    FOCUS = "focus"
    STYLE = "style"
    TOPIC = "topic"
    OPENNESS = "openness"
    LANGUAGE = "language"
    ACCESS = "access"
    VENUE = "venue"


class AddressVisibility(StrEnum):
    """What of an address the public may see: all of it, or its area only."""

    PUBLIC = "public"
    AREA = "area"


class JoinPolicy(StrEnum):
    """Whether the join link and phone are public, or given on request."""

    OPEN = "open"
    ON_REQUEST = "on_request"


class Precision(StrEnum):
    """How exact a point is: a building, a guess within a town, or an area's centre."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    AREA = "area"


class RecurrenceKind(StrEnum):
    """How a meeting comes back."""

    WEEKLY = "weekly"  # on weekdays, every `interval` weeks
    MONTHLY = "monthly"  # on weekdays, in the weeks of the month named
    ONCE = "once"  # on first_date only
    APPOINTMENT = "appointment"  # nobody knows but the group


class ShelfChange(StrEnum):
    """What happened to a listing on the shelf."""

    NEW = "new"
    CHANGE = "change"
    DELETE = "delete"


class OverrideKind(StrEnum):
    """What a dated exception does to the sittings it covers."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    ONLINE_ONLY = "online_only"
    OTHER_TIME = "other_time"
