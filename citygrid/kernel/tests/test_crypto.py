from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core import serializers
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from citygrid.kernel import crypto
from citygrid.kernel.crypto import EncryptedTextField, blind_index

CANARY = "张三 13800001234"
OLD_KEY, NEW_KEY = (Fernet.generate_key().decode() for _ in range(2))

with isolate_apps("citygrid.kernel"):

    class Contact(models.Model):
        """A record with a secret that only this test knows."""

        phone = EncryptedTextField(null=True)

        class Meta:
            app_label = "kernel"


@pytest.fixture(autouse=True)
def use_keys(settings: object) -> Iterator[None]:
    _use_keys(settings, OLD_KEY)
    yield
    crypto._cipher.cache_clear()


def _use_keys(settings: object, *keys: str) -> None:
    settings.FIELD_KEYS = list(keys)  # type: ignore[attr-defined]
    crypto._cipher.cache_clear()


@pytest.fixture
def contacts(db: None) -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Contact)


def _raw() -> list[bytes | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM kernel_contact ORDER BY id")
        return [row[0] if row[0] is None else bytes(row[0]) for row in cursor.fetchall()]


def test_encrypted_text_comes_back_as_it_was_written(contacts: None) -> None:
    for text in (CANARY, "", None, "\N{GRINNING FACE}" * 500):
        written = Contact.objects.create(phone=text)
        assert Contact.objects.get(pk=written.pk).phone == text


def test_table_holds_nothing_in_clear_and_equal_texts_look_different(contacts: None) -> None:
    Contact.objects.create(phone=CANARY)
    Contact.objects.create(phone=CANARY)
    first, second = _raw()
    assert first and second and first != second
    assert not any(part.encode() in first + second for part in (CANARY, "13800001234", "张三"))


def test_dump_holds_no_secret(contacts: None) -> None:
    written = Contact.objects.create(phone=CANARY)
    dump = serializers.serialize("json", [Contact.objects.get(pk=written.pk)])
    assert "13800001234" not in dump


def test_new_key_writes_and_the_old_one_still_reads(contacts: None, settings: object) -> None:
    old = Contact.objects.create(phone="old")
    _use_keys(settings, NEW_KEY, OLD_KEY)
    new = Contact.objects.create(phone="new")
    assert Contact.objects.get(pk=old.pk).phone == "old"
    _use_keys(settings, NEW_KEY)
    assert Contact.objects.get(pk=new.pk).phone == "new"
    with pytest.raises(InvalidToken):
        Contact.objects.get(pk=old.pk)


def test_blind_index_outlives_a_new_key_and_differs_between_installations(settings: object) -> None:
    before = blind_index(CANARY)
    _use_keys(settings, NEW_KEY, OLD_KEY)
    assert blind_index(CANARY) == before
    _use_keys(settings, NEW_KEY)
    assert blind_index(CANARY) != before


@given(st.text(), st.text())
def test_blind_indexes_are_equal_when_only_case_and_spaces_differ(one: str, other: str) -> None:
    def plain(text: str) -> str:
        return "".join(text.split()).lower()

    assert (blind_index(one) == blind_index(other)) == (plain(one) == plain(other))
    assert blind_index(f" {one} ") == blind_index(one)
