"""deploy/cluster with a real server in a state folder of its own; each fault is produced, not imitated."""

import os
import re
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "cluster"
OUTSIDE = {"DATABASE_URL", "CITYGRID_STATE", "CITYGRID_MIN_FREE_MB"}


class Cluster:
    """One cluster under test: its folder, and its script run as a program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.socket = folder / "socket" / ".s.PGSQL.5432"

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
        return {**kept, "CITYGRID_STATE": str(self.folder), **extra}

    def run(self, *words: str, limit: int | None = None, **extra: str) -> subprocess.CompletedProcess[str]:
        def set_limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit or resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        command = [sys.executable, str(SCRIPT), *words]
        before = set_limit if limit else None
        environment = self.environment(**extra)
        return subprocess.run(command, capture_output=True, text=True, env=environment, preexec_fn=before)

    def works(self, *words: str) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def fails(self, *words: str, limit: int | None = None, **extra: str) -> str:
        done = self.run(*words, limit=limit, **extra)
        assert done.returncode == 1, done.stdout
        assert "Kept:" in done.stderr
        assert "To do:" in done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def ask(self, sql: str) -> str:
        return self.works("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql).strip()

    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def processes(self) -> list[int]:
        pid = self.pid()
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def kill_and_wait(pids: list[int]) -> None:
    handles = [os.pidfd_open(pid) for pid in pids]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for handle in handles:
        assert select.select([handle], [], [], 30)[0], "a killed server process did not end"
        os.close(handle)


@pytest.fixture
def folder() -> Iterator[Path]:
    # pytest's own temporary folders are closed to the server's user, and their paths too long for a socket.
    made = Path(tempfile.mkdtemp(prefix="cg-"))
    made.chmod(0o755)
    state = made / "state"
    yield state
    for running in made.rglob("data"):
        Cluster(running.parent).run("stop")
    for path in [state, *state.glob("socket")]:
        path.chmod(0o755) if path.exists() else None
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="cg-"))
    made.chmod(0o755)
    Cluster(made / "state").works("init")
    yield made / "state"
    shutil.rmtree(made)


@pytest.fixture
def cluster(folder: Path, template: Path) -> Cluster:
    """A cluster freshly initialised, not started."""
    subprocess.run(["cp", "--archive", str(template), str(folder)], check=True)
    return Cluster(folder)


def test_init_and_start_give_a_database_as_the_house_wants_it(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.works("init")
    cluster.works("start")
    wanted = {
        "synchronous_commit": "on",
        "listen_addresses": "",
        "TimeZone": "UTC",
        "jit": "off",
        "max_connections": "200",
        "server_encoding": "UTF8",
        "lc_collate": "C.UTF-8",
    }
    for name, value in wanted.items():
        assert cluster.ask(f"SHOW {name}") == value
    assert cluster.ask("SELECT current_user || current_database()") == "citygridcitygrid"
    expected_owner = "citygrid" if os.geteuid() == 0 else folder.owner()
    assert cluster.data.owner() == expected_owner
    assert Path(f"/proc/{cluster.pid()}").owner() == expected_owner


def test_new_databases_have_the_extensions(cluster: Cluster) -> None:
    cluster.works("start")
    cluster.ask("CREATE DATABASE test_citygrid")
    extensions = "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension"
    done = cluster.works("psql", "-X", "-A", "-t", "-d", "test_citygrid", "-c", extensions)
    assert done.strip() == "btree_gist pg_trgm plpgsql postgis"


def test_second_init_and_start_change_nothing(cluster: Cluster) -> None:
    cluster.works("start")
    before = cluster.pid()
    assert "present" in cluster.works("init")
    assert "running" in cluster.works("start")
    assert cluster.pid() == before


def test_starts_at_the_same_time_make_one_server(cluster: Cluster) -> None:
    command = [sys.executable, str(SCRIPT), "start"]
    started = [
        subprocess.Popen(command, env=cluster.environment(), stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = [process.communicate()[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0]
    assert {re.findall(r"process (\d+)", words)[0] for words in said} == {str(cluster.pid())}


def test_status_tells_absent_stopped_and_running_apart(folder: Path, template: Path) -> None:
    cluster = Cluster(folder)
    assert cluster.run("status").returncode == 4
    subprocess.run(["cp", "--archive", str(template), str(folder)], check=True)
    assert cluster.run("status").returncode == 3
    cluster.works("start")
    assert str(cluster.pid()) in cluster.works("status")
    cluster.works("stop")
    assert cluster.run("status").returncode == 3


def test_server_killed_with_its_pid_file_left_starts_again_with_its_data(cluster: Cluster) -> None:
    cluster.works("start")
    cluster.ask("CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
    kill_and_wait(cluster.processes())
    stale = (cluster.data / "postmaster.pid").read_text()
    assert "stale pid file" in cluster.works("start")
    assert cluster.ask("SELECT n FROM kept") == "42"
    assert (cluster.data / "postmaster.pid.stale-1").read_text() == stale


def test_stale_pid_file_naming_a_living_stranger_hinders_nothing(cluster: Cluster) -> None:
    pid_file = cluster.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{cluster.data}\n")
    shutil.copystat(cluster.data / "PG_VERSION", pid_file)
    if os.geteuid() == 0:
        shutil.chown(pid_file, "citygrid", "citygrid")
    assert cluster.run("status").returncode == 3
    assert "not running" in cluster.works("stop")
    assert "stale pid file" in cluster.works("start")


def test_full_disk_is_named_and_nothing_is_begun(cluster: Cluster, folder: Path) -> None:
    before = sorted(cluster.data.rglob("*"))
    more_than_any_disk = str(10**12)
    assert "is full" in cluster.fails("start", CITYGRID_MIN_FREE_MB=more_than_any_disk)
    assert sorted(cluster.data.rglob("*")) == before
    other = Cluster(folder.with_name("other"))
    assert "is full" in other.fails("init", CITYGRID_MIN_FREE_MB=more_than_any_disk)
    assert not other.data.exists()


def test_init_that_cannot_write_its_files_leaves_no_half_cluster(folder: Path) -> None:
    cluster = Cluster(folder)
    assert "initdb failed" in cluster.fails("init", limit=2**20)
    assert not cluster.data.exists()
    cluster.works("init")
    cluster.works("start")


def test_init_that_was_killed_is_set_aside_and_done_anew(folder: Path) -> None:
    cluster = Cluster(folder)
    command = [sys.executable, str(SCRIPT), "init"]
    process = subprocess.Popen(command, env=cluster.environment(), start_new_session=True)
    while not (folder / "data.begun" / "PG_VERSION").exists():
        assert process.poll() is None, "init ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert "no cluster" in cluster.fails("start")
    assert "interrupted init" in cluster.works("init")
    assert (folder / "data.begun.stale-1" / "PG_VERSION").exists()
    cluster.works("start")


def test_read_only_state_folder_is_named(cluster: Cluster) -> None:
    cluster.folder.chmod(0o555)
    assert "cannot write" in cluster.fails("start")


def test_cluster_of_another_version_is_left_untouched(cluster: Cluster) -> None:
    mark = cluster.data / "PG_VERSION"
    mark.write_text("14\n")
    for verb in ("init", "start"):
        message = cluster.fails(verb)
        assert "PostgreSQL 14" in message
        assert "PostgreSQL 15" in message
    assert mark.read_text() == "14\n"


def test_folder_that_is_no_cluster_is_left_untouched(folder: Path) -> None:
    strange = folder / "data" / "letter.txt"
    strange.parent.mkdir(parents=True)
    strange.write_text("mine")
    assert "is not a PostgreSQL cluster" in Cluster(folder).fails("init")
    assert strange.read_text() == "mine"


def test_socket_of_another_process_is_named_and_left_to_it(cluster: Cluster) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(cluster.socket))
        other.listen()
        assert f"process {os.getpid()}" in cluster.fails("start")
        assert cluster.socket.is_socket()
    assert "started" in cluster.works("start"), "a socket nobody listens on any more is no hindrance"


def test_file_in_the_place_of_the_socket_is_kept(cluster: Cluster) -> None:
    cluster.socket.write_text("mine")
    assert "no socket" in cluster.fails("start")
    assert cluster.socket.read_text() == "mine"


def test_stop_ends_only_its_own_server(cluster: Cluster, template: Path) -> None:
    folder = cluster.folder.with_name("neighbour")
    subprocess.run(["cp", "--archive", str(template), str(folder)], check=True)
    neighbour = Cluster(folder)
    cluster.works("start")
    neighbour.works("start")
    cluster.works("stop")
    assert neighbour.ask("SELECT 1") == "1"


def test_long_path_gets_a_short_socket_folder(folder: Path, template: Path) -> None:
    deep = folder / ("x" * 90)
    folder.mkdir()
    folder.chmod(0o755)
    subprocess.run(["cp", "--archive", str(template), str(deep)], check=True)
    cluster = Cluster(deep)
    said = cluster.works("start")
    assert cluster.ask("SELECT 1") == "1"
    cluster.works("stop")
    shutil.rmtree(said.split("socket in ")[1].strip())


def test_database_url_takes_the_place_of_the_cluster(folder: Path) -> None:
    done = Cluster(folder).run("init", DATABASE_URL="postgres://somebody@elsewhere/name")
    assert done.returncode == 0
    assert "not used" in done.stdout
    assert not folder.exists()
