import csv
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from citygrid.dispatch.tests.messages import messages

HEAD = ["id", "text", "unit"]


def write(path: Path, rows: list[list[str]], head: list[str] = HEAD) -> Path:
    with (gzip.open if path.suffix == ".gz" else open)(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def rows(count: int, seed: int) -> list[list[str]]:
    texts, labels = messages(count, seed, noise=0.05)
    return [[f"{seed}-{number}", text, label] for number, (text, label) in enumerate(zip(texts, labels, strict=True))]


def evaluate(train: Path, test: Path, *, text: str = "text", promise: str = "0.9,0.95") -> Path:
    out = test.parent / "predictions.csv"
    options = ["--id", "id", "--text", text, "--label", "unit", "--promise", promise, "--out", str(out)]
    call_command("evaluate_dispatch", "--train", str(train), "--test", str(test), *options)
    return out


def told(out: Path) -> list[dict[str, str]]:
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_answers_and_thresholds_are_written_and_figures_printed(tmp_path, capsys):
    train, test = write(tmp_path / "train.csv.gz", rows(400, 1)), write(tmp_path / "test.csv", rows(300, 2))
    answers = told(evaluate(train, test))
    assert [row["id"] for row in answers] == [row[0] for row in rows(300, 2)]
    assert list(answers[0])[:5] == ["id", "label", "confidence", "top1", "top1_probability"]
    thresholds = json.loads((tmp_path / "predictions.csv.thresholds.json").read_text())
    assert [one["promise"] for one in thresholds["thresholds"]] == [0.9, 0.95]
    low = thresholds["thresholds"][0]
    for row in answers:
        assert row["sent_at_0.9"] == str(int(float(row["confidence"]) >= low["of_label"][row["label"]] - 1e-6))
    figures = json.loads(capsys.readouterr().out)
    assert figures["rows"] == 300 and figures["accuracy"] > 0.9


def test_labels_of_the_test_file_change_nothing(tmp_path):
    train, some = write(tmp_path / "train.csv", rows(200, 1)), rows(50, 2)
    with_labels = evaluate(train, write(tmp_path / "a.csv", some)).read_text()
    wrong = evaluate(train, write(tmp_path / "b.csv", [[*row[:2], "环保"] for row in some])).read_text()
    without = evaluate(train, write(tmp_path / "c.csv", [row[:2] for row in some], HEAD[:2])).read_text()
    assert with_labels == wrong == without


def test_rows_of_the_test_file_do_not_touch_one_another(tmp_path):
    train, some = write(tmp_path / "train.csv", rows(200, 1)), rows(50, 2)
    together = told(evaluate(train, write(tmp_path / "a.csv", some)))
    fewer = told(evaluate(train, write(tmp_path / "b.csv", some[:10])))
    assert [row["label"] for row in fewer] == [row["label"] for row in together[:10]]


def test_parquet_with_places_and_times_is_read(tmp_path):
    some = rows(200, 3)
    table = pa.table(
        {
            "id": pa.array(range(200), pa.int64()),
            "text": [row[1] for row in some],
            "unit": [row[2] for row in some],
            "lat": pa.array([None if n % 9 == 0 else 42 + n / 1000 for n in range(200)], pa.float64()),
            "at": pa.array([1_420_070_400_000_000 + n * 10**9 for n in range(200)], pa.timestamp("us")),
        }
    )
    path = tmp_path / "cases.parquet"
    pq.write_table(table, path)
    assert len(told(evaluate(path, path, text="text,lat,at"))) == 200


def test_strange_rows_are_answered_and_never_sent(tmp_path):
    strange = [["1", "", ""], ["2", "x" * 1_000_000, ""], ["3", "😀" * 20, ""], ["4"], ["5", "a\0b", "环保"]]
    train = write(tmp_path / "train.csv", [*rows(200, 1), *strange])
    answers = told(evaluate(train, write(tmp_path / "test.csv", strange)))
    assert [row["id"] for row in answers] == ["1", "2", "3", "4", "5"]
    assert {row["sent_at_0.9"] for row in answers} == {"0"}


@pytest.mark.parametrize(
    ("train", "words"),
    [
        ([["1", "text only"]], "No row"),
        (None, "No such file"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_in_words(tmp_path, train, words):
    path = tmp_path / "train.csv"
    if train is not None:
        write(path, train)
    with pytest.raises(CommandError, match=words):
        evaluate(path, path)


def test_column_that_is_missing_is_named_with_those_there_are(tmp_path):
    path = write(tmp_path / "train.csv", rows(5, 1))
    with pytest.raises(CommandError, match=r"no column title. It has: id, text, unit"):
        evaluate(path, path, text="title")


def test_major_of_the_labels_is_learned_from(tmp_path):
    """Of labels nobody can tell apart, those of the same major come second and third."""
    head = ["id", "text", "unit", "major"]
    some = [[row[0], row[1], f"{row[2]}/{at % 4}", row[2]] for at, row in enumerate(rows(400, 1))]
    train, test = write(tmp_path / "train.csv", some, head), write(tmp_path / "test.csv", rows(100, 2))
    strays = []
    for more in ([], ["--major", "major"]):
        out = tmp_path / "predictions.csv"
        options = ["--id", "id", "--text", "text", "--label", "unit", "--promise", "0.9", "--out", str(out), *more]
        call_command("evaluate_dispatch", "--train", str(train), "--test", str(test), *options)
        firsts = [(row["top1"][:-2], row[f"top{place}"][:-2]) for row in told(out) for place in (2, 3)]
        strays.append(sum(first != other for first, other in firsts))
    assert strays[1] < strays[0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(["--major", "kind"], "kind"), (["--id", "number"], "number"), (["--out", "nowhere/told.csv"], "folder nowhere")],
)
def test_wrong_names_are_told_before_anything_is_learned(tmp_path, wrong, words, capsys):
    train, test = write(tmp_path / "train.csv", rows(40, 1)), write(tmp_path / "test.csv", rows(10, 2))
    options = ["--id", "id", "--text", "text", "--label", "unit", "--out", str(tmp_path / "told.csv"), *wrong]
    with pytest.raises(CommandError, match=words):
        call_command("evaluate_dispatch", "--train", str(train), "--test", str(test), *options)
    assert "reading the words" not in capsys.readouterr().err
