"""The engine folder of photos: the decoder in a process of its own, and the store."""

from citygrid.evidence.media.decode import Decoded, Limits, decode

__all__ = ["Decoded", "Limits", "decode"]
