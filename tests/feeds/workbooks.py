"""Workbooks for tests, written by hand: what a spreadsheet program saves, no larger than it must be."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

Cell = str | float | bool | dt.date | dt.time | dt.datetime | None

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{LINK}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets>'
    '<sheet name="Meetings" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
PARTS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{LINK}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{LINK}/styles" Target="styles.xml"/></Relationships>'
)
#: Formats of cells by number: 1 a date, 2 a time of day, 3 both.
STYLES = (
    f'<?xml version="1.0"?><styleSheet xmlns="{MAIN}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="20"/><xf numFmtId="22"/></cellXfs></styleSheet>'
)
EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones


def workbook(rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook of one sheet."""
    lines = (
        f'<row r="{number}">{"".join(_cell(cell, number, place) for place, cell in enumerate(row))}</row>'
        for number, row in enumerate(rows, start=1)
    )
    return packed("".join(lines))


def packed(rows: str, **parts: bytes) -> bytes:
    """A workbook whose sheet holds the XML *rows*, with more *parts* by their path ("/" written as "__")."""
    sheet = f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": PARTS,
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": sheet,
        **{name.replace("__", "/"): content for name, content in parts.items()},
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
    return file.getvalue()


def _cell(value: Cell, row: int, column: int) -> str:
    name = f"{_letters(column)}{row}"
    if value is None:
        return f'<c r="{name}" s="1"/>'
    if isinstance(value, str):
        return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    if isinstance(value, bool):
        return f'<c r="{name}" t="b"><v>{int(value)}</v></c>'
    style, number = _number(value)
    return f'<c r="{name}" s="{style}"><v>{number}</v></c>'


def _number(value: float | dt.date | dt.time | dt.datetime) -> tuple[int, float]:
    """The style that says what a number is, and the number."""
    if isinstance(value, dt.datetime):
        return 3, (value - EPOCH) / dt.timedelta(days=1)
    if isinstance(value, dt.date):
        return 1, (value - EPOCH.date()).days
    if isinstance(value, dt.time):
        return 2, (value.hour * 60 + value.minute) / 1440
    return 0, value


def _letters(column: int) -> str:
    first, second = divmod(column, 26)
    return (chr(64 + first) if first else "") + chr(65 + second)
