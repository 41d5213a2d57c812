"""Learning a category or a unit from closed cases, and answering for new ones. Pure: cases in, answers out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citygrid.dispatch.learning import machines, recency
from citygrid.dispatch.learning.columns import Case, group_of
from citygrid.dispatch.learning.confidence import Calibration, Scores
from citygrid.dispatch.learning.features import SEED, Views
from citygrid.dispatch.learning.strange import Usual, lengths

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Progress = Callable[[str], None]

FEWEST = 20  # with fewer cases, or one class, nothing is learned but what is frequent
FOLDS, FOLDS_OF_MANY, MANY = 10, 5, 20_000
MOST_LABELS = 1_000
TOP = 3
MARKS = " \t\n,.;:!?()[]'\"，。；：！？、（）【】《》“”‘’…—-"  # at the ends of strings, where they tell nothing
CHUNK = 1_000


class TooManyLabelsError(Exception):
    """The labels are more than MOST_LABELS: a name or a number, not a category or a unit."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The label, the probability that it is right (0: not to be sent), and the best three with theirs."""

    label: str
    confidence: float
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: all that is needed to answer."""

    labels: tuple[str, ...]
    shares: Floats  # of the labels among the training cases
    views: Views | None = None
    linear: Any = None
    compared: Any = None
    kernel: Any = None
    calibration: Calibration | None = None
    usual: Usual = Usual()

    def answers(self, cases: Sequence[Case]) -> list[Answer]:
        """One answer per case, in their order."""
        told = []
        for begin in range(0, len(cases), CHUNK):
            told += self._answers(cases[begin : begin + CHUNK])[0]
        return told

    def explained(self, case: Case, least: float = 0.0) -> tuple[Answer, list[list[str]]]:
        """The answer to one case, and the reasons for each label of it that is at least so likely (else none)."""
        [answer], sparse = self._answers([case])
        return answer, [self._reasons(sparse, label) if share >= least else [] for label, share in answer.top]

    def _answers(self, cases: Sequence[Case]) -> tuple[list[Answer], Any]:
        """The answers, and the sparse rows that they were read from."""
        if self.views is None or self.calibration is None:
            return [_answer(self.labels, self.shares, 0.0) for _ in cases], None
        sparse, dense = self.views.rows(cases)
        like = machines.likeness(dense, self.compared)
        scores = Scores(
            np.asarray(sparse @ self.linear, float),
            np.asarray(like @ self.kernel, float),
            np.asarray(like.max(1), float),
            lengths(cases),
        )
        return self.judge(cases, scores, self.calibration), sparse

    def _reasons(self, row: Any, label: str, most: int = 3) -> list[str]:
        """What of a case speaks most for a label, in its own words; none of them is a part of another."""
        if self.views is None:
            return []
        weight = row.data * self.linear[row.indices, self.labels.index(label)]
        told: list[str] = []
        for at in np.argsort(-weight, kind="stable")[: int((weight > 0).sum())]:
            name = str(self.views.names[row.indices[at]]).strip(MARKS)
            if len(name) > 1 and not any(name in other or other in name for other in told):
                told.append(name)
            if len(told) == most:
                break
        return told

    def judge(self, cases: Sequence[Case], scores: Scores, calibration: Calibration) -> list[Answer]:
        """Answers from scores; what is strange has no confidence."""
        pairs = self.views.known_pairs if self.views else {}
        first, sure, shares = calibration.judge(scores)
        sure = np.where(self.usual.has(cases, scores.nearest, pairs), sure, 0.0)
        return [
            _answer(self.labels, row, float(confidence), int(best))
            for row, confidence, best in zip(shares, sure, first, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Learned:
    """A model, and its cross-fitted answers for the very cases it learned from: each by machines that never saw it.

    Where the time of the cases is known, `stretches` numbers the stretch of time of each (see recency).
    """

    model: Model
    answers: list[Answer]
    stretches: Ints | None = None

    @property
    def shown(self) -> Bools:
        """The answers that show how the model does: all, or with times those to the newer cases."""
        return np.ones(len(self.answers), bool) if self.stretches is None else self.stretches > 0


def learn(
    cases: Sequence[Case],
    labels: Sequence[str],
    *,
    majors: Mapping[str, str] | None = None,
    progress: Progress = lambda _: None,
) -> Learned:
    """Learn from cases and their labels; the same input gives the same model. Raises TooManyLabelsError.

    `majors`: the major of each label, where labels have one: the major is learned first, the label within it.
    """
    names, classes = np.unique(np.asarray(labels, dtype=object).astype(str), return_inverse=True)
    if len(names) > MOST_LABELS:
        raise TooManyLabelsError(f"There are {len(names)} labels; at most {MOST_LABELS} can be learned.")
    shares = np.bincount(classes, minlength=len(names)) / max(1, len(classes))
    bare = Model(tuple(str(name) for name in names), shares)
    if len(names) < 2 or len(cases) < FEWEST:
        return Learned(bare, bare.answers(cases))
    progress("reading the words")
    views = Views.learn(cases)
    sparse, dense = views.rows(cases)
    days = recency.days(cases)
    folds = split(cases) if days is None else recency.stretches(days)
    fit = _Fit(sparse, dense, machines.targets(classes, _majors(bare.labels, majors or {})), folds, days, progress)
    scores = fit.cross_fitted(lengths(cases))
    is_shown = folds >= (days is not None)
    calibration = Calibration.learn(scores.part(is_shown), classes[is_shown])
    linear, kernel = fit.whole()
    usual = Usual.learn(cases, scores.nearest, views.known_pairs)
    model = Model(bare.labels, shares, views, linear, fit.compared, kernel, calibration, usual)
    answers = _judged_apart(model, cases, scores, classes, folds, is_shown)
    return Learned(model, answers, None if days is None else folds)


def _majors(labels: Sequence[str], majors: Mapping[str, str]) -> Ints:
    """The number of the major of each label; a label without one stands alone."""
    told = [(majors.get(label, ""), "" if majors.get(label) else label) for label in labels]
    return np.array([told.index(one) for one in told])


def split(cases: Sequence[Case]) -> Ints:
    """The fold of each case. Cases that say the same are in one fold, unless most do, as titles out of a form."""
    groups: dict[str, int] = {}
    numbers = np.array([groups.setdefault(group_of(case), len(groups)) for case in cases])
    if len(groups) < len(cases) / 2:
        numbers = np.arange(len(cases))
    count = FOLDS if len(cases) <= MANY else FOLDS_OF_MANY
    order = np.random.default_rng(SEED).permutation(int(numbers.max()) + 1)
    return np.asarray((order % count)[numbers])


class _Fit:
    """Both machines, learned from all cases, or for each fold from the cases that judge it."""

    def __init__(
        self, sparse: Any, dense: Any, wanted: Any, folds: Ints, days: Floats | None, progress: Progress
    ) -> None:
        self.sparse, self.dense, self.wanted = sparse, dense, wanted
        self.folds, self.days, self.progress = folds, days, progress
        progress("comparing cases")
        self.chosen = machines.drawn(len(dense), SEED)
        self.compared = dense[self.chosen]
        self.kernel = machines.KernelRidge(self.compared, wanted[self.chosen]) if days is None else None

    def whole(self) -> tuple[Any, Any]:
        """Weights of the linear and of the kernel machine, from all rows."""
        self.progress("learning from all")
        everything = np.ones(len(self.wanted), bool)
        counts = None if self.days is None else recency.weights(self.days, self.days.max(), self.days.max())
        linear = machines.linear_weights(self.sparse, self.wanted, counts)
        return linear, self._kernel_weights(everything, counts)

    def cross_fitted(self, lengths: Floats) -> Scores:
        """Scores of each row by machines that never saw its fold."""
        shape = self.wanted.shape
        told = Scores(np.zeros(shape), np.zeros(shape), np.zeros(shape[0]), lengths)
        count = int(self.folds.max()) + 1
        for fold in range(count):
            self.progress(f"judging part {fold + 1} of {count} by others")
            out, kept, counts = self._parts(fold)
            some = None if counts is None else counts[kept]
            told.linear[out] = self.sparse[out] @ machines.linear_weights(self.sparse[kept], self.wanted[kept], some)
            weights, compared = self._kernel_weights(kept, counts), self.compared[kept[self.chosen]]
            for part in np.array_split(np.flatnonzero(out), max(1, int(out.sum()) // CHUNK)):
                like = machines.likeness(self.dense[part], compared)
                told.kernel[part] = like @ weights
                told.nearest[part] = like.max(1, initial=0)
        return told

    def _parts(self, fold: int) -> tuple[Any, Any, Floats | None]:
        """(the cases of a fold, those that judge it, how much each counts)."""
        out = self.folds == fold
        if self.days is None:
            return out, ~out, None
        counts = recency.weights(self.days, self.days[out].min(), self.days[out].max())
        return out, recency.judges(self.folds, fold), counts

    def _kernel_weights(self, kept: Any, counts: Floats | None) -> Any:
        """Weights of the compared cases that are kept."""
        inside = kept[self.chosen]
        if self.kernel is not None:
            return self.kernel.without(np.flatnonzero(~inside))[inside]
        at = self.chosen[inside]
        return machines.kernel_weights(self.dense[at], self.wanted[at], None if counts is None else counts[at])


def _judged_apart(
    model: Model, cases: Sequence[Case], scores: Scores, classes: Ints, folds: Ints, shown: Any
) -> list[Answer]:
    """Answers from cross-fitted scores, the calibration (from the cases shown) cross-fitted as well."""
    told: dict[int, Answer] = {}
    for fold in np.unique(folds):
        out = np.flatnonzero(folds == fold)
        kept = shown & (folds != fold)
        calibration = Calibration.learn(scores.part(kept), classes[kept])
        told.update(zip(out, model.judge([cases[int(at)] for at in out], scores.part(out), calibration), strict=True))
    return [told[at] for at in range(len(cases))]


def _answer(labels: Sequence[str], shares: Floats, confidence: float, first: int | None = None) -> Answer:
    order = [int(at) for at in np.argsort(-shares, kind="stable")]
    if first is not None:
        order = [first, *(at for at in order if at != first)]
    top = tuple((labels[at], float(shares[at])) for at in order[:TOP])
    return Answer(labels[order[0]], confidence, top)
