"""Models: learned from closed cases, kept with their card, replayed on history, switched on and off."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citygrid.cases import queries as cases
from citygrid.catalogue import queries as catalogue
from citygrid.dispatch.choices import ModelState, Target
from citygrid.dispatch.errors import ModelNotReplayed, ModelUnknown, PeriodInvalid, PromiseInvalid, TooFewCases
from citygrid.dispatch.learning import classifier, columns, modelfile
from citygrid.dispatch.learning.card import PROMISES, card, tally
from citygrid.dispatch.models import LearnedModel, ModelFile, Replay
from citygrid.dispatch.permissions import MANAGE_AUTOMATION
from citygrid.dispatch.queries import USUAL_PROMISE, Told, answers, is_period, loaded, period_of, table
from citygrid.evidence import queries as evidence
from citygrid.kernel import audit, jobs
from citygrid.kernel.actor import Actor, Axis, system_actor

QUEUE = "learning"
TRAINER = system_actor("Training", axis=Axis.SUPPORT)
MOST_CASES = 20_000  # the newest; more take longer than they teach
MOST_REPLAYED = 20_000
Progress = Callable[[str], None]


@transaction.atomic
def ask_training(*, target: Target, actor: Actor, now: datetime) -> None:
    """Have a model learned by a job, minutes in a process of its own; one that is awaited is not asked again."""
    actor.require(MANAGE_AUTOMATION)
    if ("dispatch.train", {"target": str(target)}) in jobs.awaited("dispatch.train"):
        return
    audit.record(subject=f"dispatch.model/{target}", action="ask_training", actor=actor, now=now)
    jobs.enqueue("dispatch.train", QUEUE, target=str(target))


def train(
    *,
    target: Target,
    until: datetime,
    actor: Actor,
    now: datetime,
    most: int = MOST_CASES,
    progress: Progress = lambda _words: None,
) -> LearnedModel:
    """Learn from the newest closed cases opened before `until`, at most `most`, and keep the model in the shadow.

    The one that was in the shadow is switched off; the one that is on goes on, and its promise is taken over. Raises
    TooFewCases, classifier.TooManyLabelsError.
    """
    actor.require(MANAGE_AUTOMATION)
    rows = cases.settled(None, until, count=most)
    labels = [label_of(row, target) for row in rows]
    if len(rows) < classifier.FEWEST or len(set(labels)) < 2:
        raise TooFewCases(count=len(rows), labels=len(set(labels)))
    told = table(told_of_rows(rows), target)
    readings = columns.decide(told)
    majors = {key: one.major_key for key, one in catalogue.categories(labels).items()}  # units have none
    learned = classifier.learn(columns.read(told, readings), labels, majors=majors, progress=progress)
    # Thresholds are fixed for each category: of the case where it is known, else of the answer.
    groups = [row.category_id for row in rows] if target == Target.UNIT else [one.label for one in learned.answers]
    figures = card(learned, labels, groups)
    opened = [row.opened_at for row in rows]
    about = {"target": str(target), "since": min(opened).isoformat(), "until": max(opened).isoformat()}
    data, sha256 = modelfile.write(learned.model, readings, {**about, "cases": len(rows)})
    progress(f"{len(data) >> 20} MB, {sha256[:8]}: {figures['accuracy']:.1%} right")
    return _keep(target, sha256, data, figures, (min(opened), max(opened), len(rows)), actor, now)


@transaction.atomic
def _keep(
    target: Target, sha256: str, data: bytes, figures: dict[str, Any], about: Any, actor: Actor, now: datetime
) -> LearnedModel:
    others = {row.state: row for row in LearnedModel.objects.select_for_update().filter(target=target)}
    _end(others.get(ModelState.SHADOW), actor, now)
    since, until, count = about
    before = others.get(ModelState.ON)
    model = LearnedModel.objects.create(
        sha256=sha256,
        target=target,
        state=ModelState.SHADOW,
        promise=before.promise if before else USUAL_PROMISE,
        trained_at=now,
        since=since,
        until=until,
        cases=count,
        card=figures,
    )
    ModelFile.objects.create(model=model, data=data)
    told = {"cases": count, "accuracy": figures["accuracy"]}
    audit.record(subject=f"dispatch.model/{sha256}", action="train", actor=actor, now=now, data=told)
    return model


@transaction.atomic
def switch(*, sha256: str, state: ModelState, actor: Actor, now: datetime) -> LearnedModel:
    """Switch a model on, off, or into the shadow; the one that was there goes off. ModelUnknown, ModelNotReplayed."""
    actor.require(MANAGE_AUTOMATION)
    model = _locked(sha256)
    if model.state == state:
        return model
    if state == ModelState.ON and not model.replays.exists():
        raise ModelNotReplayed()
    if state != ModelState.OFF:
        _end(LearnedModel.objects.select_for_update().filter(target=model.target, state=state).first(), actor, now)
    _set(model, "state", state, actor, now)
    return model


@transaction.atomic
def promise(*, sha256: str, share: float, actor: Actor, now: datetime) -> LearnedModel:
    """Promise a share of right answers among those a model sends by itself: one of PROMISES."""
    actor.require(MANAGE_AUTOMATION)
    if share not in PROMISES:
        raise PromiseInvalid(fields={"promise": _("One of: %(shares)s") % {"shares": ", ".join(map(str, PROMISES))}})
    model = _locked(sha256)
    if model.promise != share:
        _set(model, "promise", share, actor, now)
    return model


@transaction.atomic
def ask_replay(*, sha256: str, since: date, until: date, actor: Actor, now: datetime) -> None:
    """Have a model replayed on the closed cases of some days (both included) by a job. PeriodInvalid, ModelUnknown."""
    actor.require(MANAGE_AUTOMATION)
    if not is_period(since, until):
        raise PeriodInvalid()
    _locked(sha256)
    told = {"since": since.isoformat(), "until": until.isoformat()}
    audit.record(subject=f"dispatch.model/{sha256}", action="ask_replay", actor=actor, now=now, data=told)
    jobs.enqueue("dispatch.replay", QUEUE, sha256=sha256, **told)


def replay(*, sha256: str, since: date, until: date, actor: Actor, now: datetime) -> Replay:
    """What a model would have made of the closed cases of some days: of those it learned from, and of the others.

    The newest MOST_REPLAYED cases. `figures`: promise, `trades` (by promise: sent and right among the cases it had not
    seen), `unseen` and `seen` (`learning.card.tally` at the promise of the model).
    """
    actor.require(MANAGE_AUTOMATION)
    if not is_period(since, until):
        raise PeriodInvalid()
    model = LearnedModel.objects.filter(pk=sha256).first()
    if model is None:
        raise ModelUnknown()
    rows = cases.settled(*period_of(since, until), count=MOST_REPLAYED)
    said = answers(model, told_of_rows(rows), with_reasons=False) if rows else []
    figures = _replayed(model, rows, said)
    with transaction.atomic():
        found = Replay.objects.create(model=model, at=now, since_date=since, until_date=until, figures=figures)
        counts = {part: figures[part]["cases"] for part in ("unseen", "seen")}
        audit.record(subject=f"dispatch.model/{sha256}", action="replay", actor=actor, now=now, data=counts)
    return found


def _replayed(model: LearnedModel, rows: list[Any], said: list[Any]) -> dict[str, Any]:
    target = Target(model.target)
    judged = [
        (
            not model.since <= row.opened_at <= model.until,
            one.is_sure,
            one.label == label_of(row, target),
            row.category_id,
            one.confidence,
        )
        for row, one in zip(rows, said, strict=True)
    ]
    unseen, seen = [one for one in judged if one[0]], [one for one in judged if not one[0]]
    thresholds = loaded(model.sha256).thresholds
    trades = [
        {
            "promise": share,
            "sent": sum(sure >= threshold.of_label(group) for *_seen, group, sure in unseen),
            "right": sum(sure >= threshold.of_label(group) for _u, _s, right, group, sure in unseen if right),
        }
        for share, threshold in thresholds.items()
    ]
    return {"promise": model.promise, "trades": trades, "unseen": _tally(unseen), "seen": _tally(seen)}


def _tally(judged: list[Any]) -> dict[str, Any]:
    return tally([one[1] for one in judged], [one[2] for one in judged], [one[3] for one in judged])


def label_of(row: Any, target: Target) -> str:
    """What was right for a closed case."""
    return str(row.unit_id) if target == Target.UNIT else str(row.category_id)


def told_of_rows(rows: Sequence[Any]) -> list[Told]:
    """What settled cases tell a model. Two queries."""
    shown = evidence.came_with(cases.PHOTO_OWNER, {row.id: row.opened_at for row in rows})
    return [
        Told(r.category_id, r.summary, r.source, r.area_code, r.lon, r.lat, r.opened_at, r.id in shown) for r in rows
    ]


def _locked(sha256: str) -> LearnedModel:
    found = LearnedModel.objects.select_for_update().filter(pk=sha256).first()
    if found is None:
        raise ModelUnknown()
    return found


def _end(model: LearnedModel | None, actor: Actor, now: datetime) -> None:
    if model:
        _set(model, "state", ModelState.OFF, actor, now)


def _set(model: LearnedModel, name: str, value: Any, actor: Actor, now: datetime) -> None:
    data = {"before": getattr(model, name), "after": value}
    setattr(model, name, value)
    model.save(update_fields=[name])
    audit.record(subject=f"dispatch.model/{model.pk}", action=name, actor=actor, now=now, data=data)
