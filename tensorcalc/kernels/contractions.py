"""Products of many matrices at once, y_bij = x_bik a_bkj, and contractions of any number of tensors."""

import math
from typing import Any, NamedTuple

import numpy as np

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti

from .arrays import floats, launch, upstream
from .pairs import contract, count, on_diagonal
from .placed import Placed, anywhere, scratch


class BmmCache(NamedTuple):
    """What the backward function needs: both factors (no copies: leave them unchanged)."""

    x: np.ndarray
    a: np.ndarray


class EinsumCache(NamedTuple):
    """What the backward function needs: the letters and the operands (no copies: leave them unchanged)."""

    subscripts: tuple[str, ...]
    result: str
    operands: tuple[np.ndarray, ...]


@kernel
def bmm_forward_loops(x, a, y):
    for b, i, j in ti.ndrange(*y.shape):
        y_bij = 0.0
        for k in range(a.shape[1]):
            y_bij += x[b, i, k] * a[b, k, j]
        y[b, i, j] = y_bij


@kernel
def bmm_backward_loops(dy, x, a, dx, da):
    for b, i, k in ti.ndrange(*dx.shape):
        dx_bik = 0.0
        for j in range(dy.shape[2]):
            dx_bik += dy[b, i, j] * a[b, k, j]
        dx[b, i, k] = dx_bik
    for b, k, j in ti.ndrange(*da.shape):
        da_bkj = 0.0
        for i in range(dy.shape[1]):
            da_bkj += x[b, i, k] * dy[b, i, j]
        da[b, k, j] = da_bkj


def bmm_forward_numpy(x: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Y = X A for each pair of matrices."""
    return x @ a


def bmm_backward_numpy(dy: np.ndarray, x: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dX = dY Aᵀ, dA = Xᵀ dY for each pair of matrices."""
    return dy @ a.swapaxes(1, 2), x.swapaxes(1, 2) @ dy


@anywhere
def bmm_forward(x: Any, a: Any, out: Any = None) -> tuple[np.ndarray, BmmCache]:
    """y_bij = x_bik a_bkj, a matrix product for each b.

    Parameters
    ----------
    x : array (..., I, K), float32 or float64
    a : array (..., K, J), with the same leading axes
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array (..., I, J)
    cache : BmmCache
        For `bmm_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> from tensorcalc.kernels import bmm_forward
    >>> y, cache = bmm_forward([[[1.0, 2.0]], [[1.0, 2.0]]], [[[3.0], [4.0]], [[1.0], [0.0]]])
    >>> y.ravel()
    array([11.,  1.])
    """
    x, a = floats(x=x, a=a)
    if x.ndim < 2 or a.ndim < 2 or x.shape[:-2] != a.shape[:-2] or x.shape[-1] != a.shape[-2]:
        raise ValueError(f"y_bij = x_bik a_bkj needs x (..., I, K) and a (..., K, J), not {x.shape} and {a.shape}")
    shape = (*x.shape[:-1], a.shape[-1])
    X, A = _stacked(x), _stacked(a)
    folded = [(*X.shape[:2], A.shape[2])]
    work = X.size * A.shape[2]
    (y,) = launch(
        bmm_forward_loops, bmm_forward_numpy, (X, A), (shape,), out, folded=folded, work=work, blas=_forward_blas
    )
    return y, BmmCache(x, a)


@anywhere
def bmm_backward(dy: Any, cache: BmmCache, out: Any = None, accumulate: bool = False) -> tuple[np.ndarray, ...]:
    """dl/dx_bik = dl/dy_bij a_bkj and dl/da_bkj = x_bik dl/dy_bij: dY Aᵀ and Xᵀ dY for each b.

    Parameters
    ----------
    dy : array (..., I, J)
        The upstream gradient dl/dy.
    cache : BmmCache
        From `bmm_forward`.
    out : tuple of arrays or None, optional
        Receive dx and da.
    accumulate : bool
        Whether the gradients are added to what is in `out`.

    Returns
    -------
    dx : array (..., I, K)
    da : array (..., K, J)

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import bmm_backward, bmm_forward
    >>> y, cache = bmm_forward([[[1.0, 2.0]]], [[[3.0], [4.0]]])
    >>> bmm_backward([[[10.0]]], cache)[0]
    array([[[30., 40.]]])
    """
    x, a = cache
    dy = upstream(dy, (*x.shape[:-1], a.shape[-1]), x.dtype)
    given = _stacked(dy), _stacked(x), _stacked(a)
    folded = (given[1].shape, given[2].shape)
    work, shapes = 2 * x.size * a.shape[-1], (x.shape, a.shape)
    return launch(bmm_backward_loops, bmm_backward_numpy, given, shapes, out, accumulate, folded, work, _backward_blas)


def _forward_blas(x: np.ndarray, a: np.ndarray, y: np.ndarray) -> None:
    np.matmul(x, a, out=y)


def _backward_blas(dy: np.ndarray, x: np.ndarray, a: np.ndarray, dx: np.ndarray, da: np.ndarray) -> None:
    np.matmul(dy, a.swapaxes(1, 2), out=dx)
    np.matmul(x.swapaxes(1, 2), dy, out=da)


@anywhere
def einsum_forward(subscripts: str, *operands: Any, out: Any = None) -> tuple[np.ndarray, EinsumCache]:
    """The product of tensors, summed over every letter that the result lacks: ``"ik,kj->ij"`` is y_ij = x_ik a_kj.

    NumPy contracts, in an order that costs little, by BLAS where a step is a matrix product; on a GPU loops contract
    two operands at a time, in that order too.

    Parameters
    ----------
    subscripts : str
        The letters of each operand, separated by commas, then ``->`` and those of the result.
    *operands : arrays, float32 or float64
    out : array of the shape and type of y, optional
        Receives y.

    Returns
    -------
    y : array
    cache : EinsumCache
        For `einsum_backward`.

    Raises
    ------
    TypeError
        For float16, complex numbers and whatever else is not a real array.
    ValueError
        If letters and shapes do not fit, a letter stands twice in the result or is in no operand.

    Examples
    --------
    >>> from tensorcalc.kernels import einsum_forward
    >>> y, cache = einsum_forward("i,ij,j->", [1.0, 2.0], [[1.0, 0.0], [0.0, 1.0]], [3.0, 4.0])
    >>> y
    array(11.)
    """
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    letters = tuple(left.split(","))
    arrays = floats(**{f"operand {n}": operand for n, operand in enumerate(operands)})
    if not arrow or len(letters) != len(arrays) or not all(part.isalpha() or not part for part in (*letters, result)):
        raise ValueError(f"{subscripts!r} with {len(arrays)} operands: write letters for each, as in 'ik,kj->ij'")
    for part, array in zip(letters, arrays, strict=True):
        if len(part) != array.ndim:
            raise ValueError(f"{subscripts!r}: {part!r} has {len(part)} letters, its operand shape {array.shape}")
    sizes = _sizes(letters, arrays)
    if len(set(result)) < len(result) or not set(result) <= set(sizes):
        raise ValueError(f"{subscripts!r}: the letters of the result are distinct, and each is in an operand")
    shape = tuple(sizes[i] for i in result)
    if isinstance(arrays[0], Placed):
        (y,) = _placed(letters, arrays, result, result, sizes, out)
        return y, EinsumCache(letters, result, arrays)
    y = np.einsum(subscripts, *arrays, optimize="greedy" if len(arrays) > 2 else len(arrays) == 2)
    (y,) = launch(_no_loops, lambda y: y, (np.array(y),), (shape,), out)
    return y, EinsumCache(letters, result, arrays)


@anywhere
def einsum_backward(dy: Any, cache: EinsumCache, out: Any = None, accumulate: bool = False) -> Any:
    """dl/dx of each operand: the upstream gradient contracted with all other operands, onto the letters of x.

    Where a letter of x is nowhere else, the gradient is the same along it; where x has a letter twice, only the
    diagonal has a gradient.

    Parameters
    ----------
    dy : array of the shape of y
        The upstream gradient dl/dy.
    cache : EinsumCache
        From `einsum_forward`.
    out : array, or tuple of arrays or None, optional
        Receive the gradients.
    accumulate : bool
        Whether they are added to what is in `out`.

    Returns
    -------
    array for one operand, or a tuple in their order

    Raises
    ------
    ValueError
        If dy has another shape than y.

    Examples
    --------
    >>> from tensorcalc.kernels import einsum_backward, einsum_forward
    >>> y, cache = einsum_forward("ik,kj->ij", [[1.0, 2.0]], [[3.0], [4.0]])
    >>> einsum_backward([[10.0]], cache)[0]
    array([[30., 40.]])
    """
    letters, result, operands = cache
    sizes = _sizes(letters, operands)
    dy = upstream(dy, tuple(sizes[i] for i in result), operands[0].dtype)
    if isinstance(operands[0], Placed):
        return _placed_gradients(dy, cache, sizes, out, accumulate)
    gradients = tuple(_gradient(n, dy, cache, sizes) for n in range(len(operands)))
    shapes = [array.shape for array in operands]
    found = launch(_no_loops, lambda *arrays: tuple(arrays), gradients, shapes, out, accumulate)
    return found if len(found) > 1 else found[0]


def _gradient(n: int, dy: np.ndarray, cache: EinsumCache, sizes: dict[str, int]) -> np.ndarray:
    """The gradient of the n-th operand."""
    letters, result, operands = cache
    own = "".join(dict.fromkeys(letters[n]))
    others = [(letters[k], operands[k]) for k in range(len(operands)) if k != n]
    elsewhere = set(result).union(*(part for part, _ in others))
    alone = [(i, np.ones(sizes[i], dy.dtype)) for i in own if i not in elsewhere]
    factors = [(result, dy), *others, *alone]
    text = ",".join(part for part, _ in factors) + "->" + own
    found = np.einsum(text, *(array for _, array in factors), optimize="greedy")
    if own == letters[n]:
        return np.array(found)
    full = np.zeros(operands[n].shape, dy.dtype)
    places = np.indices(found.shape)
    full[tuple(places[own.index(i)] for i in letters[n])] = found
    return full


def _placed(
    letters: tuple[str, ...], arrays: Any, made: str, result: str, sizes: dict, out: Any, accumulate: bool = False
) -> tuple[Any, ...]:
    """A contraction on a device; where the result has a letter twice, `made` has it once."""

    def loops(*flat: Any) -> None:
        *given, y = flat
        once = y if made == result else scratch(y, count(made, sizes))
        contract(letters, given, made, sizes, once)
        if made != result:
            on_diagonal(made, once, result, sizes, y)

    flat, shape = [array.reshape(-1) for array in arrays], tuple(sizes[i] for i in result)
    return launch(loops, loops, flat, (shape,), out, accumulate, folded=[(count(result, sizes),)])


def _placed_gradients(dy: Any, cache: EinsumCache, sizes: dict, out: Any, accumulate: bool) -> Any:
    letters, result, operands = cache
    found: list[Any] = []
    for n, part in enumerate(letters):
        others = [k for k in range(len(operands)) if k != n]
        factors = (result, *(letters[k] for k in others)), [dy, *(operands[k] for k in others)]
        mine = out[n] if isinstance(out, tuple) else out
        found += _placed(*factors, "".join(dict.fromkeys(part)), part, sizes, mine, accumulate and mine is not None)
    return tuple(found) if len(found) > 1 else found[0]


def _sizes(letters: tuple[str, ...], arrays: tuple[np.ndarray, ...]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for part, array in zip(letters, arrays, strict=True):
        for letter, size in zip(part, array.shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ValueError(f"{letter} runs over {size} in an operand of shape {array.shape}, over "
                                 f"{sizes[letter]} elsewhere")  # fmt: skip
    return sizes


def _no_loops(*arrays: np.ndarray) -> None:
    """What NumPy has computed goes to its place."""
    half = len(arrays) // 2
    for found, place in zip(arrays[:half], arrays[half:], strict=True):
        place[...] = found


def _stacked(x: np.ndarray) -> np.ndarray:
    """x (..., I, J) as a stack of matrices (B, I, J)."""
    return x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])
