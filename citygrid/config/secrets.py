"""Secrets of this installation: from the environment, else generated once into the state folder (mode 600)."""

import base64
import json
import os
import secrets
from pathlib import Path

from citygrid.config import state


def load() -> dict[str, str]:
    """`django` (signing) and `field` (encryption of single fields) keys; `bucket_key` and `bucket_secret` of a bucket.

    Those of a bucket are given, in the environment or the file: "" where there are none.
    """
    path = state.folder() / "secrets.json"
    kept = _read(path)
    return {
        "django": os.environ.get("CITYGRID_SECRET_KEY") or kept["django"],
        "field": os.environ.get("CITYGRID_FIELD_KEY") or kept["field"],
        "bucket_key": os.environ.get("CITYGRID_EVIDENCE_KEY") or kept.get("bucket_key", ""),
        "bucket_secret": os.environ.get("CITYGRID_EVIDENCE_SECRET") or kept.get("bucket_secret", ""),
    }


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        fresh = {
            "django": secrets.token_urlsafe(64),
            "field": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(fresh))
        try:
            os.link(draft, path)  # the first of two starting processes wins; neither sees half a file
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return json.loads(path.read_text())
