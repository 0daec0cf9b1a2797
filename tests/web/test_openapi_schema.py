"""The API as its description tells it, asked by a program that knows nothing else and tries everything."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

EXAMPLES = 60
#: In process nothing unpacks an answer.
PLAIN = {"Accept-Encoding": "identity"}
MODES = {"allowed": schemathesis.GenerationMode.POSITIVE, "forbidden": schemathesis.GenerationMode.NEGATIVE}
PATHS = (
    "/api/v1/meetings",
    "/api/v1/meetings/{slug}",
    "/api/v1/places",
    "/meetings.json",
    "/client_interface/json/",
)

pytestmark = pytest.mark.one_database  # what is answered from memory is the same on both
#: Checks that one operation cannot keep, with the reason.
LEFT_OUT: dict[tuple[str, str], list[Any]] = {
    # Readers of feeds append what keeps caches away, and their forms leave empty what was not filled in: it reads
    # like the page, which understands people, not like the API, which tells a program what it got wrong.
    ("/meetings.json", "forbidden"): [negative_data_rejection],
    # Which parameters are wanted depends on the one that names the operation, which OpenAPI cannot say: GetFieldValues
    # without a field is refused as those servers refuse it.
    ("/client_interface/json/", "allowed"): [positive_data_acceptance],
}


def operations(site: Flask) -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.wsgi_app)
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


def test_every_described_address_is_tried(site: Flask) -> None:
    assert sorted(operation.path for operation in operations(site)) == sorted(PATHS)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", PATHS)
def test_the_api_is_as_its_description_says(site: Flask, path: str, mode: str) -> None:
    """What the description allows is answered, what it forbids refused, and no answer is undescribed."""
    (operation,) = (each for each in operations(site) if each.path == path)
    asked = 0

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=MODES[mode]))
    def ask(case: schemathesis.Case[Any]) -> None:
        nonlocal asked
        query = case.query or {}
        assume(mode == "forbidden" or ("lat" in query) == ("lon" in query))  # one wants the other: OpenAPI has no word
        asked += 1
        case.call_and_validate(headers=PLAIN, excluded_checks=LEFT_OUT.get((path, mode), []))

    ask()
    assert asked > EXAMPLES // 3
