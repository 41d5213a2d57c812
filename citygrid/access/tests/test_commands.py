import io

import pytest
from django.core.management import CommandError, call_command

from citygrid.access import queries, services
from citygrid.access.apps import check_roles
from citygrid.access.tests.factories import NOW, PASSWORD
from citygrid.kernel.commands import refusals_told
from citygrid.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


def run(*words):
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_operator_brings_the_first_administrator_in_by_commands(monkeypatch):
    run("create_organisation", "hall", "administration", "政府", "--name-en", "Town hall")
    run("create_organisation", "it", "administration", "信息中心", "--parent", "hall", "--area", "110101")
    assert "without a password" in run("create_account", "Wang", "王小明")
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    run("set_password", "wang", "--password-stdin")
    run("appoint", "wang", "security_administrator", "it", "--area", "110101")
    account = services.sign_in(login="wang", password=PASSWORD, now=NOW)
    (post,) = queries.posts_of(account.id, NOW.replace(year=2100))
    assert (post.role, post.areas, post.organisation.parent.code) == ("security_administrator", ["110101"], "hall")


@pytest.mark.parametrize(("shell", "words"), [("C.UTF-8", "There is no such account nobody"), ("zh_CN.UTF-8", "账号")])
def test_refusal_of_a_command_is_one_line_in_the_language_of_the_shell(monkeypatch, shell: str, words: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", shell)
    with pytest.raises(SystemExit) as told, refusals_told():
        run("issue_token", "nobody", "x")
    assert words in told.value.code and "\n" not in told.value.code


@pytest.mark.parametrize("days", ["-3", "0", "999999999"])
def test_token_for_a_time_that_cannot_be_is_refused(days: str) -> None:
    with pytest.raises(CommandError, match="1 to 3650"):
        run("issue_token", "nobody", "x", "--days", days)


def test_password_typed_differently_is_refused(monkeypatch):
    run("create_account", "wang", "王小明")
    typed = iter([PASSWORD, "other"])
    monkeypatch.setattr("citygrid.access.management.commands.set_password.getpass", lambda _: next(typed))
    with pytest.raises(CommandError):
        run("set_password", "wang")


def test_weak_password_is_refused_by_the_command(monkeypatch):
    run("create_account", "wang", "王小明")
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(Invalid):
        run("set_password", "wang", "--password-stdin")


def test_roles_grant_only_what_modules_declare(settings, tmp_path):
    assert check_roles(None) == []
    settings.ROOT = tmp_path
    (tmp_path / "data").mkdir()
    row = "{code: clerk, axis: support, zh: 文员, en: Clerk, reach: area, grants: [access.account:fly]}"
    (tmp_path / "data" / "roles.yaml").write_text(f"roles: [{row}]")
    assert ["access.account:fly" in error.msg for error in check_roles(None)] == [True]
