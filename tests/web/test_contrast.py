"""Every pair of text and ground in the tokens is readable, by day and by night."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css"

#: Text on ground, wherever the style sheets put one on the other.
PAIRS = [
    *((text, ground) for text in ("ink", "ink-soft", "accent", "alert") for ground in ("paper", "surface", "sunken")),
    ("now", "paper"),
    ("now", "surface"),
    ("stale", "paper"),
    ("stale", "surface"),
    ("accent-ink", "accent"),
    ("ink", "accent-soft"),
    ("ink-soft", "accent-soft"),
    ("accent", "accent-soft"),
    ("now", "now-soft"),
    ("alert", "alert-soft"),
]
#: What must be seen, though it is no text: edges of controls, the ring of focus, marks.
SHAPES = [(shape, ground) for shape in ("line-strong", "focus", "good", "stale") for ground in ("paper", "surface")]

TEXT, BODY, SHAPE = 4.5, 7.0, 3.0


def schemes() -> dict[str, dict[str, str]]:
    """The colours of both schemes: name -> ``#rrggbb``; what the dark one does not change it takes from the light."""
    light, dark = TOKENS.read_text(encoding="utf-8").split("@media (prefers-color-scheme: dark)")
    day = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    return {"light": day, "dark": day | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))}


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[text], colours[ground]) >= TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken"])
def test_body_text_stands_out_even_more(scheme: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours["ink"], colours[ground]) >= BODY


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_edges_and_marks_can_be_seen(scheme: str, shape: str, ground: str) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[shape], colours[ground]) >= SHAPE


def test_the_measure_itself_agrees_with_the_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
