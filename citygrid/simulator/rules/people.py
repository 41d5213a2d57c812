"""Who works in the demo district: organisations, and the seats of the people in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from citygrid.simulator.rules.names import DISTRICT, STREETS, Name
from citygrid.simulator.rules.sizes import FULL, Size

CODE = "900102"  # of no real district: GB/T 2260 has none that begins with 90
ROOT = "yl"
SUPERVISION, COMMAND, OFFICE = f"{ROOT}-supervision", f"{ROOT}-command", f"{ROOT}-office"
CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

DEPARTMENTS = {
    "urban_management": ("城市管理综合执法大队", "Urban Management Brigade"),
    "sanitation": ("环境卫生服务中心", "Sanitation Centre"),
    "municipal_works": ("市政设施养护中心", "Municipal Works Centre"),
    "lighting": ("路灯照明管理所", "Street Lighting Office"),
    "landscaping": ("园林绿化服务中心", "Landscaping Centre"),
    "water": ("供排水公司", "Water and Drainage Company"),
    "water_affairs": ("河湖管理所", "Rivers Office"),
    "power": ("供电公司", "Power Company"),
    "telecom": ("通信设施维护中心", "Telecom Maintenance Centre"),
    "gas_heat": ("燃气供热公司", "Gas and Heating Company"),
    "traffic": ("交通运输局", "Transport Bureau"),
    "traffic_police": ("交警大队", "Traffic Police"),
    "ecology": ("生态环境局", "Ecology Bureau"),
    "housing": ("住房和城乡建设局", "Housing Bureau"),
    "police": ("公安分局", "Police Bureau"),
    "fire": ("消防救援大队", "Fire and Rescue Brigade"),
    "emergency": ("应急管理局", "Emergency Bureau"),
    "civil_affairs": ("民政局", "Civil Affairs Bureau"),
    "culture": ("文化和旅游局", "Culture and Tourism Bureau"),
    "market_regulation": ("市场监督管理局", "Market Regulation Bureau"),
    "transit": ("公共交通公司", "Bus and Metro Company"),
    "rail": ("铁路站段", "Railway Operator"),
    "post": ("邮政分公司", "Post"),
}
CREWS = 2  # of each department that is busy
BUSY = (
    "urban_management",
    "sanitation",
    "municipal_works",
    "landscaping",
)  # have a second handling officer, and crews
# Who does the work of a department in some of the streets: how many there are, and what they are called.
CONTRACTORS = {
    "sanitation": (8, "环卫作业第{}所", "Sanitation Station {}"),
    "landscaping": (5, "园林养护第{}队", "Landscaping Team {}"),
    "municipal_works": (3, "市政维修第{}班", "Road Repair Team {}"),
}
# Login, role, unit and title of those who sit at desks; how many there are is the size's.
DESKS = {
    "acceptor": ("acceptor", SUPERVISION, "受理员", "Acceptor"),
    "leader": ("shift_leader", SUPERVISION, "值班长", "Shift leader"),
    "dispatcher": ("dispatcher", COMMAND, "派遣员", "Dispatcher"),
}
# The ladder of social events in each street office.
LADDER = (
    ("grid", "grid_worker", "网格员", "Grid worker"),
    ("community", "community_officer", "社区专员", "Community officer"),
    ("officer", "street_officer", "街道专员", "Street officer"),
)
ADMINISTRATORS = (
    ("sysadmin", "system_administrator", "系统管理员", "System administrator"),
    ("secadmin", "security_administrator", "安全管理员", "Security administrator"),
    ("auditor", "audit_administrator", "审计管理员", "Audit administrator"),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation: code, kind (of data/catalogue/unit_kinds.csv where it handles cases), names, area, parent."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    area_code: str = CODE
    parent: str = ROOT


@dataclass(frozen=True, slots=True)
class Seat:
    """A post of a person: login, role, code of the unit, jurisdiction, and title."""

    login: str
    role: str
    unit: str
    areas: tuple[str, ...]
    title_zh: str
    title_en: str


def street_code(street: int) -> str:
    """Code of a street by its place in the plan, from 0."""
    return f"{CODE}{street + 1:03d}"


def community_codes(size: Size = FULL) -> list[str]:
    """Codes of all communities in the order of the plan and of `names.communities`."""
    return [
        f"{street_code(street)}{n + 1:03d}" for street, count in enumerate(size.communities_of) for n in range(count)
    ]


def units(size: Size = FULL) -> list[Unit]:
    """All organisations, each after the one above it; departments come before their contractors."""
    short = DISTRICT[0]
    head = [
        Unit(ROOT, "government", f"{short}人民政府", "Yunlan District Government", parent=""),
        Unit(SUPERVISION, "supervision_centre", f"{short}城市管理监督中心", "Yunlan Supervision Centre"),
        Unit(COMMAND, "command_centre", f"{short}城市管理指挥中心", "Yunlan Command Centre"),
        Unit(OFFICE, "administration", f"{short}信息中心", "Yunlan Information Office"),
    ]
    departments = [Unit(f"{ROOT}-{kind}", kind, short + zh, f"Yunlan {en}") for kind, (zh, en) in DEPARTMENTS.items()]
    offices = [
        Unit(f"{ROOT}-street-{n + 1}", "street", f"{zh}办事处", f"{en} Office", street_code(n))
        for n, (zh, en) in enumerate(_streets(size))
    ]
    contractors = [
        Unit(f"{ROOT}-{kind}-{n + 1}", kind, zh.format(n + 1), en.format(n + 1), parent=f"{ROOT}-{kind}")
        for kind, (_, zh, en) in CONTRACTORS.items()
        for n in range(_contractors(kind, size))
    ]
    return head + departments + offices + contractors


def credit_code(number: int) -> str:
    """A social credit code of the demo with its check character (GB 32100-2015, 6.2: modulo 31)."""
    body = f"11{CODE}{number:09d}"
    total = sum(CREDIT_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(body))
    return body + CREDIT_LETTERS[-total % 31]


def maintainer(kind: str, street: int, size: Size = FULL) -> str:
    """Code of the unit that does the work of a kind in a street, by its place from 0."""
    if kind in CONTRACTORS:
        return f"{ROOT}-{kind}-{street % _contractors(kind, size) + 1}"
    return f"{ROOT}-street-{street + 1}" if kind == "street" else f"{ROOT}-{kind}"


def seats(size: Size = FULL) -> Iterator[Seat]:
    """All seats; a login that comes twice is one person with two posts."""
    whole = (CODE,)
    yield from _supervisors(size)
    for name, count in size.desks:
        role, unit, zh, en = DESKS[name]
        for n in range(1, count + 1):
            yield Seat(f"{name}{n}", role, unit, whole, f"{zh}（{n}号席）", f"{en}, desk {n}")
    for n, login in enumerate(("inspector1", "leader2"), start=1):
        yield Seat(login, "inspector", SUPERVISION, whole, f"督查员（{n}号席）", f"Overseer, desk {n}")
    for kind in DEPARTMENTS:
        yield Seat(kind, "department", f"{ROOT}-{kind}", whole, "处置负责人", "Handling officer")
    for kind in BUSY:
        yield Seat(f"{kind}2", "department", f"{ROOT}-{kind}", whole, "处置副负责人", "Deputy handling officer")
        for crew in range(1, CREWS + 1):
            yield Seat(f"{kind}-crew{crew}", "crew", f"{ROOT}-{kind}", whole, f"作业{crew}班", f"Crew {crew}")
    yield from _in_streets(size)
    yield Seat("district1", "district_officer", f"{ROOT}-civil_affairs", whole, "区级专员", "District officer")
    for login, role, zh, en in ADMINISTRATORS:
        yield Seat(login, role, OFFICE, whole, zh, en)


def _supervisors(size: Size) -> Iterator[Seat]:
    """Two for each patrol of some communities."""
    codes = community_codes(size)
    for patrol, first in enumerate(range(0, len(codes), size.of_patrol), start=1):
        areas = tuple(codes[first : first + size.of_patrol])
        for n, letter in enumerate("甲乙", start=1):
            title = f"第{patrol}巡查组监督员{letter}", f"Supervisor {n}, patrol {patrol}"
            yield Seat(f"supervisor{2 * patrol - 2 + n}", "supervisor", SUPERVISION, areas, *title)


def _in_streets(size: Size) -> Iterator[Seat]:
    streets = range(len(size.communities_of))
    for n in streets:
        office, areas = f"{ROOT}-street-{n + 1}", (street_code(n),)
        yield Seat(f"street{n + 1}", "department", office, areas, "街道处置负责人", "Street handling officer")
        for login, role, zh, en in LADDER:
            yield Seat(f"{login}{n + 1}", role, office, areas, zh, en)
    for kind in CONTRACTORS:
        count = _contractors(kind, size)
        for n in range(count):
            served = tuple(street_code(street) for street in streets[n::count])
            unit = f"{ROOT}-{kind}-{n + 1}"
            yield Seat(f"{kind}-{n + 1}", "department", unit, served, "作业负责人", "Works officer")


def _contractors(kind: str, size: Size) -> int:
    return min(CONTRACTORS[kind][0], len(size.communities_of))


def _streets(size: Size) -> list[Name]:
    return STREETS[: len(size.communities_of)]
