"""Two ways to score a case for every class, both by ridge regression. Pure.

The linear machine sees every n-gram; the kernel machine sees the few dimensions and their interplay. They err on
different cases, which is what their agreement tells.
"""

from typing import Any

import numpy as np
import scipy.linalg as sl
import scipy.sparse as sp

Dense = np.ndarray[Any, np.dtype[np.float32]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]

RIDGE = 0.2
NEAR = 0.5  # how much less wrong another label of the same major is; 2 is no wrong at all
SHARPNESS = 2.0  # of the kernel exp(SHARPNESS * (cosine - 1))
MOST_COMPARED = 10_000
LEAST_STEPS, MOST_STEPS, CLOSE_ENOUGH = 12, 30, 1e-2
CLASSES_AT_ONCE = 100  # so that the steps take little memory
MOST_WORK = 2e10  # products in the steps of one answer, so that many rows and classes end in time
CHUNK = 1_000
NOT_INVERTED = "The likeness of cases could not be inverted."


def targets(classes: Ints, majors: Ints) -> Dense:
    """+1 for the class of a row, -1 for the others, NEAR less far off for those of its major.

    `majors`: the number of the major of each class. What ridge machines answer is linear in what is wanted, so this is
    as if machines of their own learned the majors and their scores were added.
    """
    told = np.where(majors[classes][:, None] == majors, np.float32(NEAR - 1), np.float32(-1))
    told[np.arange(len(classes)), classes] = 1
    return told


def linear_weights(rows: Any, wanted: Dense, counts: Floats | None = None) -> Dense:
    """Weights (features by classes) of ridge regression, by conjugate gradients on the squared gaps (CGLS).

    Each step nears the least squares, so ending early costs little; frequent features are scaled down first (Jacobi),
    which takes a fifth of the steps. A row counts by `counts`, in the ridge machines alike.
    """
    if counts is not None:
        root = np.sqrt(counts).astype(np.float32)
        rows, wanted = (sp.diags(root) @ rows).tocsr(), wanted * root[:, None]
    turned = rows.T.tocsr()
    scale = (1 / (np.asarray(rows.multiply(rows).sum(0)).ravel() + RIDGE)).astype(np.float32)[:, None]
    steps = int(np.clip(MOST_WORK / max(1, rows.nnz * wanted.shape[1]), LEAST_STEPS, MOST_STEPS))
    parts = np.array_split(wanted, -(-wanted.shape[1] // CLASSES_AT_ONCE), axis=1)
    return np.hstack([_conjugate_gradients(rows, turned, part, scale, steps) for part in parts])


def _conjugate_gradients(rows: Any, turned: Any, wanted: Dense, scale: Dense, steps: int) -> Dense:
    weights = np.zeros((rows.shape[1], wanted.shape[1]), np.float32)
    rest, slope = wanted.copy(), turned @ wanted
    way = scale * slope
    size = first = (slope * way).sum(0)
    for _ in range(steps):
        step = rows @ way
        length = size / np.maximum((step * step).sum(0) + np.float32(RIDGE) * (way * way).sum(0), 1e-12)
        weights += length * way
        rest -= length * step
        slope = turned @ rest - np.float32(RIDGE) * weights
        before, size = size, (scale * slope * slope).sum(0)
        if (size <= CLOSE_ENOUGH**2 * first).all():
            break
        way = scale * slope + size / np.maximum(before, 1e-12) * way
    return weights


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
        inverse, failed = sl.lapack.spotri(_factor(rows, None), lower=0, overwrite_c=1)
        if failed:
            raise ArithmeticError(NOT_INVERTED)
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


def kernel_weights(rows: Dense, wanted: Dense, counts: Floats | None = None) -> Dense:
    """Weights (rows by classes) of kernel ridge regression, solved for these rows alone."""
    weights, _ = sl.lapack.spotrs(_factor(rows, counts), wanted, lower=0)
    return np.asarray(weights, dtype=np.float32)


def _factor(rows: Dense, counts: Floats | None) -> Dense:
    """The upper factor (Cholesky) of the likeness of the rows and the ridge of each."""
    among = likeness(rows, rows)
    among[np.diag_indices_from(among)] += np.float32(RIDGE) / (1 if counts is None else counts.astype(np.float32))
    # A symmetric matrix in C order is its own transpose in Fortran order, so LAPACK works in place.
    factor, failed = sl.lapack.spotrf(among.T, lower=0, overwrite_a=1, clean=0)
    if failed:
        raise ArithmeticError(NOT_INVERTED)
    return np.asarray(factor)


def _mirrored(upper: Dense) -> Dense:
    """The full symmetric matrix of its upper half, in place, by blocks."""
    size = len(upper)
    for begin in range(0, size, CHUNK):
        end = min(begin + CHUNK, size)
        block = np.triu(upper[begin:end, begin:end])
        upper[begin:end, begin:end] = block + np.triu(block, 1).T
        upper[end:, begin:end] = upper[begin:end, end:].T
    return upper
