"""What a row of a file says of a component, cell by cell, before anything is looked up."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from citygrid.inventory.choices import STANDARD_WORDS, DataSource, Fault, State
from citygrid.inventory.rules.identifiers import ALIAS_LENGTH, LENGTH

Row = Mapping[str, object]  # cells as a file gives them: text, numbers, dates, None
PARTIES = ("authority", "owner", "maintainer")
UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
MOST_EXACT = 2**53  # above it a spreadsheet's numbers are no longer exact


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a cell; `detail` names the value or what was expected."""

    column: str
    fault: Fault
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Cells:
    """The values of a row by column (those the file has and that can be read), and what is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)


class _Unusable(Exception):  # noqa: N818 - never leaves this file
    def __init__(self, fault: Fault, detail: str = "") -> None:
        self.fault, self.detail = fault, detail


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name here, its abbreviation and its Chinese name in the standard, how its text is read."""

    name: str
    abbreviation: str
    name_zh: str
    read: Callable[[str], Any]
    is_required: bool = False  # of a component that is new


def _text(longest: int, text: str) -> str:
    if len(text) > longest:
        raise _Unusable(Fault.TOO_LONG, f"{len(text)} > {longest}")
    return text


def _code(lengths: tuple[int, ...], text: str) -> str:
    if text and not (text.isascii() and text.isdigit() and len(text) in lengths):
        raise _Unusable(Fault.NOT_A_CODE, f"{text[:40]} ({'/'.join(map(str, lengths))})")
    return text


def _unit_grid(text: str) -> str:
    code = _code((15, 14), text)
    return code if len(code) != 14 else f"{code[:12]}0{code[12:]}"  # the two-digit sequence of earlier standards


@cache
def _known_words(words: type[State] | type[DataSource]) -> Mapping[str, State | DataSource]:
    return {str(spoken): word for word in words for spoken in (word.value, STANDARD_WORDS[word])}


def _word(words: type[State] | type[DataSource], text: str) -> str:
    known, spoken = _known_words(words), text.lower()
    if text and spoken not in known:
        raise _Unusable(Fault.UNKNOWN_WORD, text[:40])
    return known[spoken].value if text else ""


def _day(text: str) -> date | None:
    if not text:
        return None
    digits = text[:10].replace("-", "").replace("/", "")
    try:
        if len(digits) != 8:
            raise ValueError
        return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise _Unusable(Fault.NOT_A_DATE, text[:40]) from None


def _degrees(most: int, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        raise _Unusable(Fault.NOT_A_NUMBER, text[:40]) from None
    if not -most <= value <= most:  # also refuses NaN
        raise _Unusable(Fault.SWAPPED if most == 90 and abs(value) <= 180 else Fault.NOT_IN_DEGREES, text[:40])
    return value


def _party(name: str, letters: str, name_zh: str, *, is_required: bool = False) -> tuple[Column, Column]:
    return (
        Column(f"{name}_code", f"{letters}DM", f"{name_zh}代码", partial(_text, 18), is_required),
        Column(f"{name}_name", f"{letters}MC", f"{name_zh}名称", partial(_text, 100), is_required),
    )


# The 18 attributes in the order of the standard, then what it leaves to the geometry and to earlier standards.
COLUMNS: tuple[Column, ...] = (
    Column("component_id", "GLBJBSM", "管理部件标识码", partial(_code, (LENGTH, ALIAS_LENGTH))),
    Column("component_name", "GLBJMC", "管理部件名称", partial(_text, 30)),
    *_party("authority", "ZGBM", "主管部门", is_required=True),
    *_party("owner", "QSDW", "权属单位"),
    *_party("maintainer", "YHDW", "养护单位"),
    Column("unit_grid_id", "SZDYWGBSM", "所在单元网格标识码", _unit_grid),
    Column("component_state", "GLBJZT", "管理部件状态", partial(_word, State)),
    Column("initial_date", "CSRQ", "初始日期", _day, is_required=True),
    Column("change_date", "BGRQ", "变更日期", _day),
    Column("data_source", "SJLY", "数据来源", partial(_word, DataSource)),
    Column("remark", "BZ", "备注", partial(_text, 1000)),
    Column("street_code", "SZJDDM", "所在街道代码", partial(_code, (9,))),
    Column("street_name", "SZJDMC", "街道名称", partial(_text, 50)),
    Column("community_code", "SZSQDM", "社区代码", partial(_code, (12,))),
    Column("community_name", "SZSQMC", "社区名称", partial(_text, 50)),
    Column("category", "", "分类代码", partial(_code, (5,))),
    Column("component_name_en", "", "英文名称", partial(_text, 100)),
    Column("alias_code", "", "原标识码", partial(_code, (ALIAS_LENGTH,))),
    Column("longitude", "", "经度", partial(_degrees, 180), is_required=True),
    Column("latitude", "", "纬度", partial(_degrees, 90), is_required=True),
)
STANDARD_COLUMNS = COLUMNS[:18]
_COLUMNS = {column.name: column for column in COLUMNS}
_HEADINGS = {
    heading.lower(): column.name
    for column in COLUMNS
    for heading in (column.name, column.abbreviation, column.name_zh)
    if heading
}


def read_headings(headings: Iterable[str]) -> dict[str, str]:
    """Heading of a file (our name, abbreviation or Chinese name) to column; unknown headings are left out."""
    found = {heading: _HEADINGS.get(heading.strip().lower(), "") for heading in headings}
    return {heading: column for heading, column in found.items() if column}


def read_cells(row: Row, *, today: date) -> Cells:
    """Read a row by column names. A blank cell of a column is a value (nothing); an absent column says nothing."""
    cells = Cells()
    for name in row.keys() & _COLUMNS.keys():
        try:
            cells.values[name] = _COLUMNS[name].read(_as_text(row[name]))
        except _Unusable as unusable:
            cells.wrong.append(Wrong(name, unusable.fault, unusable.detail))
    cells.wrong.extend(date_faults(cells.values, today))
    return cells


def missing(values: Mapping[str, Any]) -> list[Wrong]:
    """The required cells that a new component lacks."""
    lacking = [column.name for column in COLUMNS if column.is_required and values.get(column.name) in (None, "")]
    if not values.get("category") and len(values.get("component_id") or "") != LENGTH:
        lacking.append("category")
    return [Wrong(name, Fault.MISSING) for name in lacking]


def date_faults(values: Mapping[str, Any], today: date) -> list[Wrong]:
    """What is wrong with the initial and the change date, each alone and together."""
    days = [(name, values.get(name)) for name in ("initial_date", "change_date")]
    faults = [Wrong(name, Fault.IN_THE_FUTURE, f"{day:%Y-%m-%d}") for name, day in days if day and day > today]
    (_, initial), (_, change) = days
    if initial and change and change < initial:
        faults.append(Wrong("change_date", Fault.BEFORE_INITIAL, f"{change:%Y-%m-%d} < {initial:%Y-%m-%d}"))
    return faults


def rows_of_features(document: Any) -> list[dict[str, object]]:
    """Rows of a GeoJSON FeatureCollection of points: properties, longitude, latitude. ValueError when it is none."""
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ValueError("no FeatureCollection")
    return [_feature_row(feature) for feature in features]


def _feature_row(feature: Any) -> dict[str, object]:
    feature = feature if isinstance(feature, dict) else {}
    row = dict(feature.get("properties") or {})
    geometry = feature.get("geometry") or {}
    coordinates = geometry.get("coordinates") if geometry.get("type") == "Point" else None
    if isinstance(coordinates, list) and len(coordinates) >= 2:
        row["longitude"], row["latitude"] = coordinates[:2]
    return row


def _as_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        if abs(cell) > MOST_EXACT:
            raise _Unusable(Fault.ROUNDED, f"{cell:.0f}")
        cell = int(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    text = str(cell).strip()
    if UNSTORABLE.search(text):
        raise _Unusable(Fault.BAD_CHARACTERS)
    return text
