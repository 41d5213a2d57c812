"""Limits of files, and what no file may hold."""

import configparser
import os
import re
import subprocess
from pathlib import Path

import pytest

from tools.source import PACKAGE, ROOT, modules, tracked

MOST_LINES = 500
SOURCE = {".py", ".ts", ".vue", ".css", ".html", ".sh"}
LARGEST_BYTES = 1_000_000
PUBLIC_HOSTS = [
    "registry" + ".npm" + "js.org",
    "registry" + ".yarnpkg.com",
    "files" + ".python" + "hosted.org",
    "pypi" + ".org",
]


def texts() -> list[tuple[Path, str]]:
    """Tracked files that hold text."""
    found = []
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw:
            found.append((path.relative_to(ROOT), raw.decode("utf-8")))
    return found


def hosts_of_this_machine() -> list[str]:
    """Hosts that pip and npm of this machine are told to use; they belong to the machine, not to the project."""
    told = [
        value
        for name, value in os.environ.items()
        if re.fullmatch(r"(PIP|UV|NPM_CONFIG)_\w*(INDEX|REGISTRY)\w*", name.upper())
    ]
    for path in (Path("/etc/pip.conf"), Path.home() / ".config/pip/pip.conf", Path.home() / ".pip/pip.conf"):
        config = configparser.ConfigParser(interpolation=None)
        config.read(path)
        told += [value for section in config.sections() for value in config[section].values()]
    npmrc = Path.home() / ".npmrc"
    told += npmrc.read_text().splitlines() if npmrc.exists() else []
    hosts = {host for value in told for host in re.findall(r"//(?:[^/@\s]+@)?([^/:\s]+)", value)}
    return sorted(host for host in hosts - {"127.0.0.1"} if "." in host)


def test_no_source_file_is_longer_than_the_limit() -> None:
    long = {
        str(path): lines
        for path, text in texts()
        if path.suffix in SOURCE and "migrations" not in path.parts and (lines := text.count("\n")) > MOST_LINES
    }
    assert long == {}


def test_no_file_is_large() -> None:
    large = {str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > LARGEST_BYTES}
    assert large == set()


def test_no_file_names_a_registry_host() -> None:
    hosts = [*PUBLIC_HOSTS, *hosts_of_this_machine()]
    assert [(str(path), host) for path, text in texts() for host in hosts if host in text] == []
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()


def test_no_file_names_a_path_of_this_machine() -> None:
    ours = [f"{ROOT}/", f"{Path.home()}/"]
    assert [(str(path), folder) for path, text in texts() for folder in ours if folder in text] == []


def test_a_day_is_one_of_the_clock_on_the_wall() -> None:
    """`now` is in UTC, whose day begins at eight in the morning here: `timezone.localdate(now)` is the day meant."""
    taken = re.compile(r"\bnow(\(\))?\.date\(\)")
    code = [path for path in PACKAGE.rglob("*.py") if "tests" not in path.parts and "migrations" not in path.parts]
    assert code and [str(path.relative_to(ROOT)) for path in code if taken.search(path.read_text())] == []


@pytest.mark.parametrize("module", sorted(set(modules()) - {"config"}))
def test_module_has_a_readme_of_half_a_page(module: str) -> None:
    lines = (PACKAGE / module / "README.md").read_text().splitlines()
    assert lines[0].startswith(f"# {module}")
    assert 8 <= len(lines) <= 60


def test_scripts_can_be_run() -> None:
    stored = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--stage"], capture_output=True, text=True, check=True
    )
    modes = {name: mode for mode, _, _, name in (line.split(maxsplit=3) for line in stored.stdout.splitlines())}
    scripts = [str(path) for path, text in texts() if text.startswith("#!") and str(path) in modes]
    assert [path for path in scripts if modes[path] != "100755"] == []
