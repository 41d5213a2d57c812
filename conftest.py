"""What all tests share: a database of their own, quickly emptied, and folders of their own."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from citygrid.kernel import memo

JOB_TABLES = {"procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_events"}  # not Django's
DJANGO_TABLES = {"django_content_type", "auth_permission", "django_migrations"}
SHARED_DATA = Path(__file__).resolve().parent.parent / "shared" / "data"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A database of its own for every run, so that two runs in one checkout do not meet."""
    test = connection.settings_dict["TEST"]
    test["NAME"] = f"{test['NAME'] or 'test_citygrid'}_{os.getpid()}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """A commit in the tests' database does not wait for the disk: the server that would lose it is not killed here.

    What kills servers (tests/robustness) has a cluster of its own, with the usual settings.
    """
    with django_db_blocker.unblock():
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        connection.close()  # so that this process goes by it too


@pytest.fixture(autouse=True, scope="session")
def _flush_quickly() -> Iterator[None]:
    """Between transactional tests rows are deleted: to TRUNCATE as many tables takes seconds, for each is a new file.

    The tables are locked first, so that what another connection still writes is waited for. Only here the append-only
    triggers step aside. What Django writes for its own use after each flush, always the same, stays.
    """
    operations = type(connection.ops)  # the class: a test that drives a browser gets a connection of its own
    flush = operations.sql_flush

    def quick(self: Any, style: Any, tables: Collection[str], **given: Any) -> list[str]:
        found = sorted({*tables, *JOB_TABLES} - DJANGO_TABLES)
        return [
            f"LOCK TABLE {', '.join(found)} IN ACCESS EXCLUSIVE MODE",
            "SET LOCAL session_replication_role = replica",
            *(f"DELETE FROM {table}" for table in found),  # noqa: S608 - names of our own tables
        ]

    operations.sql_flush = quick
    yield
    operations.sql_flush = flush


@pytest.fixture(autouse=True)
def _plain_and_quick(settings: Any, tmp_path: Path) -> None:
    """Static files under their own names (nothing is collected), photos in a folder of each test, quick passwords.

    And the usual language, and nothing kept in memory: a page that the test before asked for leaves its own behind.
    """
    settings.STAMPS_FOLDER, settings.AUDIT_HEADS_FILE = tmp_path / "stamps", tmp_path / "audit-heads.txt"
    translation.deactivate()
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path / "evidence"}}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}, "evidence": evidence}
    settings.UPLOADS_FOLDER = tmp_path / "uploads"
    settings.STREAMS_FOLDER = tmp_path / "streams"
    settings.KEPT_SECONDS = 0
    memo.forget()
    settings.LIVE_URL = ""  # no live process, but where a test starts one
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(
            f"real data is absent: there is no {SHARED_DATA.parent.name}/{SHARED_DATA.name} beside the checkout"
        )
    return SHARED_DATA
