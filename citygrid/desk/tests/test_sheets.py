"""Pages of spreadsheets: what a post may take out and send in, step by step, and what it is told."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import override
from openpyxl import load_workbook

from citygrid.access.models import Account, Organisation
from citygrid.access.tests import factories as access
from citygrid.desk.tests.factories import CLERK, COVER, LITTER, City, add_administrator, add_cover, make_cases
from citygrid.dispatch.tests import factories as dispatch
from citygrid.evaluation.tests.test_indices import lines
from citygrid.geography import services as geography
from citygrid.geography.choices import LayerKind
from citygrid.kernel import clock
from citygrid.kernel.downloads import TYPES
from citygrid.kernel.models import SheetRun
from citygrid.kernel.sheets.plans import make_plan
from citygrid.kernel.sheets.ports import SHEETS, port_for
from citygrid.kernel.sheets.runs import export
from citygrid.kernel.tests.sheet_files import file_of, write

GOOD = {"code": "env-09", "name_zh": "绿化队", "kind": "greening"}
WRONG = {"code": "env-10", "name_zh": "", "kind": "greening"}


@pytest.fixture
def keeper(city: City, enter) -> Client:
    add_administrator(city, language="en")
    return enter("system_administrator")


def send(client: Client, *rows: dict[str, str], sheet: str = "organisations", name: str = "units.csv") -> Any:
    return post(client, file_of(*rows), sheet, name)


def post(client: Client, content: bytes, sheet: str = "organisations", name: str = "units.csv") -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(reverse("sheet", args=[sheet]), {"file": file}, follow=True)


def last() -> SheetRun:
    return SheetRun.objects.unscoped(reason="test").latest("at", "id")


def text(page: Any) -> str:
    return str(page.content.decode())


def step(client: Client, verb: str, **data: str) -> Any:
    return client.post(reverse(f"sheet-{verb}", args=[last().pk]), data, follow=True)


def test_list_names_the_sheets_of_the_post_with_their_records_and_last_run(keeper: Client) -> None:
    send(keeper, GOOD)
    page = keeper.get(reverse("sheets"))
    rows = {str(row[0].value): row for row in page.context["table"].rows}
    assert rows["Organisations"][2].value == Organisation.objects.count()
    assert rows["Organisations"][4].value == last().actor_label
    assert {"Components", "Filing standards", "Responsibility rules"} < set(rows)
    assert "Posts" not in rows


def test_rail_leads_to_the_sheets_only_for_posts_that_may(keeper: Client, enter) -> None:
    assert f'href="{reverse("sheets")}"' in text(keeper.get("/"))
    assert f'href="{reverse("sheets")}"' not in text(enter("acceptor").get("/"))
    assert enter("acceptor").get(reverse("sheets")).status_code == 403
    assert keeper.get(reverse("sheet", args=["posts"])).status_code == 403
    assert keeper.get(reverse("sheet", args=["moons"])).status_code == 404


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("what", ["template", "records"])
def test_files_come_with_their_type_and_name(keeper: Client, what: str, form: str) -> None:
    answer = keeper.get(reverse(f"sheet-{what}", args=["organisations", form]))
    assert (answer.status_code, answer["Content-Type"]) == (200, TYPES[form])
    assert answer["Content-Disposition"].startswith('attachment; filename="organisations-')
    assert answer["Content-Disposition"].endswith(f'.{form}"')
    assert answer["Cache-Control"] == "private, no-store"
    assert (b"sanitation" in answer.content) or form == "xlsx" or what == "template"


def test_file_of_no_known_form_is_not_found(keeper: Client) -> None:
    assert keeper.get(reverse("sheet-template", args=["organisations", "pdf"])).status_code == 404


def test_good_file_is_checked_written_and_undone(keeper: Client) -> None:
    page = send(keeper, GOOD)
    assert [figure[0] for figure in page.context["figures"]] == [1, 0, 0, 0]
    assert "nothing is written yet" in text(page)
    assert not Organisation.objects.filter(code="env-09").exists()
    page = step(keeper, "commit")
    assert page.status_code == 200
    assert Organisation.objects.get(code="env-09").is_active
    assert "It can be undone until" in text(page)
    page = step(keeper, "undo")
    assert not Organisation.objects.get(code="env-09").is_active
    assert "what it changed is as before" in text(page)
    assert reverse("sheet-commit", args=[last().pk]) not in text(page)


def test_what_a_file_changes_is_listed_field_by_field_before_it_is_written(keeper: Client) -> None:
    send(keeper, GOOD)
    assert step(keeper, "commit").context["changed"] is None  # all was new
    page = send(keeper, {**GOOD, "name_zh": "园林队"})
    (row,) = page.context["changed"].rows
    assert [cell.value for cell in row] == ["env-09", "Chinese name", "绿化队", "园林队"]


def test_wrong_rows_are_named_and_the_good_ones_written_alone(keeper: Client) -> None:
    page = send(keeper, GOOD, WRONG)
    (row,) = page.context["table"].rows
    assert [str(cell.value) for cell in row] == ["B3", "Chinese name", "–", "A value is needed."]
    assert step(keeper, "commit").status_code == 409
    assert not Organisation.objects.filter(code="env-09").exists()
    assert step(keeper, "commit", only_good="1").status_code == 200
    assert sorted(Organisation.objects.filter(code__startswith="env-").values_list("code", flat=True)) == ["env-09"]


def test_marked_file_bears_the_name_of_the_file_that_was_sent(keeper: Client) -> None:
    book = load_workbook(io.BytesIO(keeper.get(reverse("sheet-template", args=["organisations", "xlsx"])).content))
    book.worksheets[0].append(["env-10", "", "", "greening"])
    out = io.BytesIO()
    book.save(out)
    post(keeper, out.getvalue(), name="单位 名单.xlsx")
    answer = keeper.get(reverse("sheet-marked", args=[last().pk]))
    assert answer["Content-Type"] == TYPES["xlsx"]
    assert "filename*=utf-8''%E5%8D%95%E4%BD%8D" in answer["Content-Disposition"]
    assert load_workbook(io.BytesIO(answer.content)).worksheets[0]["B2"].comment.text == "A value is needed."


REFUSED = [
    (b"", "it is empty"),
    (b"\xd0\xcf\x11\xe0" + bytes(600), "old .xls file"),
    (b"PK\x03\x04 nothing", "damaged"),
    (b"a," * (10 << 19) + b"a", "larger than 10 MB"),
]


@pytest.mark.parametrize(("content", "words"), REFUSED, ids=["empty", "old", "damaged", "large"])
def test_file_that_cannot_be_read_is_refused_on_its_field(keeper: Client, content: bytes, words: str) -> None:
    page = post(keeper, content)
    assert page.status_code == 422
    assert words in page.context["form"].errors["file"][0]
    assert not SheetRun.objects.unscoped(reason="test").exists()


def test_form_without_a_file_asks_for_one(keeper: Client) -> None:
    page = keeper.post(reverse("sheet", args=["organisations"]), {})
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["file"])


def test_record_changed_since_the_check_is_named(keeper: Client) -> None:
    send(keeper, GOOD)
    Organisation.objects.create(code="env-09", name_zh="别人", kind="greening")
    page = step(keeper, "commit")
    assert (page.status_code, "Records changed since this file was checked: env-09" in text(page)) == (409, True)


def test_run_is_written_once(keeper: Client) -> None:
    send(keeper, GOOD)
    step(keeper, "commit")
    page = step(keeper, "commit")
    assert (page.status_code, "written or undone already" in text(page)) == (409, True)


@pytest.mark.parametrize("is_written", [False, True])
def test_run_of_yesterday_says_what_can_no_longer_be_done(keeper: Client, is_written: bool) -> None:
    send(keeper, GOOD)
    if is_written:
        step(keeper, "commit")
    SheetRun.objects.unscoped(reason="test").update(expires_at=clock.now() - timedelta(seconds=1))
    page = keeper.get(reverse("sheet-run", args=[last().pk]))
    assert ("can no longer be undone" if is_written else "no longer kept") in text(page)
    assert "<button" not in text(page)[text(page).index('id="now"') : text(page).index("</section>")]
    assert "older than 24 hours" in text(step(keeper, "undo" if is_written else "commit"))


def test_file_that_says_nothing_new_offers_nothing_to_write(keeper: Client) -> None:
    content = keeper.get(reverse("sheet-records", args=["organisations", "csv"])).content
    page = post(keeper, content)
    assert "there is nothing to write" in text(page)
    assert not page.context["may_commit"]


def test_history_shows_all_files_and_opens_ones_own(city: City, keeper: Client, enter) -> None:
    send(keeper, GOOD)
    add_administrator(city, login="second", language="en")
    page = enter("second").get(reverse("sheet", args=["organisations"]))
    (row,) = page.context["table"].rows
    assert (row[1].value, row[0].url, str(row[-1].value)) == ("units.csv", "", "Checked")
    assert keeper.get(reverse("sheet", args=["organisations"])).context["table"].rows[0][0].url
    assert enter("second").get(reverse("sheet-run", args=[last().pk])).status_code == 404


def test_new_account_of_a_file_has_no_password(keeper: Client) -> None:
    send(keeper, {"login": "new", "name": "新人"}, sheet="accounts")
    step(keeper, "commit")
    assert not Account.objects.get(login="new").has_usable_password()


def test_checked_file_of_rules_shows_which_past_cases_would_go_elsewhere(city: City, keeper: Client) -> None:
    make_cases(city, clock.now())
    rule = {"unit": "sanitation", "category": LITTER, "area": "", "layer": "", "feature": "", "problem_type": ""}
    page = send(keeper, {**rule, "note": "", "from": f"{localdate()}", "until": ""}, sheet="rules", name="rules.csv")
    assert page.context["trial"].cases > 0
    assert "Decided by a person, now by itself" in text(page)
    assert {line.after for line in page.context["lines"]} == {"Sanitation centre"}
    step(keeper, "commit")
    assert keeper.get(reverse("sheet-run", args=[last().pk])).context["trial"] is None


@pytest.mark.parametrize("code", sorted(SHEETS.all()))
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_file_of_one_language_says_the_same_in_the_other(city: City, code: str, form: str) -> None:
    """Also what is open to other words: a label in the other language is the code it stands for."""
    fill_all(city)
    role = "security_administrator" if code in ("posts", "holdings") else "system_administrator"
    actor, now = access.make_actor(role), clock.now()
    for written, read in (("zh-hans", "en"), ("en", "zh-hans")):
        with override(written):
            file = export(sheet=code, form=form, actor=actor, now=now)
        with override(read):
            plan = make_plan(port_for(code, actor), file, actor, now)
        counts = plan.counts()
        assert counts["same"] > 0 and counts == {**dict.fromkeys(counts, 0), "same": counts["same"]}, (written, read)


def fill_all(city: City) -> None:
    """Something of every kind that there is a sheet for."""
    add_cover()
    geography.add_layer(
        code="bus", kind=LayerKind.THEMATIC, name_zh="公交站", name_en="Bus stops", actor=CLERK, now=clock.now()
    )
    dispatch.rule(city.water, category_key=COVER, layer_code="road", feature_code="R1")
    write("index-tree", CLERK, clock.now(), *lines())
    community = {"key": "satisfied", "area": "900001001001", "month": "2026-03", "value": "87.5", "source": ""}
    write("index-values", CLERK, clock.now(), community)
