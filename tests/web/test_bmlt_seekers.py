"""Where a seeker stands is computed with as BMLT clients give it, and forgotten: no log, table, file, cache has it."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import MetaData, select

from finder.web.caching import EXTENSION
from finder.web.headers import parts_of
from tests.web.bmlt_client import asked, bmlt_site

__all__ = ["bmlt_site"]  # a fixture

LATITUDE, LONGITUDE = "43.12345678", "-77.65432187"
TRACES = (LATITUDE, LONGITUDE, LATITUDE[:7], LONGITUDE[:8])
POINT = f"lat_val={LATITUDE}&long_val={LONGITUDE}"
QUESTIONS = (
    f"{POINT}&geo_width=25",
    f"{POINT}&geo_width_km=-5&sort_results_by_distance=1&get_used_formats",
    f"{POINT}&data_field_key=id_bigint,distance_in_miles",
    f"{POINT}&geo_width=25&callback=f",
    f"SearchString={LATITUDE},{LONGITUDE}&StringSearchIsAnAddress=1&SearchStringRadius=9",
)


def rows_of(site: Flask) -> Iterator[str]:
    """Every row of every table, as text."""
    engine = parts_of(site).database.engine
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        for table in tables.tables.values():
            yield from (f"{table.name}: {row}" for row in connection.execute(select(table)))


def floats_held() -> set[float]:
    """Numbers that any object of ours still holds: questions, points and their circles are dataclasses with slots."""
    found: set[float] = set()
    for each in gc.get_objects():
        kind = type(each)
        if str(kind.__module__).startswith("finder."):
            values = [getattr(each, name, None) for name in getattr(kind, "__slots__", ())]
            found.update(value for value in values if isinstance(value, float))
    return found


@pytest.mark.parametrize("data_format", ["json", "jsonp", "tsml"])
def test_a_place_in_a_bmlt_question_is_kept_nowhere(
    bmlt_site: Flask, data_format: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    client = bmlt_site.test_client()
    caplog.set_level(logging.DEBUG)
    for question in QUESTIONS:
        address = f"/client_interface/{data_format}/?switcher=GetSearchResults&{question}"
        answer = client.get(address)
        assert answer.status_code in {200, 400}, question  # a point is no address: nobody lives there
        assert answer.headers["Cache-Control"] == "no-store" or answer.status_code == 400
        assert "ETag" not in answer.headers
        answer.get_data()
        answer.close()
    gc.collect()

    written = [caplog.text, *capfd.readouterr(), *rows_of(bmlt_site), repr(vars(bmlt_site.extensions[EXTENSION]))]
    folder = Path(parts_of(bmlt_site).settings.data_dir)
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "places.db"}
    for trace in TRACES:
        assert [text for text in written if trace in text] == []
        assert [path for path, content in files.items() if trace.encode() in content] == []
    assert floats_held().isdisjoint({float(LATITUDE), float(LONGITUDE)})


def test_a_distance_is_that_from_the_place_itself(bmlt_site: Flask) -> None:
    """Cut to two decimals, as the pages cut it, the place would be up to half a mile elsewhere."""
    client = bmlt_site.test_client()
    exact, cut = (
        {
            each["id_bigint"]: float(each["distance_in_miles"])
            for each in asked(client, "GetSearchResults", f"lat_val={latitude}&long_val={longitude}&geo_width=200")
        }
        for latitude, longitude in ((LATITUDE, LONGITUDE), ("43.12", "-77.65"))
    )

    assert 0.2 < max(abs(exact[number] - cut[number]) for number in exact.keys() & cut.keys()) < 0.5
