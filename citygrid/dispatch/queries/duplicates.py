"""Which cases a report may be about: those near it, the likeliest first, and what speaks for each."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import numpy as np
from django.conf import settings
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from citygrid.cases import queries as cases
from citygrid.dispatch.learning.duplicates.matters import Matter, Matters
from citygrid.dispatch.learning.duplicates.model import Model
from citygrid.dispatch.learning.duplicates.signs import ALIKE, NAMES, is_heap, signs
from citygrid.kernel.actor import Actor
from citygrid.ui.formats import distance_words, duration_words

if TYPE_CHECKING:
    from citygrid.cases.models import Case

MODEL_FILE = "data/duplicates.json"  # from the root of the checkout
NEAR_M = 250.0
RECENT = timedelta(days=14)  # a case that ended longer ago is not looked at
LOOKED_AT = 100  # the nearest
SHOWN = 0.05  # chance from which a case is shown unasked
LIKELY = 0.3  # from which it is called likely
SAME_PHOTO = 0.9  # chance of a case with the very same photo, which the model knows nothing of
WORDS = NAMES.index("words")


@dataclass(frozen=True)
class Said:
    """What is known of a report: its place (WGS-84), category ("" while it is not known), words; and cases that one of
    its photos was given with before.
    """

    location: Point
    category_key: str = ""
    text: str = ""
    same_photo: Collection[UUID] = ()


class Suspect(NamedTuple):
    """A case the report may be about, the chance that it is, and why."""

    case: "Case"
    chance: float
    reasons: tuple[str, ...]

    @property
    def is_likely(self) -> bool:
        return self.chance >= LIKELY


@cache
def duplicates_model() -> Model:
    """What was learned of duplicates, and where (read once)."""
    return Model(**json.loads((settings.ROOT / MODEL_FILE).read_text(encoding="utf-8")))


def suspects(actor: Actor, said: Said, now: datetime, *, least: float = 0.0, count: int = 5) -> list[Suspect]:
    """The cases this post sees near a report, open or ended lately, with at least that chance; the likeliest first.

    Cases on a point that stands for many addresses are left out, unless their words are alike. One query.
    """
    found = cases.near(actor, said.location, NEAR_M, ended_since=now - RECENT, count=LOOKED_AT)
    if not found:
        return []
    matters = Matters.of([_asked(said, now), *map(_known, found)])
    others = np.arange(1, len(matters))
    known, shown = duplicates_model(), signs(matters, 0, others)
    chances = known.chances(known.scores(shown))
    chances[is_heap(matters, 0, others, shown[:, WORDS])] = -1
    chances[[case.pk in said.same_photo for case in found]] = SAME_PHOTO
    best = [at for at in np.argsort(-chances, kind="stable")[:count] if chances[at] >= least]
    return [Suspect(found[at], float(chances[at]), _reasons(found[at], said, shown[at, WORDS], now)) for at in best]


def _asked(said: Said, now: datetime) -> Matter:
    return Matter(said.location.x, said.location.y, now.timestamp(), said.category_key, said.text)


def _known(case: "Case") -> Matter:
    assert case.location is not None  # noqa: S101 - what is near has a place
    ended = None if case.is_open or case.closed_at is None else case.closed_at.timestamp()
    began = case.opened_at.timestamp()
    return Matter(case.location.x, case.location.y, began, case.category_id, case.summary, ended)


def _reasons(case: "Case", said: Said, words: float, now: datetime) -> tuple[str, ...]:
    """What speaks for it, in words, the strongest first."""
    ago = {"time": duration_words(now - case.opened_at)}
    told: Sequence[tuple[object, str]] = (
        (case.pk in said.same_photo, _("the same photo")),
        (case.category_id == said.category_key, _("same category")),
        (True, distance_words(case.distance.m)),  # type: ignore[attr-defined]
        (True, _("%(time)s ago") % ago),
        (words >= ALIKE, _("similar words")),
        (not case.is_open, _("ended")),
    )
    return tuple(text for is_so, text in told if is_so)
