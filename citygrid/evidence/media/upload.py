"""Uploads that cannot fill the disk."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from citygrid.evidence.choices import MOST_AT_ONCE

FORM_BYTES = 1 << 20


class BoundedUpload(TemporaryFileUploadHandler):
    """Keeps each file up to one byte past the largest photo: enough for a refusal to name the file that is too large.

    A request that says it is larger than nine such files raises RequestDataTooBig before anything of it is read.
    """

    def handle_raw_input(self, input_data: Any, meta: Any, content_length: int, *rest: Any) -> None:
        if content_length > MOST_AT_ONCE * settings.EVIDENCE_MOST_BYTES + FORM_BYTES:
            raise RequestDataTooBig("more than the photos of one report")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = settings.EVIDENCE_MOST_BYTES + 1 - start
        if room > 0:
            self.file.write(raw_data[:room])

    def file_complete(self, file_size: int) -> Any:
        return super().file_complete(min(file_size, settings.EVIDENCE_MOST_BYTES + 1))
