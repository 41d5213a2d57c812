from citygrid.evidence.rules import Checksum
from citygrid.evidence.services.base import PROCESS_TASK, QUEUE
from citygrid.evidence.services.keep import ScrubReport, purge, scrub
from citygrid.evidence.services.packaging import package_streams
from citygrid.evidence.services.receive import (
    attach,
    most_bytes,
    open_original,
    process,
    receive_file,
    receive_photo,
)
from citygrid.evidence.services.redact import redact
from citygrid.evidence.services.streams import (
    KEEP_TASK,
    begin_stream,
    drop_refused_streams,
    end_quiet_streams,
    end_stream,
    keep_stream,
    move_stream,
    open_view,
    receive_piece,
    show_stream_with,
)
from citygrid.evidence.services.uploads import (
    begin_upload,
    drop_upload,
    expire_uploads,
    look_up_upload,
    receive_chunk,
)

__all__ = [
    "KEEP_TASK",
    "PROCESS_TASK",
    "QUEUE",
    "Checksum",
    "ScrubReport",
    "attach",
    "begin_stream",
    "begin_upload",
    "drop_refused_streams",
    "drop_upload",
    "end_quiet_streams",
    "end_stream",
    "expire_uploads",
    "keep_stream",
    "look_up_upload",
    "most_bytes",
    "move_stream",
    "open_original",
    "open_view",
    "package_streams",
    "process",
    "purge",
    "receive_chunk",
    "receive_file",
    "receive_photo",
    "receive_piece",
    "redact",
    "scrub",
    "show_stream_with",
]
