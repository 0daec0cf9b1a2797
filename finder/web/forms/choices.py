"""Fields of which one chooses a value, and dates: what else comes is answered with what to do, in our words."""

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import DateField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

Check = Callable[..., Any]
Choices = Mapping[Any, str]  # the keys of some are enums


def select(label: str, words: str, *checks: Check, choices: Choices | None = None) -> SelectField:
    """One of a list of *choices* (value and words), or of those that are offered later; *words* say to choose one."""
    return SelectField(label, list(checks), choices=_choices(choices), invalid_choice_message=words)


def radios(label: str, words: str, *checks: Check, choices: Choices) -> RadioField:
    """One of a few *choices* (value and words), all of them shown; *words* say to choose one."""
    return RadioField(label, list(checks), choices=_choices(choices), invalid_choice_message=words)


def _choices(choices: Choices | None) -> list[SelectChoice]:
    return [SelectChoice(str(value), told) for value, told in (choices or {}).items()]


def day(label: str, *checks: Check) -> DateField:
    """A date."""
    return DateField(label, list(checks), invalid_value_message=f"{label}: write the date as 2026-12-24.")
