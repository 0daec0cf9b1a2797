import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finder.domain.geo import EARTH_RADIUS_KM, distance_km, is_position, rounded_position
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
