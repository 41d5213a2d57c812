from citygrid.evidence.rules import Checksum
from citygrid.evidence.services.keep import ScrubReport, purge, scrub
from citygrid.evidence.services.receive import (
    PROCESS_TASK,
    QUEUE,
    attach,
    most_bytes,
    open_original,
    process,
    receive_file,
    receive_photo,
)
from citygrid.evidence.services.uploads import (
    begin_upload,
    drop_upload,
    expire_uploads,
    look_up_upload,
    receive_chunk,
)

__all__ = [
    "PROCESS_TASK",
    "QUEUE",
    "Checksum",
    "ScrubReport",
    "attach",
    "begin_upload",
    "drop_upload",
    "expire_uploads",
    "look_up_upload",
    "most_bytes",
    "open_original",
    "process",
    "purge",
    "receive_chunk",
    "receive_file",
    "receive_photo",
    "scrub",
]
