"""Learning who handles a case: Chinese messages in grouped folds, and Boston's departments month by month.

Reads ../shared/data; learns and judges by the engine that `manage.py evaluate_dispatch` runs, thresholds fixed before
the rows of a fold or month are seen. The baselines run on the same rows: a linear SVM on words and strings, and a
plain lookup by title whose cut is read off the judged rows.
"""

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
from tqdm import tqdm

from citygrid.dispatch.learning import columns, metrics, selective
from citygrid.dispatch.learning.classifier import Answer, Learned, learn, split
from citygrid.dispatch.management.tables import read_columns

DATA = Path(__file__).resolve().parents[2] / "shared/data"
PROMISES = (0.95, 0.97, 0.99)
GOAL_F1 = 0.940
BOSTON = ("CASE_TITLE", "Source", "OPEN_DT", "LATITUDE", "LONGITUDE", "neighborhood", "Location")
FIRST_MONTH, LAST_MONTH = 4, 9
FOLDS = 10


def run() -> dict[str, Any]:
    """Macro-F1 over the folds. Row: also coverage and precision per promise, ECE, McNemar, and Boston."""
    told = _messages()
    return {
        "name": "dispatch_text",
        "value": told["macro_f1"],
        "unit": "macro-F1",
        "size": told["rows"],
        "limit": GOAL_F1,
        "ratio": round(told["macro_f1"] / GOAL_F1, 4),
        "messages": told,
        "boston": _boston(),
    }


def messages() -> tuple[list[str], Any]:
    """The tokens of the messages, and their labels."""
    with gzip.open(DATA / "A_zh_messages/fj2_tokens_dev.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["tokens"] for row in rows], np.array([row["label"] for row in rows])


def _messages() -> dict[str, Any]:
    texts, labels = messages()
    cases = columns.read({"text": texts}, columns.decide({"text": texts}))
    folds = split(cases)
    told = _Told()
    for fold in tqdm(range(FOLDS), desc="folds"):
        out, kept = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        learned = learn([cases[at] for at in kept], list(labels[kept]))
        told.add(learned, labels[kept], [cases[at] for at in out], labels[out])
        told.baseline += list(_svm(texts, labels, kept, out) == labels[out])
        tqdm.write(f"fold {fold + 1}: macro-F1 so far {told.figures()['macro_f1']}")
    ours, theirs, chance = metrics.mcnemar(told.right, np.array(told.baseline))
    return {
        **told.figures(),
        "baseline_accuracy": round(float(np.mean(told.baseline)), 4),
        "mcnemar": {"only_ours": ours, "only_baseline": theirs, "p": float(f"{chance:.2g}")},
        "least_precision_of_a_label_at_97": told.least_precision(0.97),
    }


def _boston() -> dict[str, Any]:
    table = read_columns(DATA / "B_311/boston311_2015_jan_sep.parquet", [*BOSTON, "Department"])
    labels = np.array(table["Department"])
    months = np.array([int(at[5:7]) for at in table["OPEN_DT"]])
    told, sure, hits = _Told(), [], []
    by_month = {}
    for month in tqdm(range(FIRST_MONTH, LAST_MONTH + 1), desc="months"):
        out, kept = np.flatnonzero(months == month), np.flatnonzero(months < month)
        past = {name: [table[name][at] for at in kept] for name in BOSTON}
        readings = columns.decide(past)
        learned = learn(columns.read(past, readings), list(labels[kept]))
        coming = columns.read({name: [table[name][at] for at in out] for name in BOSTON}, readings)
        told.add(learned, labels[kept], coming, labels[out])
        tqdm.write(f"month {month}: {told.figures()['promised']['0.97']}")
        by_month[month] = metrics.selected(np.array(told.sent[0.97][-len(out) :]), told.right[-len(out) :])
        for share, hit in _lookup(table["CASE_TITLE"], labels, kept, out):
            sure.append(share)
            hits.append(hit)
    lookup = _best_right(np.array(sure), np.array(hits), 0.97)
    return {**told.figures(), "by_month_at_97": by_month, "lookup_right_of_all_at_97": lookup}


class _Told:
    """Answers on rows not learned from, and what the thresholds fixed before said of each."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.labels: list[str] = []
        self.sent: dict[float, list[bool]] = {promise: [] for promise in PROMISES}
        self.baseline: list[bool] = []

    def add(self, learned: Learned, known: Sequence[str], cases: list[columns.Case], truth: Sequence[str]) -> None:
        sure = np.array([answer.confidence for answer in learned.answers])
        said = [answer.label for answer in learned.answers]
        answers = learned.model.answers(cases)
        for promise in PROMISES:
            threshold = selective.fix(said, sure, np.array(said) == np.array(known), promise, learned.stretches)
            self.sent[promise] += [threshold.sends(answer.label, answer.confidence) for answer in answers]
        self.answers += answers
        self.labels += list(truth)

    @property
    def right(self) -> Any:
        return np.array([answer.label == label for answer, label in zip(self.answers, self.labels, strict=True)])

    def figures(self) -> dict[str, Any]:
        sure = np.array([answer.confidence for answer in self.answers])
        return {
            "rows": len(self.labels),
            "accuracy": round(float(self.right.mean()), 4),
            "macro_f1": round(metrics.macro_f1(self.labels, [answer.label for answer in self.answers]), 4),
            "ece": round(metrics.calibration_error(sure, self.right), 4),
            "promised": {
                str(promise): metrics.selected(np.array(sent), self.right) for promise, sent in self.sent.items()
            },
        }

    def least_precision(self, promise: float) -> float:
        """Of the labels with at least 30 cases sent, the lowest share of right ones."""
        said, sent = np.array([answer.label for answer in self.answers]), np.array(self.sent[promise])
        parts = [self.right[sent & (said == label)] for label in np.unique(said)]
        return round(min(float(part.mean()) for part in parts if len(part) >= 30), 4)


def _svm(texts: list[str], labels: Any, kept: Any, out: Any) -> Any:
    views = [
        TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2),
        TfidfVectorizer(sublinear_tf=True, analyzer="char", ngram_range=(1, 4), min_df=2),
    ]
    known = hstack([view.fit_transform([texts[at] for at in kept]) for view in views], format="csr")
    coming = hstack([view.transform([texts[at] for at in out]) for view in views], format="csr")
    return LinearSVC(C=0.5).fit(known, labels[kept]).predict(coming)


def _lookup(titles: list[str], labels: Any, kept: Any, out: Any) -> list[tuple[float, bool]]:
    """(share, hit) per row: the most frequent department of the title so far, and how often it was that."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for at in kept:
        seen[titles[at]][labels[at]] += 1
    told = []
    for at in out:
        counts = seen.get(titles[at], Counter())
        best, count = counts.most_common(1)[0] if counts else ("", 0)
        told.append((count / (counts.total() + 1), bool(best == labels[at])))
    return told


def _best_right(sure: Any, hits: Any, promise: float) -> float:
    """The share of all rows sent and right under the best cut, read off these very rows."""
    order = np.argsort(-sure, kind="stable")
    right = np.cumsum(hits[order])
    kept = np.flatnonzero(right / np.arange(1, len(order) + 1) >= promise)
    return round(float(right[kept[-1]] / len(order)), 4) if len(kept) else 0.0
