"""deploy/setup and deploy/run where something is in their way; their way itself is what `make test` has just gone."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"  # Debian's own, which any user may run


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A copy of the scripts that any user may read."""
    made = Path(tempfile.mkdtemp(prefix="cg-"))
    for name in ("deploy", "citygrid/config/state.py", "citygrid/__init__.py", "citygrid/config/__init__.py"):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "--recursive", str(ROOT / name), str(made / name)], check=True)
    subprocess.run(["chmod", "--recursive", "a+rX", str(made)], check=True)
    yield made
    shutil.rmtree(made)


def test_missing_packages_without_root_or_sudo_are_listed_and_nothing_is_changed(checkout: Path) -> None:
    for folder in ("bin", "dpkg/info", "dpkg/updates"):
        (checkout / folder).mkdir(parents=True)
    (checkout / "dpkg" / "status").touch()  # a package database in which nothing is installed
    (checkout / "bin" / "dpkg-query").symlink_to("/usr/bin/dpkg-query")
    subprocess.run(["chmod", "--recursive", "a+rX", str(checkout)], check=True)
    done = subprocess.run(
        [PYTHON, str(checkout / "deploy" / "setup")],
        env={"PATH": str(checkout / "bin"), "DPKG_ADMINDIR": str(checkout / "dpkg"), "HOME": str(checkout)},
        user="nobody" if os.geteuid() == 0 else None,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout
    for package in ("postgresql-15-postgis-3", "chromium"):
        assert package in done.stderr
    for word in ("neither root nor sudo", "Kept:", "To do:"):
        assert word in done.stderr
    assert not (checkout / ".venv").exists()


def test_production_leaves_the_development_packages_out(checkout: Path) -> None:
    packages = (checkout / "deploy" / "apt-packages.txt").read_text()
    runtime, development = packages.split("[development]")
    ask = "import runpy; print(*runpy.run_path('deploy/setup')['wanted_packages'](['runtime']))"
    environment = {**os.environ, "PYTHONPATH": str(checkout / "deploy")}
    done = subprocess.run([PYTHON, "-c", ask], cwd=checkout, env=environment, capture_output=True, text=True)
    wanted = done.stdout.split()
    assert "postgresql-15" in wanted
    assert all(package in runtime.split() and package not in development.split() for package in wanted)


def test_unknown_step_is_named() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "setup"), "--only", "moon"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "there is no step moon" in done.stderr


def test_run_names_a_port_in_use_and_starts_nothing() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        environment = {**os.environ, "CITYGRID_PORT": port}
        command = [sys.executable, str(ROOT / "deploy" / "run")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}" in done.stderr
    assert done.stdout == ""
