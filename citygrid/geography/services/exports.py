"""Layers taken out as files."""

from datetime import date, datetime

from pyproj.exceptions import CRSError

from citygrid.geography import permissions, queries
from citygrid.geography.choices import FileFault, Frame
from citygrid.geography.errors import UnusableFile
from citygrid.geography.files import FORMATS, Row, write_file
from citygrid.geography.models import Feature
from citygrid.geography.services.drafts import OWN
from citygrid.geography.services.shapes import to_shapely
from citygrid.geography.services.sources import named_system
from citygrid.kernel import audit
from citygrid.kernel.actor import Actor
from citygrid.kernel.errors import NotFound


def export_layer(*, layer_code: str, form: str, system: str, on: date, actor: Actor, now: datetime) -> bytes:
    """What is valid in a layer on a day, as a file of one of the `FORMATS`; `system` is a `Frame` or "EPSG:4548".

    Raises UnknownPlace, NotFound (form), Invalid or UnusableFile (system).
    """
    actor.require(permissions.DEFINE_LAYERS)
    if form not in FORMATS:
        raise NotFound(what=form)
    layer = queries.layer(layer_code)
    rows = [_row(one) for one in queries.features_of(layer.code, on=on)]
    name = system if system in Frame.values else named_system(system) or Frame.WGS84.value
    try:
        content = write_file(form, layer.code, rows, name)
    except CRSError as error:
        raise UnusableFile(FileFault.UNKNOWN_SYSTEM, name) from error
    data = {"form": form, "system": name, "on": str(on), "features": len(rows)}
    audit.record(subject=f"geography.layer/{layer.code}", action="export", actor=actor, now=now, data=data)
    return content


def _row(version: Feature) -> Row:
    unit, begins, ends = version.responsible_unit_id, version.valid_from_date, version.valid_to_date
    own = {"code": version.code, "name": version.name_zh, "name_en": version.name_en}
    dated = dict(zip(OWN, (str(unit or ""), str(begins), str(ends or "")), strict=True))
    return Row(to_shapely(version.geom), {**version.attributes, **own, **dated})
