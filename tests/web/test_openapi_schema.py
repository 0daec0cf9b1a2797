"""The API as its description tells it, asked by a program that knows nothing else and tries everything."""

from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

EXAMPLES = 30
#: In process nothing unpacks an answer.
PLAIN = {"Accept-Encoding": "identity"}
#: What a schema cannot say: that a region exists or that a latitude wants a longitude. And the API takes more than it
#: promises, such as "monday" for 1 and parameters that are nobody's.
LEFT_OUT: list[Any] = [positive_data_acceptance, negative_data_rejection]


def test_the_api_is_as_its_description_says(site: Flask) -> None:
    """Every operation, with what the description allows and with what it forbids: no answer is undescribed."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.wsgi_app)
    asked = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case[Any]) -> None:
                nonlocal asked
                asked += 1
                case.call_and_validate(headers=PLAIN, excluded_checks=LEFT_OUT)

            ask()
    assert asked > EXAMPLES
