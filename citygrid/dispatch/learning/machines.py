"""Two ways to score a case for every class, both by ridge regression. Pure.

The linear machine sees every n-gram; the kernel machine sees the few dimensions and their interplay. They err on
different cases, which is what their agreement tells.
"""

from typing import Any

import numpy as np
import scipy.linalg as sl

Dense = np.ndarray[Any, np.dtype[np.float32]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

RIDGE = 0.2
SHARPNESS = 2.0  # of the kernel exp(SHARPNESS * (cosine - 1))
MOST_COMPARED = 10_000
LEAST_STEPS, MOST_STEPS, CLOSE_ENOUGH = 12, 60, 3e-3
MOST_WORK = 2e10  # products in the steps of one answer, so that many rows and classes end in time
CHUNK = 1_000


def targets(classes: np.ndarray[Any, Any], count: int) -> Dense:
    """+1 for the class of a row, -1 for the others."""
    told = np.full((len(classes), count), -1, np.float32)
    told[np.arange(len(classes)), classes] = 1
    return told


def linear_weights(rows: Any, wanted: Dense) -> Dense:
    """Weights (features by classes) of ridge regression, by conjugate gradients over all classes at once."""
    turned = rows.T.tocsr()
    answer = np.zeros_like(wanted)
    rest, way = wanted.copy(), wanted.copy()
    size = first = (rest * rest).sum(0)
    steps = int(np.clip(MOST_WORK / max(1, rows.nnz * wanted.shape[1]), LEAST_STEPS, MOST_STEPS))
    for _ in range(steps):
        step = rows @ (turned @ way) + np.float32(RIDGE) * way
        length = size / np.maximum((way * step).sum(0), 1e-12)
        answer += length * way
        rest -= length * step
        before, size = size, (rest * rest).sum(0)
        if (size <= CLOSE_ENOUGH**2 * first).all():
            break
        way = rest + size / np.maximum(before, 1e-12) * way
    return np.asarray(turned @ answer, dtype=np.float32)


def likeness(rows: Dense, others: Dense) -> Dense:
    """exp(SHARPNESS * (cosine - 1)): one for the same, exp(-SHARPNESS) for nothing in common."""
    return np.exp(np.float32(SHARPNESS) * (rows @ others.T - np.float32(1)))


def drawn(count: int, seed: int) -> Ints:
    """The numbers of the rows that the kernel machine learns from: all, or MOST_COMPARED drawn ones."""
    if count <= MOST_COMPARED:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, MOST_COMPARED, replace=False))


class KernelRidge:
    """Kernel ridge regression, solved once: what it would be without a fold follows from the same inverse.

    With G the inverse of (likeness + RIDGE) and a = G @ wanted, the weights without the rows F are
    a - G[:, F] @ inv(G[F, F]) @ a[F], which are zero in F.
    """

    def __init__(self, rows: Dense, wanted: Dense) -> None:
        among = likeness(rows, rows)
        among[np.diag_indices_from(among)] += np.float32(RIDGE)
        # A symmetric matrix in C order is its own transpose in Fortran order, so LAPACK works in place.
        factor, failed = sl.lapack.spotrf(among.T, lower=0, overwrite_a=1, clean=0)
        inverse, failed_too = sl.lapack.spotri(factor, lower=0, overwrite_c=1)
        if failed or failed_too:
            raise ArithmeticError("The likeness of cases could not be inverted.")
        self.inverse = _mirrored(inverse)
        self.all = np.asarray(self.inverse @ wanted, dtype=np.float32)

    def without(self, fold: Ints) -> Dense:
        """Weights as if these rows had not been there."""
        if not len(fold):
            return self.all
        inner = self.inverse[np.ix_(fold, fold)].astype(np.float64)
        told = sl.solve(inner, self.all[fold].astype(np.float64), assume_a="pos")
        weights = self.all - self.inverse[:, fold] @ told.astype(np.float32)
        weights[fold] = 0
        return np.asarray(weights, dtype=np.float32)


def _mirrored(upper: Dense) -> Dense:
    """The full symmetric matrix of its upper half, in place, by blocks."""
    size = len(upper)
    for begin in range(0, size, CHUNK):
        end = min(begin + CHUNK, size)
        block = np.triu(upper[begin:end, begin:end])
        upper[begin:end, begin:end] = block + np.triu(block, 1).T
        upper[end:, begin:end] = upper[begin:end, end:].T
    return upper
