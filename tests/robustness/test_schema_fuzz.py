"""The whole API against its own description, as every kind of caller: no fault, nothing undocumented.

schemathesis makes calls that fit the description and calls that do not, follows the links between operations, and
judges every answer. CITYGRID_FUZZ_TIMES=20 makes it look so many times as long, CITYGRID_FUZZ_SEED elsewhere.
"""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from citygrid.access.models import ApiToken
from citygrid.access.services import revoke_token
from citygrid.access.tests.factories import make_actor
from citygrid.cases.models import Case
from citygrid.cases.tests.factories import City, make_city
from citygrid.intake.tests.factories import receive
from citygrid.kernel import clock
from citygrid.kernel.actor import system_actor
from tests.api.conftest import key_of

TIMES = int(os.environ.get("CITYGRID_FUZZ_TIMES", "1"))
SEED = os.environ.get("CITYGRID_FUZZ_SEED", "20261123")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
HOOKS = {"SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("schemathesis_hooks.py"))}
# Caller, phases, cases an operation; all phases for one that may do most, so that a run stays short.
RUNS = (
    ("shift_leader", "coverage,fuzzing", 3),
    ("shift_leader", "stateful", 40),
    ("supervisor", "fuzzing", 3),
    ("dispatcher", "fuzzing", 3),
    ("department", "fuzzing", 3),
    ("system_administrator", "fuzzing", 3),
    ("anonymous", "fuzzing", 2),
    ("revoked", "fuzzing", 2),
)
# What fits the description may still be refused by the rules: a place outside the district, a step out of turn.
NOT_JUDGED = "positive_data_acceptance"
FIRST_STEPS = ("acceptor send_to_verify", "supervisor report_verification", "shift_leader file", "dispatcher dispatch")


@pytest.fixture
def city(transactional_db: None, settings: pytest.FixtureRequest) -> City:
    """Cases in several states and a report, in the hands of those who call."""
    settings.ANONYMOUS_PER_MINUTE = 1_000_000
    city, now = make_city(), clock.now() - timedelta(hours=3)
    for count in range(len(FIRST_STEPS) + 1):
        city.play(city.open(now=now), *FIRST_STEPS[:count], start=now)
    receive(city, now=now)
    return city


def key(city: City, caller: str) -> str:
    """A token as this caller has it: of a post of the role, or one that opens nothing any more."""
    if caller == "anonymous":
        return ""
    role = "supervisor" if caller == "revoked" else caller
    made = key_of(city.actors[role] if role in city.actors else make_actor(role))
    if caller == "revoked":
        revoke_token(token_id=ApiToken.objects.get().pk, actor=system_actor("tests"), now=clock.now())
    return made


@pytest.mark.parametrize(("caller", "phases", "examples"), RUNS)
def test_api_answers_every_caller_as_its_description_says(
    city: City, live_server, tmp_path: Path, caller: str, phases: str, examples: int
) -> None:
    command = [
        str(SCHEMATHESIS),
        "--config-file",
        str(CONFIG),
        "run",
        f"{live_server.url}/api/v1/openapi.json",
        "--phases",
        phases,
    ]
    command += ["--exclude-checks", NOT_JUDGED, "--max-examples", str(examples * TIMES), "--seed", SEED]
    command += ["--no-shrink", "--no-color", "--generation-database", "none", "--continue-on-failure"]
    command += ["--suppress-health-check", "all"]
    if made := key(city, caller):
        command += ["-H", f"Authorization: Bearer {made}"]
    before = Case.objects.unscoped(reason="test").count()
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **HOOKS})
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert Case.objects.unscoped(reason="test").count() == before
