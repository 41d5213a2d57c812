"""A model as a file: skops, no pickle, named by its SHA-256, with a card of what it was learned from. Pure.

Nothing in the file is run when it is read: only arrays, plain values and the types of TRUSTED are built.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from zipfile import BadZipFile

import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from citygrid.dispatch.learning.classifier import Model
from citygrid.dispatch.learning.columns import Reading
from citygrid.dispatch.learning.confidence import Calibration, Mixture
from citygrid.dispatch.learning.features import Views
from citygrid.dispatch.learning.strange import Usual

FORMAT = 1
TRUSTED: list[str] = []  # skops knows arrays and plain values; nothing else is let in


class ModelError(Exception):
    """The bytes are not a model file of ours, or not the one whose hash was given."""


def write(model: Model, readings: tuple[Reading, ...], card: Mapping[str, Any]) -> tuple[bytes, str]:
    """(the bytes, their SHA-256) of a model, how it reads columns, and its card."""
    views, calibration = model.views, model.calibration
    told = {
        "format": FORMAT,
        "card": dict(card),
        "readings": [{**asdict(reading), "edges": list(reading.edges)} for reading in readings],
        "labels": list(model.labels),
        "shares": model.shares,
        # Terms as arrays: archives of vectorisers hold an entry for every word, and take minutes.
        "views": {"terms": views.terms, "weights": views.weights, "components": views.components} if views else None,
        "machines": {"linear": model.linear, "compared": model.compared, "kernel": model.kernel},
        "calibration": asdict(calibration) if calibration else None,
        "usual": asdict(model.usual),
    }
    raw = skops.io.dumps(told)
    return raw, hashlib.sha256(raw).hexdigest()


def read(raw: bytes, sha256: str) -> tuple[Model, tuple[Reading, ...], dict[str, Any]]:
    """The model, how it reads columns, and its card; raises ModelError."""
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise ModelError("The file is not the one that was stored.")
    try:
        told = skops.io.loads(raw, trusted=TRUSTED)
    except (BadZipFile, UntrustedTypesFoundException) as fault:
        raise ModelError(f"The file holds what is not trusted: {fault}") from fault
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise ModelError("The file has another format.")
    calibration = told["calibration"]
    readings = tuple(Reading(**{**reading, "edges": tuple(reading["edges"])}) for reading in told["readings"])
    model = Model(
        labels=tuple(told["labels"]),
        shares=told["shares"],
        views=Views.of_terms(**told["views"]) if told["views"] else None,
        calibration=Calibration(**{**calibration, "mixture": Mixture(**calibration["mixture"])})
        if calibration
        else None,
        usual=Usual(**told["usual"]),
        **told["machines"],
    )
    return model, readings, told["card"]
