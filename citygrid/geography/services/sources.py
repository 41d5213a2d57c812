"""What is imported: a parsed GeoJSON document, or a file in one of three formats, read in a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from citygrid.geography.choices import Fault, FileFault, FileNote, Frame
from citygrid.geography.errors import UnusableFile
from citygrid.geography.files import open_file
from citygrid.geography.rules.validation import Finding, Reading, Shape, read
from citygrid.kernel.errors import Invalid

SYSTEMS = {
    "": "",
    Frame.WGS84: "EPSG:4326",
    Frame.CGCS2000: "EPSG:4490",
    Frame.GCJ02: "degrees",
    Frame.BD09: "degrees",
}
EPSG_DIGITS = range(4, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A parsed GeoJSON document, its frame, and the properties that hold the code and the names.

    `faults` are what the reader of a file could not read of single features, `notes` how it was read.
    """

    document: Any
    frame: Frame = Frame.WGS84
    code_field: str = "code"
    name_field: str = "name"
    name_en_field: str = "name_en"
    faults: Sequence[Finding] = ()
    notes: Mapping[FileNote, str] = field(default_factory=dict)

    def read(self, **expected: Any) -> tuple[list[Shape], list[Finding]]:
        """The usable features and what is wrong with the others; `expected` as in `Reading`."""
        reading = Reading(
            frame=self.frame,
            code_field=self.code_field,
            name_field=self.name_field,
            name_en_field=self.name_en_field,
            **expected,
        )
        shapes, findings = read(self.document, reading)
        broken = {finding.feature for finding in self.faults}
        # A geometry that could not be read is absent from the document: that is one fault, not two.
        others = [one for one in findings if one.feature not in broken or one.fault != Fault.NO_GEOMETRY]
        return [one for one in shapes if one.feature not in broken], [*self.faults, *others]

    @property
    def words(self) -> list[str]:
        """What the sender should know of how the file was read, in the active language."""
        return [f"{note.label} {detail}" for note, detail in self.notes.items()]


def open_source(
    content: bytes,
    *,
    system: str = "",
    layer: str = "",
    code_field: str = "code",
    name_field: str = "name",
    name_en_field: str = "name_en",
) -> Source:
    """A GeoJSON, GeoPackage or zipped Shapefile as a source. UnusableFile; Invalid (no such coordinate system).

    `system` is "" (what the file says), a `Frame`, or "EPSG:4548"; `layer` is needed where the file has several.
    """
    if len(content) > settings.LAYER_MOST_BYTES:
        raise UnusableFile(FileFault.TOO_LARGE, f"{settings.LAYER_MOST_BYTES >> 20} MB")
    opened = open_file(content, system=SYSTEMS.get(system) or named_system(system), layer=layer)
    if opened.refusal:
        raise UnusableFile(FileFault(opened.refusal), opened.detail)
    return Source(
        document=opened.document,
        frame=Frame(system) if system in (Frame.GCJ02, Frame.BD09) else Frame.WGS84,
        code_field=code_field,
        name_field=name_field,
        name_en_field=name_en_field,
        faults=[Finding(number, "", Fault(code), detail) for number, code, detail in opened.faults],
        notes={FileNote(code): detail for code, detail in opened.notes.items()},
    )


def named_system(system: str) -> str:
    """ "EPSG:4548" out of what was typed: "4548", "epsg:4548", "" for nothing. Invalid."""
    digits = system.strip().upper().removeprefix("EPSG:").strip()
    if digits and not (digits.isascii() and digits.isdigit() and len(digits) in EPSG_DIGITS):
        raise Invalid(fields={"system": _("A coordinate system is a number of four to six digits, as in EPSG:4548.")})
    return f"EPSG:{digits}" if digits else ""
