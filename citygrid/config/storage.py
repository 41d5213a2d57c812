"""Where evidence is stored: a folder of this machine, or a bucket of any S3 service."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

MEMORY = 8 << 20  # bytes of a file from a bucket that are held before it goes to the disk


def evidence(environment: Mapping[str, str], keys: Mapping[str, str], state_folder: Path) -> dict[str, Any]:
    """The storage that CITYGRID_EVIDENCE_STORAGE names, as Django's STORAGES has it; ValueError for another word.

    A bucket without the word means `s3`. Without keys of ours the library looks for its own (AWS_ACCESS_KEY_ID).
    """
    bucket = environment.get("CITYGRID_EVIDENCE_BUCKET", "")
    kind = environment.get("CITYGRID_EVIDENCE_STORAGE") or ("s3" if bucket else "folder")
    if kind == "folder":
        folder = environment.get("CITYGRID_EVIDENCE_FOLDER") or state_folder / "evidence"
        return {"BACKEND": "citygrid.evidence.media.storage.DurableFolder", "OPTIONS": {"location": folder}}
    if kind != "s3" or not bucket:
        raise ValueError("CITYGRID_EVIDENCE_STORAGE is “folder”, or “s3” with CITYGRID_EVIDENCE_BUCKET")
    options = {
        "bucket_name": bucket,
        "endpoint_url": environment.get("CITYGRID_EVIDENCE_ENDPOINT") or None,
        "region_name": environment.get("CITYGRID_EVIDENCE_REGION") or None,
        "access_key": keys["bucket_key"] or None,
        "secret_key": keys["bucket_secret"] or None,
        "default_acl": None,
        "file_overwrite": True,
        "max_memory_size": MEMORY,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
