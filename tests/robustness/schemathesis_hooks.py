"""What schemathesis does not know by itself: how a piece of an upload is written into a request."""

import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
