"""Several editors and importers at once: one of them is first, and no two ever wait for each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.contrib.gis.geos import Polygon
from django.db import connections

from citygrid.geography import services
from citygrid.geography.choices import LayerKind
from citygrid.geography.models import Feature, LayerDraft, Publication
from citygrid.geography.services import FeatureIn
from citygrid.geography.tests.factories import ACTOR, NOW, make_district, square
from citygrid.kernel.errors import Conflict, NotFound

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _layer(transactional_db: None) -> None:
    make_district()
    services.add_layer(code="trees", kind=LayerKind.THEMATIC, name_zh="古树", name_en="Trees", actor=ACTOR, now=NOW)


def put(code: str, column: float) -> FeatureIn:
    geometry = {"type": "Polygon", "coordinates": square(column)}
    return FeatureIn(code=code, name_zh="树", geometry=geometry)


def save(code: str, expected: int = 0) -> None:
    services.save_draft(
        layer_code="trees", expected=expected, from_date=TODAY, put=[put(code, 0)], actor=ACTOR, now=NOW
    )


def publish() -> None:
    services.publish_draft(layer_code="trees", expected=1, actor=ACTOR, now=NOW)


def at_once(*acts: Callable[[], object]) -> int:
    """How many of these succeeded, all begun together; the others were refused."""

    def act(one: Callable[[], object]) -> bool:
        try:
            one()
        except (Conflict, NotFound):
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(acts)) as threads:
        return sum(threads.map(act, acts))


def test_one_of_several_begins_a_draft() -> None:
    assert at_once(*(lambda code=f"T{n}": save(code) for n in range(6))) == 1
    assert LayerDraft.objects.get().features.count() == 1


def test_one_of_several_publishes_a_draft() -> None:
    save("T1")
    assert at_once(*[publish] * 6) == 1
    assert (Publication.objects.count(), Feature.objects.count()) == (1, 1)


def test_whoever_changes_the_layer_meanwhile_never_waits_in_a_ring() -> None:
    def add(code: str) -> None:
        services.add_feature(
            layer_code="trees",
            code=code,
            name_zh="树",
            name_en="",
            geom=Polygon(square(1)[0], srid=4326),
            valid_from_date=TODAY,
            actor=ACTOR,
            now=NOW,
        )

    add("T0")
    oak = Feature.objects.get()
    for turn in range(5):
        save("T1")
        at_once(
            publish,
            lambda: services.charge_units(layers={}, features={oak.pk: None}, actor=ACTOR, now=NOW),
            lambda: add("T1"),
            lambda: services.end_feature(feature_id=oak.pk, valid_to_date=date(2030, 1, 1), actor=ACTOR, now=NOW),
        )
        LayerDraft.objects.all().delete()
        assert Feature.objects.filter(code="T1").count() == 1, turn
        Feature.objects.exclude(pk=oak.pk).delete()
