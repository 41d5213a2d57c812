"""A small city with names as they read in the street, accounts that can sign in, and cases in many states."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point, Polygon

from citygrid.access.models import Account, Organisation
from citygrid.access.queries import actor_for
from citygrid.access.tests import factories as access
from citygrid.cases import services
from citygrid.cases.models import Case
from citygrid.cases.rules import Given
from citygrid.cases.tests.factories import publish
from citygrid.catalogue.choices import Kind
from citygrid.catalogue.rules import CategoryIn, SchemeIn, StandardIn
from citygrid.catalogue.services import define_categories, define_scheme, publish_standard
from citygrid.dispatch.tests import factories as dispatch
from citygrid.geography import services as geography_services
from citygrid.geography.choices import LayerKind, Level
from citygrid.geography.tests import factories as geography
from citygrid.intake import services as intake
from citygrid.inventory.models import Component
from citygrid.inventory.tests import factories as inventory
from citygrid.kernel.actor import Actor, system_actor
from citygrid.kernel.worktime import Limit, Unit

DISTRICT = geography.DISTRICT
CLERK = system_actor("desk tests")
COVER, LITTER = "city/component/01001", "city/matter/01001"
ROLES = {
    "supervisor": "周巡",
    "acceptor": "李受理",
    "shift_leader": "赵值班",
    "inspector": "钱督查",
    "dispatcher": "孙派遣",
}
REPORTS = (
    ("便道上的污水井盖破损，有响声", "演乐胡同 12 号门前", COVER),
    ("垃圾桶旁堆放生活垃圾，已有三天", "朝内北小街东侧", LITTER),
    ("井盖缺失，已用锥桶围挡", "礼士胡同西口", COVER),
    ("沿街商户门前有暴露垃圾", "东四北大街 107 号", LITTER),
    ("雨后井盖周边路面下沉", "灯草胡同 8 号", COVER),
)


@dataclass
class City:
    """The district of the geography factories, a centre, two units, and an account for every role."""

    sanitation: Organisation
    water: Organisation
    standards: dict[str, Any]
    accounts: dict[str, Account] = field(default_factory=dict)

    def actor(self, login: str, now: datetime) -> Actor:
        """The account acting as the one post it holds."""
        account = self.accounts[login]
        actor = actor_for(account.pk, account.holdings.get().post_id, now)
        assert actor is not None
        return actor

    def report(self, place: int, now: datetime, login: str = "acceptor", **values: Any) -> intake.Receipt:
        """One of the reports above, received; `place` also says where."""
        words, address, _ = REPORTS[place % len(REPORTS)]
        given = intake.ReportIn(
            description=words,
            channel="hotline",
            lon=geography.WEST + 0.0005 + place % 14 * 0.001,
            lat=geography.SOUTH + 0.0005 + place % 3 * 0.0011,
            address=address,
            **values,
        )
        return intake.receive_report(report=given, key=f"report-{place}", actor=self.actor(login, now), now=now)

    def case(self, place: int, now: datetime) -> Case:
        """A case accepted from one of the reports."""
        receipt = self.report(place, now, contact={"name": "王女士", "phone": "13800138000"})
        actor, category = self.actor("acceptor", now), REPORTS[place % len(REPORTS)][2]
        return intake.accept_report(report_id=receipt.report_id, actor=actor, now=now, category_key=category)

    def play(self, case: Case, *lines: str, start: datetime, every: timedelta = timedelta(minutes=10)) -> Case:
        """Steps written "login action", at equal distances of time."""
        for place, line in enumerate(lines, start=1):
            login, action = line.split()
            now = start + place * every
            given = self.given(case, action, now)
            actor = self.actor(login, now)
            case = services.take_step(case_id=case.pk, action=action, given=given, actor=actor, now=now)
        return case

    def given(self, case: Case, action: str, now: datetime) -> Given:
        """What the action needs."""
        unit = self.water if case.category_id == COVER else self.sanitation
        return {
            "file": Given(standard_id=self.standards[case.category_id].pk),
            "dispatch": Given(unit_id=unit.pk),
            "report_verification": Given(finding="confirmed"),
            "reply": Given(note="已处置，现场恢复整洁。"),
            "hang": Given(reason="需等地铁施工围挡拆除", until_at=now + timedelta(days=20)),
            "return": Given(reason="该井盖权属为通信公司"),
            "extend": Given(reason="备件明日到货"),
            "oversee": Given(reason="居民多次来电，请说明进展"),
            "void": Given(reason="不属于受理范围"),
            "reopen": Given(reason="居民反映问题复发"),
        }.get(action, Given())


TO_FILED = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file")
TO_DISPATCHED = (*TO_FILED, "dispatcher dispatch")
LIVES = (
    (),
    ("acceptor send_to_verify",),
    ("acceptor send_to_verify", "supervisor report_verification"),
    ("shift_leader file",),
    TO_DISPATCHED,
    (*TO_DISPATCHED, "{unit} take"),
    (*TO_DISPATCHED, "{unit} take", "{unit} hang", "dispatcher approve_hang"),
    (*TO_DISPATCHED, "{unit} return"),
    (*TO_DISPATCHED, "inspector oversee"),
    (*TO_DISPATCHED, "{unit} take", "{unit} reply"),
    (*TO_DISPATCHED, "{unit} reply", "acceptor send_to_check"),
    (*TO_DISPATCHED, "{unit} reply", "acceptor send_to_check", "supervisor pass_check"),
    (*TO_DISPATCHED, "{unit} reply", "acceptor send_to_check", "supervisor pass_check", "shift_leader close"),
    ("shift_leader void",),
)


def make_city(now: datetime, password: str = "", language: str = "") -> City:
    """The city without cases; accounts sign in with `password` when one is given."""
    _make_places()
    publish()
    standards = _make_catalogue()
    centre = access.make_organisation(
        "centre", kind="supervision_centre", name_zh="监督指挥中心", name_en="Supervision centre"
    )
    sanitation = access.make_organisation(
        "sanitation", kind="sanitation", name_zh="环卫中心", name_en="Sanitation centre"
    )
    water = access.make_organisation("water", kind="water", name_zh="排水公司", name_en="Drainage company")
    city = City(sanitation, water, standards)
    for role, name in ROLES.items():
        post = access.make_post(role, organisation=centre, areas=[DISTRICT])
        city.accounts[role] = access.make_account(
            role, display_name=name, password=password, language=language, posts=[post]
        )
    for login, unit, name in (("sanitation", sanitation, "吴环卫"), ("water", water, "郑排水")):
        post = access.make_post("department", organisation=unit, areas=[DISTRICT])
        city.accounts[login] = access.make_account(
            login, display_name=name, password=password, language=language, posts=[post]
        )
    _make_rules(city)
    assert city.actor("acceptor", now)
    return city


def add_administrator(city: City, login: str = "system_administrator", password: str = "", language: str = "") -> None:
    """Somebody who keeps units, accounts, standards, rules and components."""
    post = access.make_post("system_administrator", organisation=city.water, areas=[""])
    account = access.make_account(login, display_name="冯管理", password=password, language=language, posts=[post])
    city.accounts[login] = account


def _make_places() -> None:
    geography.make_district()
    for level, rows in {
        Level.STREET: [("900001001", "东四街道", "Dongsi", 0, 2), ("900001002", "景山街道", "Jingshan", 2, 2)],
        Level.COMMUNITY: [
            ("900001001001", "演乐社区", "Yanle", 0, 1),
            ("900001001002", "礼士社区", "Lishi", 1, 1),
            ("900001002001", "隆福寺社区", "Longfusi", 2, 1),
            ("900001002002", "皇城根社区", "Huangchenggen", 3, 1),
        ],
    }.items():
        features = [
            geography.feature(code, geography.square(column, width=width), name=zh, name_en=en)
            for code, zh, en, column, width in rows
        ]
        assert geography.load(level, *features).is_written
    geography_services.cut_unit_grids(below=DISTRICT, actor=CLERK, now=geography.NOW)


def _make_catalogue() -> dict[str, Any]:
    scheme = SchemeIn("city", "示例分类", "Sample categories", "示例数据", "Sample data")
    define_scheme(scheme=scheme, actor=CLERK, now=geography.NOW)
    rows = [
        CategoryIn(Kind.COMPONENT, "01", "公用设施", "Public utilities", is_major=True),
        CategoryIn(Kind.COMPONENT, "01001", "污水井盖", "Sewage manhole cover", "01"),
        CategoryIn(Kind.MATTER, "01", "市容环境", "Cleanliness", is_major=True),
        CategoryIn(Kind.MATTER, "01001", "暴露垃圾", "Exposed litter", "01"),
    ]
    define_categories(scheme_code="city", categories=rows, actor=CLERK, now=geography.NOW)
    texts = {
        COVER: ("井盖破损、缺失", "The cover is broken or missing", "井盖完好", "The cover is whole", "water", 4),
        LITTER: ("有暴露垃圾", "Litter lies open", "垃圾已清理", "The litter is gone", "sanitation", 2),
    }
    return {key: _standard(key, *each) for key, each in texts.items()}


def _standard(key: str, zh: str, en: str, closing_zh: str, closing_en: str, kind: str, hours: int) -> Any:
    standard = StandardIn(
        code=f"{key}/1",
        category_key=key,
        condition_zh=zh,
        condition_en=en,
        closing_zh=closing_zh,
        closing_en=closing_en,
        limit=Limit(hours, Unit.URGENT_HOUR),
        unit_kind=kind,
        evidence=("photo_before", "photo_after"),
    )
    return publish_standard(standard=standard, actor=CLERK, now=geography.NOW, valid_from_date=date(2020, 1, 1))


def _make_rules(city: City) -> None:
    """Covers belong to the drainage company, also because of the road layer; litter has no rule of its own."""
    geography_services.add_layer(
        code="road",
        kind=LayerKind.AREA,
        name_zh="城市道路责任区",
        name_en="City road areas",
        actor=CLERK,
        now=geography.NOW,
    )
    geography_services.add_feature(
        layer_code="road",
        code="R1",
        name_zh="朝阳门内大街",
        name_en="Chaoyangmen Inner Street",
        geom=Polygon(geography.square(0, width=4)[0], srid=4326),
        valid_from_date=date(2020, 1, 1),
        responsible_unit_id=city.sanitation.pk,
        actor=CLERK,
        now=geography.NOW,
    )
    dispatch.rule(city.water, category_key=COVER)


def make_cases(city: City, now: datetime, count: int = len(LIVES)) -> list[Case]:
    """Cases of the last hours, one of each life in turn, and three reports that wait."""
    cases = []
    for place in range(count):
        start = now - timedelta(hours=1 + place % 6, minutes=40)
        case = city.case(place, start)
        unit = "water" if case.category_id == COVER else "sanitation"
        lines = [line.format(unit=unit) for line in LIVES[place % len(LIVES)]]
        cases.append(city.play(case, *lines, start=start, every=timedelta(minutes=9)))
    for place in range(count, count + 3):
        city.report(place, now - timedelta(minutes=7 * (place - count + 1)), contact={"phone": "13900139000"})
    return cases


def add_cover(east: float = 0.0006) -> Component:
    """A cover so many degrees from the west of the district; the first place of a report lies at 0.0005."""
    values = {"longitude": geography.WEST + east, "latitude": geography.SOUTH + 0.0005, "maintainer_name": "排水公司"}
    return inventory.add(scheme="city", maintainer_code=inventory.CREDIT_CODE, **values)


def point(place: int) -> Point:
    """A position inside the district."""
    return Point(geography.WEST + 0.0005 + place * 0.001, geography.SOUTH + 0.001, srid=4326)


def add_crew(city: City, login: str = "crew", title: str = "抢修一班", password: str = "", language: str = "") -> None:
    """Somebody of a crew of the drainage company."""
    post = access.make_post("crew", organisation=city.water, areas=[DISTRICT], title=(title, "Repair crew"))
    account = access.make_account(login, display_name="卫抢修", password=password, language=language, posts=[post])
    city.accounts[login] = account
