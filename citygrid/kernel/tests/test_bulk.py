import pytest
from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import isolate_apps

from citygrid.kernel import audit
from citygrid.kernel.actor import system_actor
from citygrid.kernel.bulk import copy_rows, write_together
from citygrid.kernel.ids import uuid7
from citygrid.kernel.models import AuditEntry
from citygrid.kernel.tests.factories import NOW

pytestmark = pytest.mark.django_db

FIELDS = ["id", "word", "kind", "data", "digest", "at", "place", "until_at"]


class Kind(models.TextChoices):
    LAMP = "lamp", "Lamp"


with isolate_apps("citygrid.kernel"):

    class Sample(models.Model):
        """One column of each kind that bulk history has."""

        id = models.UUIDField(primary_key=True)
        word = models.CharField(max_length=60)
        kind = models.CharField(max_length=10)
        data = models.JSONField()
        digest = models.BinaryField()
        at = models.DateTimeField()
        place = PointField(null=True)
        until_at = models.DateTimeField(null=True)
        unnamed = models.IntegerField(db_default=7)

        class Meta:
            app_label = "kernel"


@pytest.fixture(autouse=True)
def _table(db: None) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Sample)


def _row(word: str) -> list[object]:
    point = Point(116.41, 39.93, srid=4326)
    return [uuid7(), word, Kind.LAMP, {"word": word, "n": [1, None]}, b"\x00\\N\t\n\xff", NOW, point, None]


def test_copied_rows_are_equal_to_saved_ones() -> None:
    words = ["plain", "tab\tand\nline", "back\\slash \\N \\.", "汉字 \N{GRINNING FACE}", '"quotes"', ""]
    rows = [_row(word) for word in words]
    assert copy_rows(Sample, FIELDS, rows) == len(words)
    for row in rows:
        found = Sample.objects.get(pk=row[0])
        assert [found.word, found.kind, found.data, bytes(found.digest)] == [row[1], "lamp", row[3], row[4]]
        assert (found.at, found.until_at, found.unnamed) == (NOW, None, 7)
        assert (found.place.coords, found.place.srid) == ((116.41, 39.93), 4326)


@pytest.mark.parametrize("data", [["2", "work_day"], "word", 3, []])
def test_json_need_not_be_an_object(data: object) -> None:
    row = _row("list")
    row[3] = data
    copy_rows(Sample, FIELDS, [row])
    assert Sample.objects.get(pk=row[0]).data == data


def test_nothing_is_kept_of_rows_of_which_one_cannot_be_written() -> None:
    row = _row("twice")
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(Sample, FIELDS, [_row("first"), row, row])
    assert not Sample.objects.exists()


def test_no_rows_are_no_fault() -> None:
    assert copy_rows(Sample, FIELDS, []) == 0


def _sample(word: str) -> Sample:
    fields = [name for name in FIELDS if name != "until_at"]
    return Sample(**dict(zip(fields, _row(word), strict=False)))


def test_rows_of_several_tables_are_written_by_one_statement(django_assert_num_queries) -> None:
    entry = audit.entry(subject="sample", action="made", actor=system_actor("tests"), now=NOW, data={"n": [1]})
    for word in ("plain", "\t\\N"):
        row = _sample(word)
        with django_assert_num_queries(1):
            write_together(row, entry)
        found = Sample.objects.get(pk=row.pk)
        assert (found.word, found.data, found.place.coords, found.unnamed) == (word, row.data, (116.41, 39.93), 7)
        assert (bytes(found.digest), found.at, found.kind) == (row.digest, NOW, "lamp")
    written = AuditEntry.objects.filter(subject="sample")
    assert [(each.action, each.data, each.at) for each in written] == [("made", {"n": [1]}, NOW)] * 2
    assert all(each.txid for each in written)


def test_one_row_that_cannot_be_written_keeps_the_others_out() -> None:
    row = _sample("twice")
    write_together(row)
    entry = audit.entry(subject="sample", action="made", actor=system_actor("tests"), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        write_together(entry, row)
    assert not AuditEntry.objects.filter(subject="sample").exists()


def test_fields_of_a_changed_row_are_written_with_the_new_ones(django_assert_num_queries) -> None:
    row, other = _sample("before"), _sample("other")
    write_together(row)
    write_together(other)
    row.word, row.data, row.kind = "after", ["2", "work_day"], "not written"
    entry = audit.entry(subject="sample", action="changed", actor=system_actor("tests"), now=NOW)
    with django_assert_num_queries(1):
        write_together(entry, changed=row, fields=("word", "data"))
    found = Sample.objects.get(pk=row.pk)
    assert (found.word, found.data, found.kind) == ("after", ["2", "work_day"], "lamp")
    assert Sample.objects.get(pk=other.pk).word == "other"
    assert AuditEntry.objects.get(subject="sample").action == "changed"
