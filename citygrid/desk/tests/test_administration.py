"""The pages of the administration: who sees which part, who changed it last, and what failed."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from citygrid.access import services as access
from citygrid.desk.tests.factories import City
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor


def opened(client: Client, address: str) -> str:
    answer = client.get(address, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer
    return answer.content.decode()


def fail_job() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) "
            """VALUES ('events', 'kernel.deliver', '{"subscription": "cases.handlers.file"}', 'failed')"""
        )


@pytest.mark.parametrize(
    ("login", "status"),
    [("system_administrator", 200), ("audit_administrator", 200), ("dispatcher", 403)],
)
def test_status_is_for_those_who_run_the_system(
    administrators: City, enter: Callable[[str], Client], login: str, status: int
) -> None:
    client = enter(login)
    assert client.get("/status/").status_code == client.get("/administration/").status_code == status
    assert ("/administration/" in client.get("/").content.decode()) is (status == 200)


def test_failed_job_is_tried_again_from_the_page(administrators: City, enter: Callable[[str], Client]) -> None:
    fail_job()
    client, given = enter("system_administrator"), {"task": "kernel.deliver", "subscription": "cases.handlers.file"}
    assert "cases.handlers.file" in opened(client, "/status/")
    assert client.post("/status/settle/", {**given, "again": "1"}).status_code == 302
    page = opened(client, "/status/")
    assert "1 job is tried again." in page and "cases.handlers.file" not in page


def test_audit_administrator_sees_what_failed_and_leaves_it(
    administrators: City, enter: Callable[[str], Client]
) -> None:
    fail_job()
    client = enter("audit_administrator")
    page = opened(client, "/status/")
    assert "cases.handlers.file" in page and "/status/settle/" not in page
    assert client.post("/status/settle/", {"task": "kernel.deliver"}).status_code == 403


def test_overview_leads_to_what_the_post_keeps_and_says_who_changed_it(
    administrators: City, enter: Callable[[str], Client]
) -> None:
    client = enter("system_administrator")
    assert "孙派遣" not in opened(client, "/administration/")
    now = clock.now()
    access.create_account(login="new", display_name="新人", actor=system_actor("孙派遣"), now=now)
    page = opened(client, "/administration/")
    assert page.count("孙派遣") == 1 and "/administration/accounts/" in page and "/administration/posts/" not in page
    assert "/administration/posts/" in opened(enter("security_administrator"), "/administration/")


def test_pulse_answers_anybody(client: Client, db: None) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"database": "answers"})


def test_pulse_says_when_the_database_is_gone(client: Client, db: None, monkeypatch) -> None:
    # The test's own connection cannot be taken away; what the view asks is made to fail in the database.
    monkeypatch.setattr("citygrid.desk.web.views.administration.status.ALIVE", "SELECT nothing_of_this_name()")
    assert client.get("/health/").status_code == 503
