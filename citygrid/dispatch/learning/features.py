"""Views of cases as sparse rows, and the few dimensions that hold most of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.utils.extmath import randomized_svd

from citygrid.dispatch.learning.columns import Case

Dense = np.ndarray[Any, np.dtype[np.float32]]
FACT_MARK = "\x1f"
EXAMPLES = 20_000  # rows that vocabularies and dimensions are taken from
SEED = 20150101


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a case: n-grams of one of its parts; how much they weigh in the sum of views."""

    name: str
    part: str
    analyzer: str
    ngrams: tuple[int, int]
    weight: float
    most: int


VIEWS = (
    View("words", "words", "word", (1, 1), 1.0, 60_000),
    View("pairs", "words", "word", (2, 2), 0.5, 60_000),
    View("marks", "joined", "char", (1, 2), 1.0, 80_000),
    View("strings", "joined", "char", (3, 4), 1.0, 120_000),
    View("opening", "opening", "char", (1, 3), 1.2, 60_000),
    View("facts", "facts", "fact", (1, 1), 2.0, 60_000),
)
# Dimensions: of which views, how many, how much they weigh in the distance of two cases.
SPACES = ((("words", "marks"), 200, 1.0), (("opening",), 150, 0.8), (("facts",), 100, 1.0))

_PATTERNS = {"word": r"(?u)[^\W_]+", "fact": rf"[^{FACT_MARK}]+"}


class Views:
    """Vocabularies learned from training cases; turns cases into one sparse row and one dense row each."""

    def __init__(self, vectorizers: dict[str, Any], components: list[Dense]) -> None:
        self.vectorizers, self.components = vectorizers, components

    @classmethod
    def learn(cls, cases: Sequence[Case]) -> "Views":
        """Vocabularies and dimensions from evenly spread rows, at most EXAMPLES; no label is seen."""
        step = -(-len(cases) // EXAMPLES)
        some = cases[:: max(1, step)]
        vectorizers, blocks = {}, {}
        for view in VIEWS:
            vectorizer = _vectorizer(view, at_least=2 if len(some) >= 50 else 1)
            try:
                blocks[view.name] = vectorizer.fit_transform(_told(some, view))
            except ValueError:  # no word of this view is there, or none is there twice
                continue
            vectorizers[view.name] = vectorizer
        components = [_components(_stack(blocks, names), most) for names, most, _ in SPACES]
        return cls(vectorizers, components)

    @classmethod
    def of_terms(cls, terms: Mapping[str, Any], weights: Mapping[str, Any], components: list[Dense]) -> "Views":
        """The views of stored terms (in the order of their columns) with their weights."""
        vectorizers = {}
        for view in VIEWS:
            if view.name in terms:
                vectorizer = _vectorizer(view, at_least=1)
                vectorizer.vocabulary = {str(term): at for at, term in enumerate(terms[view.name])}
                vectorizer.idf_ = weights[view.name]
                vectorizers[view.name] = vectorizer
        return cls(vectorizers, components)

    @property
    def terms(self) -> dict[str, Any]:
        """The terms of each view, in the order of their columns."""
        told = {name: vectorizer.get_feature_names_out() for name, vectorizer in self.vectorizers.items()}
        return {name: terms.astype(str) for name, terms in told.items()}

    @property
    def weights(self) -> dict[str, Any]:
        """How rare each term of each view is (IDF)."""
        return {name: vectorizer.idf_ for name, vectorizer in self.vectorizers.items()}

    @cached_property
    def names(self) -> Any:
        """What each column of the sparse rows stands for: a word, a string, a fact."""
        terms = self.terms
        return np.concatenate([terms[view.name] for view in VIEWS if view.name in terms])

    @property
    def known_pairs(self) -> Mapping[str, int]:
        """The single characters and pairs of characters that are known."""
        found: Mapping[str, int] = self.vectorizers["marks"].vocabulary_ if "marks" in self.vectorizers else {}
        return found

    def rows(self, cases: Sequence[Case]) -> tuple[Any, Dense]:
        """(sparse rows of all views, at most of length one; dense rows of length one) of the cases."""
        blocks = {
            view.name: self.vectorizers[view.name].transform(_told(cases, view))
            for view in VIEWS
            if view.name in self.vectorizers
        }
        total = sum(view.weight for view in VIEWS if view.name in blocks) or 1.0
        sparse = [blocks[view.name] * np.sqrt(view.weight / total) for view in VIEWS if view.name in blocks]
        dense = [
            scale * _unit(_stack(blocks, names) @ components)
            for (names, _, scale), components in zip(SPACES, self.components, strict=True)
            if components.size
        ]
        nothing = np.zeros((len(cases), 1), np.float32)
        return (
            sp.hstack(sparse or [sp.csr_matrix(nothing)], format="csr", dtype=np.float32),
            _unit(np.hstack(dense or [nothing])),
        )


def _vectorizer(view: View, at_least: int) -> TfidfVectorizer:
    return TfidfVectorizer(
        analyzer="char" if view.analyzer == "char" else "word",
        token_pattern=_PATTERNS.get(view.analyzer),
        ngram_range=view.ngrams,
        min_df=at_least,
        max_features=view.most,
        lowercase=False,
        sublinear_tf=True,
        dtype=np.float32,
    )


def _told(cases: Sequence[Case], view: View) -> list[str]:
    if view.part == "facts":
        return [FACT_MARK.join(case.facts) for case in cases]
    return [getattr(case, view.part) for case in cases]


def _stack(blocks: dict[str, Any], names: Sequence[str]) -> Any:
    found = [blocks[name] for name in names if name in blocks]
    return sp.hstack(found, format="csr", dtype=np.float32) if found else sp.csr_matrix((0, 0), dtype=np.float32)


def _components(rows: Any, most: int) -> Dense:
    """The directions that hold most of the rows: an array of features by at most `most`."""
    count = min(most, *(size - 1 for size in rows.shape))
    if count < 1 or rows.nnz == 0:
        return np.zeros((0, 0), np.float32)
    _, _, directions = randomized_svd(rows, count, n_iter=4, random_state=SEED)
    return np.ascontiguousarray(directions.T, dtype=np.float32)


def _unit(rows: Any) -> Dense:
    """Rows of length one; a row of nothing stays nothing."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)
