"""Who works in the demo district: organisations, and the seats of the people in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from citygrid.simulator.rules.names import COMMUNITIES, DISTRICT, STREETS
from citygrid.simulator.rules.plan import COMMUNITIES_OF

CODE = "900102"  # of no real district: GB/T 2260 has none that begins with 90
ROOT = "yl"
SUPERVISION, COMMAND, OFFICE = f"{ROOT}-supervision", f"{ROOT}-command", f"{ROOT}-office"
PATROLS = 4  # each of two supervisors, for five communities

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
}


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation: code, kind (of data/catalogue/unit_kinds.csv where it handles cases), names, area."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    area_code: str = CODE


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


def community_codes() -> list[str]:
    """Codes of all communities in the order of the plan and of `names.COMMUNITIES`."""
    return [f"{street_code(street)}{n + 1:03d}" for street, count in enumerate(COMMUNITIES_OF) for n in range(count)]


def units() -> list[Unit]:
    """All organisations, the root first; the others are below it."""
    short = DISTRICT[0]
    head = [
        Unit(ROOT, "government", f"{short}人民政府", "Yunlan District Government"),
        Unit(SUPERVISION, "supervision_centre", f"{short}城市管理监督中心", "Yunlan Supervision Centre"),
        Unit(COMMAND, "command_centre", f"{short}城市管理指挥中心", "Yunlan Command Centre"),
        Unit(OFFICE, "administration", f"{short}信息中心", "Yunlan Information Office"),
    ]
    departments = [Unit(f"{ROOT}-{kind}", kind, short + zh, f"Yunlan {en}") for kind, (zh, en) in DEPARTMENTS.items()]
    offices = [
        Unit(f"{ROOT}-street-{n + 1}", "street", f"{zh}办事处", f"{en} Office", street_code(n))
        for n, (zh, en) in enumerate(STREETS)
    ]
    return head + departments + offices


def seats() -> Iterator[Seat]:
    """All seats; a login that comes twice is one person with two posts."""
    whole = (CODE,)
    communities = community_codes()
    size = len(COMMUNITIES) // PATROLS
    for n in range(2 * PATROLS):
        patrol = n // 2
        areas = tuple(communities[patrol * size : (patrol + 1) * size])
        title = f"第{'一二三四'[patrol]}巡查组监督员", f"Supervisor, patrol {patrol + 1}"
        yield Seat(f"supervisor{n + 1}", "supervisor", SUPERVISION, areas, *title)
    for n in range(3):
        yield Seat(f"acceptor{n + 1}", "acceptor", SUPERVISION, whole, "受理员", "Acceptor")
    for n in range(2):
        yield Seat(f"leader{n + 1}", "shift_leader", SUPERVISION, whole, "值班长", "Shift leader")
    for login in ("inspector1", "leader2"):
        yield Seat(login, "inspector", SUPERVISION, whole, "督查员", "Overseer")
    for n in range(2):
        yield Seat(f"dispatcher{n + 1}", "dispatcher", COMMAND, whole, "派遣员", "Dispatcher")
    for kind in DEPARTMENTS:
        yield Seat(kind, "department", f"{ROOT}-{kind}", whole, "处置负责人", "Handling officer")
    for n in range(len(STREETS)):
        title = "街道处置负责人", "Street handling officer"
        yield Seat(f"street{n + 1}", "department", f"{ROOT}-street-{n + 1}", (street_code(n),), *title)
    yield Seat("sysadmin", "system_administrator", OFFICE, whole, "系统管理员", "System administrator")
    yield Seat("secadmin", "security_administrator", OFFICE, whole, "安全管理员", "Security administrator")
    yield Seat("auditor", "audit_administrator", OFFICE, whole, "审计管理员", "Audit administrator")
