from copy import deepcopy

import pytest
from django.db import transaction

from citygrid.access.tests.factories import NOW
from citygrid.geography.tests.factories import clerk
from citygrid.kernel.actor import system_actor
from citygrid.kernel.errors import Conflict, NotFound, NotPermitted
from citygrid.workflow import models, queries, services
from citygrid.workflow.tests.factories import publish
from citygrid.workflow.tests.test_rules import DOCUMENT

pytestmark = pytest.mark.django_db
SYSTEM = system_actor("tests")


def test_publishing_the_same_document_again_changes_nothing() -> None:
    publish()
    publish()
    assert models.ProcedureVersion.objects.filter(code="city-case").count() == 1


def test_published_version_cannot_be_replaced() -> None:
    publish()
    other = {**deepcopy(DOCUMENT), "en": "Another"}
    with pytest.raises(Conflict):
        services.publish_procedure(document=other, actor=SYSTEM, now=NOW)


def test_newest_version_is_in_force_and_older_ones_stay() -> None:
    publish()
    version = DOCUMENT["version"]
    services.publish_procedure(document={**DOCUMENT, "version": version + 1, "en": "Second"}, actor=SYSTEM, now=NOW)
    assert queries.procedure("city-case").en == "Second"
    assert queries.procedure("city-case", version).en == DOCUMENT["en"]


def test_version_that_was_taken_back_is_not_remembered() -> None:
    publish()
    following = {**DOCUMENT, "version": DOCUMENT["version"] + 1}
    for name in ("Taken back", "Kept"):
        point = transaction.savepoint()
        services.publish_procedure(document={**following, "en": name}, actor=SYSTEM, now=NOW)
        assert queries.procedure("city-case").en == name
        if name == "Taken back":
            transaction.savepoint_rollback(point)


def test_states_and_actions_keep_the_order_of_the_document() -> None:
    publish()
    found = queries.procedure("city-case")
    assert list(found.states) == list(DOCUMENT["states"])
    assert [code for code in found.actions if code in DOCUMENT["actions"]] == list(DOCUMENT["actions"])


def test_unknown_procedure_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.procedure("no-such-case")


def test_publishing_needs_the_permission() -> None:
    with pytest.raises(NotPermitted):
        services.publish_procedure(document=DOCUMENT, actor=clerk("workflow.procedure:view"), now=NOW)
