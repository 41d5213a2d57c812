"""What models that were learned from closed cases say of a case. The answers alone; who acts on them is elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.timezone import localtime

from citygrid.cases.queries import PHOTO_OWNER
from citygrid.dispatch.choices import ModelState, Target
from citygrid.dispatch.errors import ModelUnknown
from citygrid.dispatch.learning import columns, modelfile
from citygrid.dispatch.learning.classifier import Model
from citygrid.dispatch.learning.columns import Reading
from citygrid.dispatch.learning.selective import NEVER, Threshold
from citygrid.dispatch.models import LearnedModel, ModelFile
from citygrid.dispatch.permissions import VIEW_RULES
from citygrid.dispatch.rules import Answer, Likely
from citygrid.evidence import queries as evidence
from citygrid.kernel.actor import Actor

if TYPE_CHECKING:
    from citygrid.cases.models import Case

LOADED = 4  # models kept in memory by one process
HALF = 0.5
LIKELY = 0.05  # what is less likely gets no reasons
WHERE = ("street", "community")
COLUMNS: dict[Target, tuple[str, ...]] = {
    Target.UNIT: ("category", "text", "channel", "photo", *WHERE, "lon", "lat", "time"),
    Target.CATEGORY: ("text", "channel", "photo", *WHERE, "lon", "lat", "time"),
}


class Told(NamedTuple):
    """What a model may know of a case; position in degrees (WGS-84), None where it has none."""

    category_key: str
    text: str
    channel: str
    area_code: str
    lon: float | None
    lat: float | None
    at: datetime
    has_photo: bool  # that came with it, not one that was taken later

    def cells(self) -> dict[str, str]:
        """A cell for each column: codes with a letter before them, so that they are not taken for numbers."""
        street, community = (self.area_code[:length] if len(self.area_code) >= length else "" for length in (9, 12))
        return {
            "category": self.category_key,
            "text": self.text,
            "channel": self.channel,
            "photo": "yes" if self.has_photo else "no",
            "street": street and f"s{street}",
            "community": community and f"c{community}",
            "lon": "" if self.lon is None else f"{self.lon:.6f}",
            "lat": "" if self.lat is None else f"{self.lat:.6f}",
            "time": localtime(self.at).isoformat(timespec="minutes"),
        }


class Loaded(NamedTuple):
    """A model in memory, how it reads columns, and its thresholds by promise."""

    model: Model
    readings: tuple[Reading, ...]
    thresholds: dict[float, Threshold]


def told_of(case: "Case") -> Told:
    """What a case tells a model."""
    at = case.location
    lon, lat = (at.x, at.y) if at else (None, None)
    had_photo = bool(evidence.came_with(PHOTO_OWNER, {case.pk: case.opened_at}))
    return Told(case.category_id, case.summary, case.source, case.area_code, lon, lat, case.opened_at, had_photo)


def table(told: Iterable[Told], target: Target) -> dict[str, list[str]]:
    """Cases as columns of texts."""
    rows = [one.cells() for one in told]
    return {name: [row[name] for row in rows] for name in COLUMNS[target]}


def in_charge(target: Target) -> dict[ModelState, LearnedModel]:
    """The model that is on, and the one in the shadow, where there are such. One query."""
    found = LearnedModel.objects.filter(target=target).exclude(state=ModelState.OFF).defer("card")
    return {ModelState(row.state): row for row in found}


def answer(row: LearnedModel, told: Told) -> Answer:
    """What a model says of one case. The first time in a process, the model is read."""
    return answers(row, [told])[0]


def answers(row: LearnedModel, told: Sequence[Told], *, with_reasons: bool = True) -> list[Answer]:
    """What a model says of cases, in their order."""
    target, known = Target(row.target), loaded(row.sha256)
    cases = columns.read(table(told, target), known.readings)
    said = []
    for one, case, (found, reasons) in zip(told, cases, _explained(known.model, cases, with_reasons), strict=True):
        top = tuple(
            Likely(label, share, _in_words(why, case, one))
            for (label, share), why in zip(found.top, reasons, strict=True)
        )
        group = one.category_key if target == Target.UNIT else found.label
        said.append(Answer(row.sha256, found.confidence, _from(known, row.promise, group), top))
    return said


def likely_categories(told: Told) -> Answer | None:
    """Which category it is likely about; None where no model is on, or nothing was said. One query.

    Of a text unlike all it knows, only what a word of it speaks for more than all else: never sure, a person decides.
    """
    row = in_charge(Target.CATEGORY).get(ModelState.ON) if told.text.strip() else None
    if row is None:
        return None
    found = answer(row, told)
    if found.confidence:
        return found
    spoken = (one for one in found.top if one.share > HALF and any(not word.startswith("@") for word in one.words))
    return replace(found, top=tuple(spoken))


@lru_cache(maxsize=LOADED)
def loaded(sha256: str) -> Loaded:
    """A model by its hash, read once; its file is checked against the hash. Raises ModelUnknown."""
    try:
        file = ModelFile.objects.select_related("model").get(pk=sha256)
    except ModelFile.DoesNotExist:
        raise ModelUnknown() from None
    model, readings, _card = modelfile.read(bytes(file.data), sha256)
    return Loaded(model, readings, {trade["promise"]: threshold_of(trade) for trade in file.model.card["trades"]})


def threshold_of(trade: dict[str, Any]) -> Threshold:
    """The threshold of one line of a card's trades."""
    names = ("promise", "common", "raised", "sent", "wrong", "of")
    return Threshold(**{name: trade[name] for name in names})


def _explained(model: Model, cases: Sequence[columns.Case], with_reasons: bool) -> list[tuple[Any, list[list[str]]]]:
    """The answers with the reasons for what is likely; without any, many are answered at once."""
    if with_reasons:
        return [model.explained(case, LIKELY) for case in cases]
    return [(found, [[] for _ in found.top]) for found in model.answers(cases)]


def _in_words(reasons: Sequence[str], case: columns.Case, told: Told) -> tuple[str, ...]:
    """What speaks for a label: words of the text as they are, else the column, as `@category`."""
    found = (_reason(word, case, told) for word in reasons)
    return tuple(dict.fromkeys(reason for reason in found if reason))


def _reason(word: str, case: columns.Case, told: Told) -> str:
    """A word of the text, or the column that a fact is about; strings of the key of a category are the category."""
    fact = columns.FACT.match(word)
    if fact and fact["name"] in COLUMNS[Target.UNIT]:
        return f"@{fact['name']}"
    is_of_text = word in case.joined or word in case.words
    if is_of_text and not _is_part(word, told.category_key.lower()):
        return word
    return "@category" if told.category_key else ""


def _is_part(word: str, key: str) -> bool:
    """Whether all of a word stands in a key, as its pieces do that were read as a text."""
    return all(piece in key for piece in word.split())


def _from(known: Loaded, promise: float, group: str) -> float:
    """From which confidence an answer about this group keeps the promise."""
    threshold = known.thresholds.get(promise)
    return threshold.of_label(group) if threshold else NEVER


def learned_models(actor: Actor) -> list[LearnedModel]:
    """All models, the newest first; those that answer before the others."""
    actor.require(VIEW_RULES)
    order = [ModelState.ON, ModelState.SHADOW, ModelState.OFF]
    found = LearnedModel.objects.order_by("-trained_at")
    return sorted(found, key=lambda row: (row.target, order.index(ModelState(row.state))))


def learned_model(sha256: str, actor: Actor) -> LearnedModel:
    """One model by its hash, with its replays. Raises ModelUnknown."""
    actor.require(VIEW_RULES)
    found = LearnedModel.objects.prefetch_related("replays").filter(pk=sha256).first()
    if found is None:
        raise ModelUnknown()
    return found
