"""Every page in both languages, on a screen and on a phone: nothing serious for axe, nothing wider than the screen."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.core.management import call_command

from citygrid.cases.models import Case
from citygrid.cases.rules import Correction, Given
from citygrid.cases.services import take_step
from citygrid.desk.tests.factories import COVER, LITTER, City, add_administrator, add_cover, make_cases
from citygrid.desk.tests.learned import LAMP, NEVER_SENT, filed, teach
from citygrid.desk.tests.test_focus import proposed, published
from citygrid.desk.tests.test_quality import see_cover
from citygrid.evaluation import services as evaluation
from citygrid.geography.services import FeatureIn, publish_draft, save_draft, undo_publication
from citygrid.geography.tests.factories import square
from citygrid.intake import services as intake
from citygrid.intake.services import Receipt
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from citygrid.kernel.sheets import runs
from citygrid.kernel.tests.sheet_files import check
from citygrid.notices import services
from citygrid.notices.tests.factories import holder, notice
from citygrid.workflow import queries as workflow
from tests.journeys.staff import PASSWORD, Staff

FIGURE = "indicator=filed_count&part=numerator"
SIZES = {"screen": (1366, 768), "phone": (390, 844)}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def addresses(city: City) -> Iterator[tuple[str, str, str]]:
    """(name, login, path) of the pages, empty and then full."""
    yield "home-empty", "acceptor", "/"
    yield "notices-empty", "acceptor", "/notices/"
    yield "waiting-empty", "dispatcher", "/waiting/"
    yield "cases-empty", "acceptor", "/cases/"
    yield "reports-empty", "acceptor", "/reports/"
    yield "supervision-empty", "shift_leader", "/supervision/"
    yield "evaluation-empty", "shift_leader", "/evaluation/"
    yield "report-quality-empty", "supervisor", "/reports/quality/"
    yield "focus-empty", "shift_leader", "/focus/"
    yield "automation-empty", "dispatcher", "/automation/"
    yield "handover-empty", "shift_leader", "/supervision/handover/"
    cases = make_cases(city, clock.now(), 18)
    tell(city, cases[4], "water", 5)
    tell(city, cases[8], "dispatcher", 2)
    report = city.report(90, clock.now(), contact={"name": "王女士", "phone": "13800138000"})
    joined, corrected = undone(city, cases)
    near, about = about_covers(city)
    flawed = refused(city)
    for area in ("900001001001", "900001002001"):
        proposed(COVER, area)
        published(LITTER, area)
    call_command("load_evaluation", verbosity=0)
    evaluation.count_changed()
    yield from (
        ("home", "acceptor", "/"),
        ("home-dispatcher", "dispatcher", "/"),
        ("notices", "water", "/notices/"),
        ("notices-each", "water", "/notices/?kind=case_dispatched"),
        ("notices-few", "dispatcher", "/notices/"),
        ("waiting", "shift_leader", "/waiting/"),
        ("supervision", "shift_leader", "/supervision/"),
        ("handover", "shift_leader", "/supervision/handover/?hours=24"),
        ("reports", "acceptor", "/reports/"),
        ("report-new", "acceptor", "/reports/new/"),
        ("report", "acceptor", f"/reports/{report.report_id}/"),
        ("report-not-accepting", "shift_leader", f"/reports/{report.report_id}/"),
        ("cases", "inspector", "/cases/"),
        ("cases-none", "inspector", "/cases/?words=xyz&opened_from=2020-01-01"),
        ("categories", "acceptor", "/categories/"),
        ("category", "acceptor", "/categories/city/component/01001/"),
        ("report-joined", "acceptor", f"/reports/{joined.report_id}/"),
        ("report-corrected", "acceptor", f"/reports/{corrected.report_id}/"),
        ("case-corrected", "acceptor", f"/cases/{cases[0].number}/"),
        ("report-components", "acceptor", f"/reports/{near.report_id}/"),
        ("case-component", "acceptor", f"/cases/{about.number}/"),
        ("cases-of-component", "acceptor", f"/cases/?component={about.component_id}"),
        ("report-advice", "supervisor", f"/reports/{flawed.report_id}/"),
        ("reports-own", "supervisor", "/reports/?sent_by=me"),
        ("report-quality-own", "supervisor", "/reports/quality/"),
        ("report-quality", "shift_leader", "/reports/quality/?period=today"),
        ("evaluation", "shift_leader", "/evaluation/?of=department&span=year"),
        ("evaluation-cases", "shift_leader", f"/evaluation/cases/?of=district&key=900001&span=year&{FIGURE}"),
        ("focus", "shift_leader", "/focus/"),
        ("focus-own", "supervisor", "/focus/"),
        ("home-supervisor", "supervisor", "/"),
        ("rules", "dispatcher", "/rules/"),
        ("rules-try", "dispatcher", "/rules/try/"),
        ("procedures", "acceptor", "/procedures/"),
        ("procedure", "acceptor", f"/procedures/city-case/{workflow.latest_version('city-case')}/"),
    )
    yield from sheets(city)
    yield from layers(city)
    yield from automation(city)
    for place, login in {3: "dispatcher", 5: "water", 7: "dispatcher", 8: "sanitation", 12: "shift_leader"}.items():
        yield f"case-{cases[place].state}-{place}", login, f"/cases/{cases[place].number}/"


def sheets(city: City) -> Iterator[tuple[str, str, str]]:
    """The pages of spreadsheets, with files in every state."""
    login = "system_administrator"
    add_administrator(city, login, PASSWORD)
    actor, now = city.actor(login, clock.now()), clock.now()
    yield "sheet-empty", login, "/sheets/accounts/"
    good = [{"code": f"team-{n}", "name_zh": f"第{n}作业队", "kind": "sanitation"} for n in range(3)]
    wrong = [{"code": f"team/{n}", "name_zh": "", "kind": "", "parent": "nowhere"} for n in range(3)]
    rows = {"wrong": [*good, *wrong], "good": good, "written": [good[0]], "undone": [good[1]]}
    found = {}
    for state, content in rows.items():
        file = [{**dict.fromkeys(wrong[0], ""), **row} for row in content]
        found[state] = check("organisations", actor, now, *file)
        if state in ("written", "undone"):
            runs.commit_run(run_id=found[state].pk, actor=actor, now=now)
        if state == "undone":
            runs.undo_run(run_id=found[state].pk, actor=actor, now=now)
    yield "sheets", login, "/sheets/"
    yield "sheet", login, "/sheets/organisations/"
    for state, run in found.items():
        yield f"sheet-run-{state}", login, f"/sheets/runs/{run.pk}/"


def layers(city: City) -> Iterator[tuple[str, str, str]]:
    """The pages of layers: what was published and undone, and a draft with faults."""
    login, now, keeper = "system_administrator", clock.now(), system_actor("desk tests")
    given = {"layer_code": "road", "from_date": now.date(), "actor": keeper, "now": now}
    good, faulty = ([put(f"S{n}", n) for n in columns] for columns in ((0, 2), (0, 3)))
    save_draft(expected=0, put=good, removed=["R1"], **given)
    published = publish_draft(layer_code="road", expected=1, note="春季核查", actor=keeper, now=now)
    undo_publication(publication_id=published.pk, actor=keeper, now=now)
    save_draft(expected=0, put=faulty, **given)
    yield "layers", login, "/layers/"
    yield "layer", login, "/layers/road/"
    yield "layer-feature", login, "/layers/road/features/R1/"
    yield "layer-draft", login, "/layers/road/draft/"
    yield "layer-edit", login, "/layers/road/edit/"


def automation(city: City) -> Iterator[tuple[str, str, str]]:
    """The pages of automatic dispatch, the card of a model, and a case of which it was not sure."""
    login = "system_administrator"
    model, case = teach(city, promise=NEVER_SENT), filed(city, LAMP)
    yield "automation", login, "/automation/"
    yield "automation-limit", login, f"/automation/?limit={city.water.pk}"
    yield "automation-seen", "dispatcher", "/automation/"
    yield "model", login, f"/automation/models/{model.pk}/"
    yield "case-unsure", "dispatcher", f"/cases/{case.number}/"


def put(code: str, column: float) -> FeatureIn:
    """A road two squares long."""
    geometry = {"type": "Polygon", "coordinates": square(column, width=2)}
    return FeatureIn(code=code, name_zh="东四西段", name_en="West part", geometry=geometry)


def undone(city: City, cases: list[Case]) -> tuple[Receipt, Receipt]:
    """A report joined to the first case, and one that was corrected, as the case was."""
    now = clock.now()
    acceptor, right = city.actor("acceptor", now), Correction(category_key=LITTER, address="礼士胡同 3 号")
    joined, corrected = city.report(91, now), city.report(92, now, category_key=COVER)
    intake.join_report(report_id=joined.report_id, case_id=cases[0].pk, actor=acceptor, now=now)
    intake.correct_report(
        report_id=corrected.report_id, correction=right, reason="照片为垃圾", actor=acceptor, now=now
    )
    given = Given(reason="现场核对", correction=right)
    take_step(case_id=cases[0].pk, action="correct", actor=acceptor, now=now, given=given)
    return joined, corrected


def refused(city: City) -> Receipt:
    """A report of a supervisor that shows nothing, refused; and one that is a case of another category."""
    now = clock.now()
    acceptor, flawed, other = city.actor("acceptor", now), see_cover(city, "flawed"), see_cover(city, "other")
    given = {"report_id": flawed.report_id, "reason": "照片中看不到井盖", "flaw": "no_evidence"}
    intake.refuse_report(**given, actor=acceptor, now=now)
    intake.accept_report(report_id=other.report_id, category_key=LITTER, actor=acceptor, now=now)
    return flawed


def about_covers(city: City) -> tuple[Receipt, Case]:
    """A report near two covers, and a case about one of them."""
    now, covers = clock.now(), [add_cover(0.0006 + 0.0001 * n) for n in range(2)]
    near, told = (city.report(place, now, category_key=COVER) for place in (126, 168))  # where the first one lies
    given = {"report_id": told.report_id, "component_id": covers[0].pk}
    return near, intake.accept_report(**given, actor=city.actor("acceptor", now), now=now)


def tell(city: City, case: Case, login: str, count: int) -> None:
    """So many notices about a case to an account."""
    actor = city.actor(login, clock.now())
    told = [replace(notice(f"n{n}", holder(actor)), link=("case", case.number)) for n in range(count)]
    services.send_many(notices=told, now=clock.now())


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_have_no_serious_finding(enter: Callable[..., Staff], city: City, axe: str, language: str, size: str):
    width, height = SIZES[size]
    staff: dict[str, Staff] = {}
    found: list[str] = []
    for name, login, path in addresses(city):
        if login not in staff:
            staff[login] = enter(login, language=language, width=width, height=height)
        somebody = staff[login]
        assert somebody.go(path) == 200, name
        found += somebody.grave_findings(axe, f"{name}-{language}-{size}")
        if too_wide := somebody.page.evaluate(WIDER):
            found.append(f"{name} is {too_wide} px too wide")
    assert found == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_menus_of_the_frame_have_no_serious_finding(enter: Callable[..., Staff], axe: str, language: str):
    somebody = enter("acceptor", language=language)
    for menu in somebody.page.locator("details.menu:visible > summary").all():
        menu.click()
        assert somebody.grave_findings(axe) == []


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_trial_of_a_rule_has_no_serious_finding(
    enter: Callable[..., Staff], city: City, axe: str, language: str, size: str
):
    make_cases(city, clock.now())
    width, height = SIZES[size]
    somebody = enter("dispatcher", language=language, width=width, height=height)
    somebody.go("/rules/try/")
    somebody.fill("[name=unit]", str(city.sanitation.pk))
    somebody.submit("form.report-form")
    assert somebody.page.locator("#result tbody tr").count() > 0
    assert somebody.grave_findings(axe, f"rules-tried-{language}-{size}") == []
    assert somebody.page.evaluate(WIDER) == 0
