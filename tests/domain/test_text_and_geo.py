import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.domain import text as words
from finder.domain.geo import (
    EARTH_RADIUS_KM,
    chord_of,
    distance_km,
    east_of,
    is_position,
    rounded_position,
    unit_vector,
)
from finder.domain.text import clean, clean_multiline, fold, slugify, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Montréal", "montreal"),
        ("Straße", "strasse"),
        ("  St. John's  Hall ", "st johns hall"),
        ("Łódź", "lodz"),
        ("12x12", "12x12"),
        ("Свобода", "свобода"),
        ("سلام", "سلام"),
        ("平安", "平安"),
        ("a_b-c/d", "a b c d"),
        ("ＡＢＣ", "abc"),
        ("हिन्दी", "हिन्दी"),
        ("தமிழ்", "தமிழ்"),
        ("ガス", "ガス"),
        ("서울", "\uc11c\uc6b8"),
        ("กรุงเทพ", "กรุงเทพ"),
        ("Hawaiʻi", "hawaii"),
        ("Aus\u200btin\u00ad", "austin"),
    ],
)
def test_folding_forgets_case_accents_and_marks(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert " ".join(tokens(text)) == fold(text)


@given(st.text(), st.integers(1, 80))
def test_a_slug_is_safe_in_an_address(text: str, length: int) -> None:
    slug = slugify(text, length)
    assert len(slug) <= length
    assert not slug or (slug.strip("-") == slug and set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"))
    assert "--" not in slug


def test_slugs_of_other_scripts_are_spelt_out() -> None:
    assert slugify("Свобода") == "svoboda"
    assert slugify("Größe & Mut") == "grosse-mut"
    assert slugify("!!!") == ""


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_cleaned_text_holds_nothing_hidden(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not set(cleaned) & set("\x00\u202e\u200b\u2066\ufeff\n\r\t")
    cleaned.encode()


def test_joiners_stay_where_a_script_needs_them() -> None:
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("No\u200con") == "Noon"
    assert clean("No\u200con می\u200cخواهم") == "Noon می\u200cخواهم"
    assert clean("👩\u200d👧") == "👩\u200d👧"


def test_letters_that_show_nothing_are_taken_out() -> None:
    assert clean("a\u3164b\u115fc\u2800d\u034fe") == "abcde"


def test_no_text_fills_the_memory() -> None:
    everything = "".join(map(chr, range(0x3100, 0x30000)))
    fold(everything)
    clean(everything)
    assert max(*words._FOLDING, *words._CLEANING) < 0x3100


def test_lines_are_kept_where_they_are_wanted() -> None:
    assert clean_multiline("a\r\nb \n\n\n\nc\x00\u2028d") == "a\nb\n\nc\nd"
    assert clean("a\r\nb") == "a b"


def test_distances_are_great_circles() -> None:
    assert distance_km(0, 0, 0, 180) == pytest.approx(math.pi * EARTH_RADIUS_KM)
    assert distance_km(90, 0, -90, 77) == pytest.approx(math.pi * EARTH_RADIUS_KM)
    assert distance_km(52.52, 13.405, 48.857, 2.352) == pytest.approx(877.5, abs=1)
    assert distance_km(0, 179.9, 0, -179.9) == pytest.approx(distance_km(0, 0, 0, 0.2))
    assert distance_km(30.1, 20.2, 30.1, 20.2) == 0


def test_positions_are_cut_and_judged() -> None:
    assert rounded_position(30.26743, -97.74318) == (30.27, -97.74)
    assert is_position(90, -180)
    assert not is_position(90.01, 0)
    assert not is_position(math.nan, 0)
    assert not is_position(0, math.inf)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-90, 90), st.floats(-180, 180))
def test_chords_between_unit_vectors_tell_the_distance(north: float, east: float, south: float, west: float) -> None:
    chord = math.dist(unit_vector(north, east), unit_vector(south, west))
    assert chord == pytest.approx(chord_of(distance_km(north, east, south, west)), abs=1e-7)


def test_no_chord_is_longer_than_the_way_through_the_earth() -> None:
    assert chord_of(1e9) == pytest.approx(2)
    assert chord_of(0) == 0


def test_the_shorter_way_east_crosses_the_date_line() -> None:
    assert east_of(179.0, -179.0) == pytest.approx(2.0)
    assert east_of(-179.0, 179.0) == pytest.approx(-2.0)
    assert east_of(10.0, 30.0) == pytest.approx(20.0)
