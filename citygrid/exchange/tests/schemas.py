"""JSON schemas of GeoReport v2, written from its tables of fields, and of the extension for updates."""

from typing import Any


def _object(needed: str, /, **fields: Any) -> dict[str, Any]:
    return {"type": "object", "required": needed.split(), "properties": fields, "additionalProperties": False}


TEXT: Any = {"type": "string", "minLength": 1}
MAYBE: Any = {"type": ["string", "null"]}
NUMBER: Any = {"type": ["number", "null"]}
TRUTH: Any = {"type": "boolean"}
ZONED = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)$"
MOMENT: Any = {"type": "string", "pattern": ZONED}
MAYBE_MOMENT: Any = {"type": ["string", "null"], "pattern": ZONED}


def _list(item: Any) -> dict[str, Any]:
    return {"type": "array", "items": item}


SERVICES = _list(
    _object(
        "service_code service_name description metadata type keywords group",
        service_code=TEXT,
        service_name=TEXT,
        description=MAYBE,
        metadata=TRUTH,
        type={"enum": ["realtime", "batch", "blackbox"]},
        keywords=MAYBE,
        group=MAYBE,
    )
)
DEFINITION = _object(
    "service_code attributes",
    service_code=TEXT,
    attributes=_list(
        _object(
            "variable code datatype required datatype_description order description values",
            variable=TRUTH,
            code=TEXT,
            datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
            required=TRUTH,
            datatype_description=MAYBE,
            order={"type": "integer", "minimum": 1},
            description=MAYBE,
            values=_list(_object("key name", key=TEXT, name=TEXT)),
        )
    ),
)
REQUESTS = _list(
    _object(
        "service_request_id status service_code requested_datetime updated_datetime lat long",
        service_request_id=TEXT,
        status={"enum": ["open", "closed"]},
        status_notes=MAYBE,
        service_name=MAYBE,
        service_code=TEXT,
        description=MAYBE,
        agency_responsible=MAYBE,
        service_notice=MAYBE,
        requested_datetime=MOMENT,
        updated_datetime=MAYBE_MOMENT,
        expected_datetime=MAYBE_MOMENT,
        address=MAYBE,
        address_id=MAYBE,
        zipcode=MAYBE,
        lat=NUMBER,
        long=NUMBER,
        media_url=MAYBE,
    )
)
UPDATES = _list(
    _object(
        "update_id service_request_id status updated_datetime description",
        update_id=TEXT,
        service_request_id=TEXT,
        status={"enum": ["open", "closed"]},
        updated_datetime=MOMENT,
        description=MAYBE,
        media_url=MAYBE,
    )
)
ERRORS = _list(_object("code description", code={"type": "integer"}, description=TEXT))
