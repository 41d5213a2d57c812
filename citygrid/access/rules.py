"""Pure decisions: roles as data, credit codes, who excludes whom, when a login rests."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType

import yaml

from citygrid.access.choices import ADMINISTRATORS
from citygrid.kernel.actor import Axis

CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_LENGTH = 18
# Failures after which no further attempt is taken: of a login from one address (its owner still signs in from
# another), of a login from anywhere, of one address on any login.
MOST_FAILURES = {"login_here": 10, "login": 100, "address": 100}
FAILURES_COUNT_FOR = timedelta(minutes=15)
SIGN_INS_ARE_KEPT_FOR = timedelta(days=180)


class ReachKind(StrEnum):
    """What limits a role's sight: the areas of its post, or its own organisation and those below, in those areas."""

    AREA = "area"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Role:
    """One role as data/roles.yaml states it."""

    code: str
    axis: Axis
    name_zh: str
    name_en: str
    reach: ReachKind
    grants: frozenset[str]


def parse_roles(text: str) -> Mapping[str, Role]:
    """Roles by code, from YAML `roles: [{code, axis, zh, en, reach, grants}]`.

    KeyError, ValueError name what is missing, unknown or there twice.
    """
    roles: dict[str, Role] = {}
    for row in yaml.safe_load(text)["roles"]:
        role = Role(
            code=row["code"],
            axis=Axis(row["axis"]),
            name_zh=row["zh"],
            name_en=row["en"],
            reach=ReachKind(row["reach"]),
            grants=frozenset(row["grants"]),
        )
        if role.code in roles:
            raise ValueError(f"role {role.code} is there twice")
        roles[role.code] = role
    return MappingProxyType(roles)


def unknown_grants(roles: Iterable[Role], declared: Collection[str], modules: Collection[str]) -> list[str]:
    """Grants that nobody declares, as "role: permission". Modules that have declared nothing yet are waited for."""
    speaking = {code.split(".")[0] for code in declared}
    waited_for = set(modules) - speaking
    return sorted(
        f"{role.code}: {code}"
        for role in roles
        for code in role.grants
        if code not in declared and code.split(".")[0] not in waited_for
    )


def is_credit_code(code: str) -> bool:
    """Whether `code` is a unified social credit code with a right check character (GB 32100-2015, 6.2: modulo 31)."""
    if len(code) != CREDIT_LENGTH or any(letter not in CREDIT_LETTERS for letter in code):
        return False
    total = sum(CREDIT_LETTERS.index(letter) * pow(3, place, 31) for place, letter in enumerate(code[:-1]))
    return CREDIT_LETTERS[-total % 31] == code[-1]


def excluded_by(role: str, held: Iterable[str]) -> str:
    """The role among those `held` that forbids also holding `role`, or ""."""
    if role not in ADMINISTRATORS:
        return ""
    return next((other for other in held if other in ADMINISTRATORS and other != role), "")


def rests(failures: Mapping[str, int]) -> bool:
    """Whether no further attempt is taken after so many failures (by the names of MOST_FAILURES) that still count."""
    return any(failures[name] >= most for name, most in MOST_FAILURES.items())


def token_hash(key: str) -> bytes:
    """What is kept of an API key: its SHA-256 (the key has 256 random bits, so it needs no salt and no slow hash)."""
    return sha256(key.encode()).digest()


def circles(parents: Mapping[str, str]) -> set[str]:
    """The units (by code) that would hang below themselves, from each unit's parent ("" for none)."""
    found: set[str] = set()
    sound: set[str] = set()
    for code in parents:
        walked: list[str] = []
        while code and code not in sound and code not in walked:
            walked.append(code)
            code = parents.get(code, "")
        if code in walked:
            found.update(walked[walked.index(code) :])
        sound.update(walked)
    return found
