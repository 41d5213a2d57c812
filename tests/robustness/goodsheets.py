"""For every kind of sheet: what must be there, and a file of rows each of which is good."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from citygrid.access.models import Account, Organisation, Post
from citygrid.access.tests import factories as access
from citygrid.catalogue.tests import factories as catalogue
from citygrid.evaluation import services as evaluation
from citygrid.geography import services as geography_services
from citygrid.geography.choices import LayerKind
from citygrid.geography.tests import factories as geography
from citygrid.inventory.sheets import ComponentSheet
from citygrid.inventory.tests import factories as inventory
from citygrid.kernel.actor import Actor

ROWS, NOW, TODAY = 8, geography.NOW, date(2026, 3, 2)
STREET, OTHER_STREET = "900001001", "900001002"
CREDIT = "91350100M000100Y43"  # the example of GB 32100-2015
COMMUNITY = f"{STREET}001"
COVER = "test/component/01001"
Values = dict[str, Any]


def administrator(role: str, areas: tuple[str, ...] = ("",)) -> Actor:
    """A post whose account signs in as "own"."""
    account = access.make_account("own")
    return access.make_actor(role, areas=areas, unit=access.make_organisation("office"), account=account)


def accounts() -> tuple[Actor, list[Values]]:
    rows = [{"login": f"w{n}", "name": "王小明", "language": "en", "active": "yes"} for n in range(ROWS)]
    return administrator("system_administrator"), rows


def organisations() -> tuple[Actor, list[Values]]:
    geography.make_streets()
    access.make_organisation("taken", area_code=STREET, credit_code=CREDIT)
    access.make_organisation("elsewhere", area_code=OTHER_STREET)
    more = {"name_en": "", "parent": "", "credit_code": "", "area": STREET, "active": "yes"}
    rows = [{"code": f"u{n}", "name_zh": "环卫中心", "kind": "sanitation", **more} for n in range(ROWS)]
    return administrator("system_administrator", (STREET,)), rows


def posts() -> tuple[Actor, list[Values]]:
    geography.make_streets()
    access.make_post("dispatcher", organisation=access.make_organisation("env-01"), areas=[OTHER_STREET])
    key = {"organisation": "env-01", "role": "dispatcher"}
    rows = [{**key, "title_zh": f"值守{n}", "areas": STREET, "categories": "", "active": "yes"} for n in range(ROWS)]
    return administrator("security_administrator", (STREET,)), rows


def holdings() -> tuple[Actor, list[Values]]:
    unit = access.make_organisation("env-01")
    access.make_post("dispatcher", organisation=unit)
    access.make_post("audit_administrator", organisation=unit)
    for n in range(ROWS):
        access.make_account(f"w{n}")
    access.hold(access.make_account("busy"), Post.objects.get(role="dispatcher"))
    access.hold(access.make_account("system"), access.make_post("system_administrator"))
    Account.objects.filter(pk=access.make_account("gone").pk).update(is_active=False)
    post = {"organisation": "env-01", "role": "dispatcher", "title_zh": "派遣员"}
    rows = [{"login": f"w{n}", **post, "from": "2026-03-02", "until": "2026-12-31"} for n in range(ROWS)]
    return administrator("security_administrator"), rows


def places() -> tuple[Actor, list[Values]]:
    _make_layer()
    access.make_organisation("env-01")
    rows = [{"layer": "water", "feature": f"w{n}", "unit": "env-01"} for n in range(ROWS)]
    return administrator("system_administrator"), rows


def categories() -> tuple[Actor, list[Values]]:
    catalogue.category()
    plain = {"scheme": "test", "kind": "component", "name_zh": "灯", "name_en": "", "major": "01"}
    rows = [{**plain, "code": f"0110{n}", "is_major": "no", "active": "yes"} for n in range(ROWS)]
    return administrator("system_administrator"), rows


def standards() -> tuple[Actor, list[Values]]:
    catalogue.standard(catalogue.category(), "later", on=date(2026, 5, 1))
    catalogue.problem_type()
    texts = {"condition_zh": "破损", "closing_zh": "已修复", "problem_type": "", "unit_kind": ""}
    limit = {"limit": "2", "unit": "work_day", "evidence": "photo_before;photo_after"}
    return administrator("system_administrator"), [
        {"code": f"s{n}", "category": COVER, **texts, **limit} for n in range(ROWS)
    ]


def rules() -> tuple[Actor, list[Values]]:
    _make_layer()
    catalogue.category()
    catalogue.problem_type()
    Organisation.objects.filter(pk=access.make_organisation("shut").pk).update(is_active=False)
    for n in range(ROWS):
        access.make_organisation(f"u{n}")
    plain = {"category": COVER, "area": STREET, "layer": "water", "feature": "w1", "problem_type": "", "note": ""}
    return administrator("system_administrator"), [
        {"unit": f"u{n}", **plain, "from": "2026-03-02", "until": "2026-12-31"} for n in range(ROWS)
    ]


def components() -> tuple[Actor, list[Values]]:
    inventory.make_place()
    inventory.add(longitude=inventory.LON + 1e-3, alias_code="9000010101000009")
    who = {"authority_code": inventory.CREDIT_CODE, "authority_name": "水务局", "component_state": "intact"}
    more = {"initial_date": "2020-01-02", "change_date": "", "unit_grid_id": "", "alias_code": "", "remark": ""}
    rows = [
        {
            "component_id": f"{geography.DISTRICT}01001{100 + n:06d}",
            "category": "01001",
            "longitude": f"{inventory.LON + n / 1e5:.7f}",
            "latitude": f"{inventory.LAT:.7f}",
            **who,
            **more,
        }
        for n in range(ROWS)
    ]
    return administrator("system_administrator", (STREET,)), rows


def _make_layer() -> None:
    geography.make_streets()
    own = {"actor": geography.ACTOR, "now": NOW, "name_en": ""}
    geography_services.add_layer(code="water", kind=LayerKind.AREA, name_zh="水", **own)
    there = {"layer_code": "water", "geom": Point(116.3, 39.8), "valid_from_date": date(2020, 1, 1)}
    for n in range(ROWS):
        geography_services.add_feature(code=f"w{n}", name_zh="湖", **there, **own)


def node(key: str, position: int, parent: str = "top") -> Values:
    names = {"key": key, "name_zh": "指标", "name_en": "Indicator", "parent": parent, "position": position}
    return {**names, "weight": 1, "needed": "0.5", "scale": "minmax", "low": "", "high": ""}


def index_tree() -> tuple[Actor, list[Values]]:
    """A top with indicators below it."""
    rows = [node("top", 1, parent=""), *(node(f"i{n}", n + 1) for n in range(1, ROWS))]
    return administrator("system_administrator"), rows


def index_values() -> tuple[Actor, list[Values]]:
    actor, tree = index_tree()
    geography.make_communities()
    kept = ("key", "parent", "position", "name_zh", "name_en")
    nodes = [{name: row[name] for name in kept} for row in tree]
    evaluation.keep_nodes(nodes=nodes, gone=[], actor=actor, now=NOW)
    rows = [{"key": f"i{n}", "area": COMMUNITY, "month": "2026-03", "value": 9.5} for n in range(1, ROWS)]
    return actor, [*rows, {**rows[0], "month": "2026-04"}]


SHEETS: dict[str, Callable[[], tuple[Actor, list[Values]]]] = {
    "accounts": accounts,
    "organisations": organisations,
    "posts": posts,
    "holdings": holdings,
    "places": places,
    "categories": categories,
    "standards": standards,
    "rules": rules,
    "components": components,
    "index-tree": index_tree,
    "index-values": index_values,
}


def make(sheet: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Actor, list[Values]]:
    """The keeper of this sheet, and rows for a file; components are of the scheme of the tests."""
    monkeypatch.setattr(ComponentSheet, "scheme", inventory.SCHEME)
    return SHEETS[sheet]()
