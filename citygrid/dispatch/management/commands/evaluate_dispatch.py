import csv
import hashlib
import json
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from citygrid.dispatch.learning import columns, metrics, selective
from citygrid.dispatch.learning.classifier import TOP, Answer, Learned, TooManyLabelsError, learn
from citygrid.dispatch.management.tables import TableError, read_columns


class Command(BaseCommand):
    help = (
        "Learn a label from the rows of one file, fix from which confidence on it may be trusted to keep a promised "
        "precision, then answer for the rows of another file. Files are CSV (also .gz) or Parquet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--train", type=Path, required=True, help="labelled rows to learn from")
        parser.add_argument("--test", type=Path, required=True, help="rows to answer for; labels are not needed")
        parser.add_argument("--id", required=True, help="column that names a row; nothing is learned from it")
        parser.add_argument("--text", type=_names, required=True, help="columns to learn from: texts, places, times")
        parser.add_argument("--label", required=True, help="column with the label")
        parser.add_argument("--major", default="", help="column with the major of the label, where labels have one")
        parser.add_argument("--promise", type=_promises, default=[0.95, 0.97, 0.99], help="shares, such as 0.95,0.97")
        parser.add_argument(
            "--out", type=Path, required=True, help="CSV to write; thresholds go to OUT.thresholds.json"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.began = monotonic()
        try:
            self._evaluate(options)
        except (TableError, TooManyLabelsError, OSError) as fault:
            raise CommandError(str(fault)) from fault

    def _evaluate(self, options: dict[str, Any]) -> None:
        names, label, out = options["text"], options["label"], options["out"]
        major = [options["major"]] if options["major"] else []
        train = read_columns(options["train"], [*names, label, *major])
        test = read_columns(options["test"], [options["id"], *names], [label])
        if not out.parent.is_dir():
            raise CommandError(f"There is no folder {out.parent}.")
        readings = columns.decide({name: train[name] for name in names})
        self._say(
            f"{len(train[label])} rows; " + ", ".join(f"{reading.name} as {reading.kind}" for reading in readings)
        )
        is_told = [bool(told) for told in train[label]]
        cases = [case for case, told in zip(columns.read(train, readings), is_told, strict=True) if told]
        labels = [told for told in train[label] if told]
        if not labels:
            raise CommandError(f"No row of {options['train']} has a {label}.")
        majors = dict(zip(train[label], train[major[0]], strict=True)) if major else None
        learned = learn(cases, labels, majors=majors, progress=self._say)
        thresholds = _thresholds(learned, labels, options["promise"])
        beside = out.with_name(out.name + ".thresholds.json")
        shown = np.flatnonzero(learned.shown)
        figures = _figures([learned.answers[at] for at in shown], [labels[at] for at in shown], thresholds)
        beside.write_text(_as_json(thresholds, figures, options["train"]), encoding="utf-8")
        self._say(f"thresholds fixed in {beside}; expected: {json.dumps(figures, ensure_ascii=False)}")

        answers = learned.model.answers(columns.read({name: test[name] for name in names}, readings))
        _write(out, test[options["id"]], answers, thresholds)
        self._say(f"{len(answers)} answers in {out}")
        if any(test.get(label, ())):
            told = [(answer, truth) for answer, truth in zip(answers, test[label], strict=True) if truth]
            found = _figures([answer for answer, _ in told], [truth for _, truth in told], thresholds)
            self.stdout.write(json.dumps(found, ensure_ascii=False))

    def _say(self, words: str) -> None:
        self.stderr.write(f"{monotonic() - self.began:6.1f} s  {words}", style_func=str)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise ArgumentTypeError("name at least one column")
    return list(dict.fromkeys(names))


def _promises(text: str) -> list[float]:
    promises = [float(part) for part in text.split(",")]
    if not all(0 < promise < 1 for promise in promises):
        raise ArgumentTypeError("a promise is a share between 0 and 1")
    return promises


def _thresholds(learned: Learned, labels: Sequence[str], promises: Sequence[float]) -> list[selective.Threshold]:
    said, sure, right = _arrays(learned.answers, labels)
    return [selective.fix(said, sure, right, promise, learned.stretches) for promise in promises]


def _arrays(answers: Sequence[Answer], labels: Sequence[str]) -> tuple[list[str], Any, Any]:
    right = [answer.label == label for answer, label in zip(answers, labels, strict=True)]
    sure = [answer.confidence for answer in answers]
    return [answer.label for answer in answers], np.array(sure, float), np.array(right, bool)


def _figures(
    answers: Sequence[Answer], labels: Sequence[str], thresholds: Sequence[selective.Threshold]
) -> dict[str, Any]:
    said, sure, right = _arrays(answers, labels)
    promised = {}
    for threshold in thresholds:
        sent = np.array([threshold.sends(answer.label, answer.confidence) for answer in answers], bool)
        promised[str(threshold.promise)] = metrics.selected(sent, right)
    return {
        "rows": len(labels),
        "accuracy": round(float(right.mean()), 4),
        "macro_f1": round(metrics.macro_f1(labels, said), 4),
        "ece": round(metrics.calibration_error(sure, right), 4),
        "promised": promised,
    }


def _as_json(thresholds: Sequence[selective.Threshold], figures: dict[str, Any], train: Path) -> str:
    told = {
        "guarantee": " ".join((selective.__doc__ or "").split()),
        "train_sha256": hashlib.sha256(train.read_bytes()).hexdigest(),
        "cross_fitted": figures,
        "thresholds": [
            {
                "promise": threshold.promise,
                "confidence_from": threshold.common,
                "of_label": dict(threshold.raised),
                "sent": threshold.sent,
                "wrong": threshold.wrong,
                "of": threshold.of,
                "proven_precision": round(threshold.proven, 4),
            }
            for threshold in thresholds
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _write(
    path: Path, ids: Sequence[str], answers: Sequence[Answer], thresholds: Sequence[selective.Threshold]
) -> None:
    tops = [name for place in range(1, TOP + 1) for name in (f"top{place}", f"top{place}_probability")]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        sends = [f"sent_at_{threshold.promise}" for threshold in thresholds]
        writer.writerow(["id", "label", "confidence", *tops, *sends])
        for row, answer in zip(ids, answers, strict=True):
            told = [part for name, share in answer.top for part in (name, f"{share:.6f}")]
            told += [""] * (len(tops) - len(told))
            sent = [int(threshold.sends(answer.label, answer.confidence)) for threshold in thresholds]
            writer.writerow([row, answer.label, f"{answer.confidence:.6f}", *told, *sent])
