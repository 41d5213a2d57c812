import hashlib

import pytest
import skops.io

from citygrid.dispatch.learning import columns, modelfile
from citygrid.dispatch.learning.classifier import learn
from citygrid.dispatch.tests.messages import cases_of, learned, messages

READINGS = (columns.Reading("text", "text"), columns.Reading("lat", "number", False, (1.0, 2.5)))
CARD = {"learned_until": "2015-09-01", "rows": 400}


class Stranger:
    pass


def test_model_comes_back_from_its_file_as_it_was():
    model = learned().model
    raw, sha256 = modelfile.write(model, READINGS, CARD)
    again, readings, card = modelfile.read(raw, sha256)
    cases = cases_of([*messages(50, seed=2)[0], ""])
    assert again.answers(cases) == model.answers(cases)
    assert (readings, card) == (READINGS, CARD)


def test_model_that_learned_nothing_comes_back_too():
    model = learn(cases_of(["a"]), ["b"]).model
    again, _, _ = modelfile.read(*modelfile.write(model, (), {}))
    assert again.answers(cases_of(["a"])) == model.answers(cases_of(["a"]))


def test_file_with_another_hash_is_refused():
    raw, sha256 = modelfile.write(learn(cases_of(["a"]), ["b"]).model, (), {})
    with pytest.raises(modelfile.ModelError, match="not the one"):
        modelfile.read(raw + b" ", sha256)


@pytest.mark.parametrize("told", [Stranger(), {"format": modelfile.FORMAT, "card": Stranger()}, {"format": 0}, [1]])
def test_file_of_something_else_is_refused(told):
    raw = skops.io.dumps(told)
    with pytest.raises(modelfile.ModelError):
        modelfile.read(raw, hashlib.sha256(raw).hexdigest())


def test_bytes_that_are_no_file_are_refused():
    raw = b"not a model"
    with pytest.raises(modelfile.ModelError):
        modelfile.read(raw, hashlib.sha256(raw).hexdigest())
