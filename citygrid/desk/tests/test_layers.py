"""Pages of layers: a file is checked, looked at as a draft, published, undone, and taken out again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from citygrid.desk.tests.factories import CLERK, City, add_administrator
from citygrid.geography import services
from citygrid.geography.choices import Fault
from citygrid.geography.files import open_file
from citygrid.geography.models import Feature, Layer, LayerDraft, Publication
from citygrid.geography.tests.factories import feature, square
from citygrid.geography.tests.layer_files import geojson, parts, rows, with_second, zipped
from citygrid.kernel import clock

FIELDS = {"code_field": "code", "name_field": "name", "name_en_field": "name_en"}


@pytest.fixture
def keeper(city: City, enter) -> Client:
    add_administrator(city, language="en")
    return enter("system_administrator")


def at(name: str, *args: Any) -> str:
    return reverse(f"layer-{name}", args=["road", *args]) if name else reverse("layer", args=["road"])


def send(client: Client, content: bytes, name: str = "roads.geojson", **given: Any) -> Any:
    """The file, to hold from tomorrow."""
    day = clock.now().date() + timedelta(days=1)
    data = {**FIELDS, "from_date": str(day), "file": SimpleUploadedFile(name, content), **given}
    return client.post(at("upload"), data, follow=True)


def text(page: Any) -> str:
    return str(page.content.decode())


def two() -> bytes:
    """The one road cut into two."""
    return geojson(feature("R1", square(0, width=2), name="西段"), feature("R2", square(2, width=2), name="东段"))


def publish(client: Client, **given: Any) -> Any:
    draft = LayerDraft.objects.get()
    data = {"revision": draft.revision, "from_date": str(draft.from_date), "note": "核查", **given}
    return client.post(at("publish"), data, follow=True)


def test_list_shows_what_is_valid_today_and_adds_a_layer(keeper: Client) -> None:
    page = keeper.get(reverse("layers"))
    (row,) = page.context["table"].rows
    assert [row[0].url, row[1].value, row[4].value] == [at(""), "road", 1]
    given = {"code": "heritage", "name_zh": "文物", "name_en": "Heritage", "tiles": ""}
    assert keeper.post(reverse("layers"), given).headers["Location"] == reverse("layer", args=["heritage"])
    assert keeper.post(reverse("layers"), given).status_code == 422
    assert keeper.post(reverse("layers"), {**given, "code": "Wrong code"}).status_code == 422
    assert list(Layer.objects.order_by("code").values_list("code", "kind")) == [
        ("heritage", "thematic"),
        ("road", "area"),
    ]


def test_rail_leads_to_layers_only_who_keeps_them(keeper: Client, enter) -> None:
    assert f'href="{reverse("layers")}"' in text(keeper.get(reverse("home")))
    other = enter("acceptor")
    assert f'href="{reverse("layers")}"' not in text(other.get(reverse("home")))
    for address in (reverse("layers"), at(""), at("draft"), at("file") + "?form=gpkg"):
        assert other.get(address).status_code == 403
    for name in ("upload", "publish", "confirm", "discard"):
        assert other.post(at(name)).status_code == 403


def test_file_becomes_a_draft_that_is_published_and_undone(keeper: Client) -> None:
    page = send(keeper, two())
    assert page.redirect_chain[-1][0] == at("draft")
    assert [count for count, _ in page.context["figures"]] == [1, 1, 0]
    assert Feature.objects.count() == 1
    page = publish(keeper)
    assert (page.redirect_chain[-1][0], Feature.objects.count()) == (at(""), 3)
    publication = Publication.objects.get()
    assert "核查" in text(page) and page.context["undoable"] == publication.pk
    page = keeper.post(at("undo", publication.pk), follow=True)
    assert (Feature.objects.count(), page.context["undoable"]) == (1, None)
    assert keeper.post(at("undo", publication.pk)).status_code == 409


def test_broken_file_is_told_by_feature_and_nothing_is_kept(keeper: Client) -> None:
    page = send(keeper, with_second([square(1)[0][:-1]]))
    assert page.status_code == 422
    (row,) = page.context["findings"].rows
    assert [row[0].value, row[1].value, row[2].value] == [2, "P2", Fault.UNCLOSED.label]
    assert not LayerDraft.objects.exists()


@pytest.mark.parametrize(
    ("content", "given", "field"),
    [
        (b"hello", {}, "file"),
        (zipped(**parts(*rows(0), prj="")), {}, "file"),
        (two(), {"epsg": "beijing"}, "epsg"),
        (two(), {"from_date": "soon"}, "from_date"),
        (two(), {"code_field": ""}, "code_field"),
    ],
)
def test_file_that_cannot_be_used_is_told_at_its_field(keeper: Client, content: bytes, given: Any, field: str) -> None:
    page = send(keeper, content, **given)
    assert page.status_code == 422
    assert list(page.context["upload"].errors) == [field]
    assert not LayerDraft.objects.exists()


def test_file_with_nothing_new_leads_back_to_the_layer(keeper: Client) -> None:
    road = feature("R1", square(0, width=4), name="朝阳门内大街", name_en="Chaoyangmen Inner Street")
    page = send(keeper, geojson(road))
    assert page.redirect_chain[-1][0] == at("")
    assert "nothing new" in text(page)


def test_draft_with_faults_cannot_be_published(keeper: Client) -> None:
    page = send(keeper, geojson(feature("R2", square(3, width=2))))
    faults = {row[1].value for row in page.context["spots"].rows}
    assert faults == {Fault.OVERLAID.label, Fault.OUTSIDE_REACH.label}
    assert not page.context["may_publish"]
    assert text(page).count('class="map-fault"') == 2
    assert publish(keeper).status_code == 409
    assert Feature.objects.count() == 1
    page = keeper.post(at("discard"), {"revision": "1"}, follow=True)
    assert (page.redirect_chain[-1][0], LayerDraft.objects.exists()) == (at(""), False)


def test_second_file_is_refused_while_a_draft_is_open(keeper: Client) -> None:
    send(keeper, two())
    page = send(keeper, two())
    assert (page.status_code, page.context["refusal"].code) == (409, "geography.draft_begun")


def test_draft_of_a_changed_layer_is_confirmed_first(keeper: Client) -> None:
    send(keeper, two())
    given = {"layer_code": "road", "code": "R9", "name_zh": "新", "name_en": "", "geom": Feature.objects.get().geom}
    services.add_feature(**given, valid_from_date=clock.now().date(), actor=CLERK, now=clock.now())
    page = keeper.get(at("draft"))
    assert page.context["is_outdated"] and "desk tests" in text(page)
    assert publish(keeper).status_code == 409
    assert keeper.post(at("confirm"), {"revision": "9"}).status_code == 409
    page = keeper.post(at("confirm"), {"revision": "1"}, follow=True)
    assert not page.context["is_outdated"]


def test_day_of_a_draft_is_chosen_when_it_is_published(keeper: Client) -> None:
    send(keeper, two())
    assert publish(keeper, from_date="never").status_code == 422
    publish(keeper, from_date="2030-05-01")
    assert Feature.objects.get(code="R2").valid_from_date.isoformat() == "2030-05-01"


@pytest.mark.parametrize("form", ["geojson", "gpkg", "shp.zip"])
def test_layer_is_taken_out_in_a_system_of_choice(keeper: Client, form: str) -> None:
    page = keeper.get(at("file"), {"form": form, "system": "wgs84", "epsg": "4548"})
    assert page.headers["Content-Disposition"].endswith(f'-4548.{form}"')
    opened = open_file(page.content)
    assert (opened.system, opened.features[0]["properties"]["code"]) == (
        "CGCS2000 / 3-degree Gauss-Kruger CM 117E",
        "R1",
    )


@pytest.mark.parametrize("given", [{"form": "dwg"}, {"form": "gpkg", "epsg": "99999"}, {"form": "gpkg", "epsg": "x"}])
def test_file_nobody_can_write_is_refused(keeper: Client, given: dict[str, str]) -> None:
    assert keeper.get(at("file"), given).status_code == 422


def test_versions_of_a_feature_are_listed(keeper: Client) -> None:
    send(keeper, two())
    publish(keeper)
    page = keeper.get(at("feature", "R1"))
    assert [row[2].value for row in page.context["table"].rows] == ["Area R1", "Chaoyangmen Inner Street"]
    assert keeper.get(at("feature", "R7")).status_code == 404
    assert keeper.get(reverse("layer", args=["nowhere"])).status_code == 404
