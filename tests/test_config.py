import stat
from pathlib import Path

import pytest

from finder.config import FOR_TESTS, SETTINGS, Settings, SettingsError

OPERATORS = Path(__file__).resolve().parent.parent / "docs" / "operators.md"


def settings(tmp_path: Path, **variables: str) -> Settings:
    env = {"FINDER_DATA_DIR": str(tmp_path / "var")} | {f"FINDER_{name}": value for name, value in variables.items()}
    return Settings.from_env(env)


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    made = settings(tmp_path)
    assert made.database_url == f"sqlite:///{tmp_path}/var/finder.db"
    assert made.port == 8000
    assert "988" in made.crisis_lines


def test_the_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = settings(tmp_path), settings(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600
    assert settings(tmp_path / "other").secret_key != first.secret_key


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(tmp_path, PORT="eighty", UNIT="parsec", ZONE="Mars/Olympus", COUNTRY="USA", PROT="8000")
    named = "\n".join(caught.value.faults)
    for variable in ("FINDER_PORT", "FINDER_UNIT", "FINDER_ZONE", "FINDER_COUNTRY", "FINDER_PROT"):
        assert variable in named
    assert len(caught.value.faults) == 5


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://nowhere/x"),
        ("PUBLIC_URL", "ftp://example.org"),
        ("COUNTRY", "USA"),
        ("CONTACT_EMAIL", "a@example.org, b@example.org"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WORKERS", "²"),
        ("TESTING", "yes"),
        ("GEOCODER", "nominatim"),
        ("NOW", "2026-01-01T00:00:00Z"),
        ("LANGUAGE", "tlh"),
    ],
)
def test_a_wrong_value_stops_the_start(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"FINDER_{variable}"):
        settings(tmp_path, **{variable: value})


def test_a_data_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be used as data folder"):
        Settings.from_env({"FINDER_DATA_DIR": str(tmp_path / "file" / "var")})


def test_the_table_in_the_documentation_is_the_table_of_the_code() -> None:
    rows = [line for line in OPERATORS.read_text(encoding="utf-8").splitlines() if line.startswith("| `FINDER_")]
    wanted = [
        f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else ''} | {setting.meaning} |".replace(
            "|  |", "| |"
        )
        for setting in SETTINGS
    ]
    assert rows == wanted


def test_settings_for_tests_are_not_in_the_table() -> None:
    assert not {setting.variable for setting in SETTINGS} & set(FOR_TESTS)
