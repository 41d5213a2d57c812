"""The engine folder of layers as files: three formats, read in a process of its own, and written."""

from citygrid.geography.files.opening import Limits, Opened, open_file
from citygrid.geography.files.writing import FORMATS, Row, write_file

__all__ = ["FORMATS", "Limits", "Opened", "Row", "open_file", "write_file"]
