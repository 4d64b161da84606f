"""``tc.function``: a function in index notation that can be called on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..calculus.derivation import Derivation
from ..calculus.evaluated import evaluated
from ..calculus.function import SymbolicFunction
from ..notation.errors import NotationError
from .sizes import sizes_of

if TYPE_CHECKING:
    from ..generation.compiled import CompiledFunction


class Function(SymbolicFunction):
    """A function that evaluates on NumPy arrays; see :func:`function`."""

    def __call__(self, *, out: Any = None, sizes: Mapping[str, int] | None = None, **values: Any) -> Any:
        """Evaluate.

        Parameters
        ----------
        **values : one array for each input, an integer or integer array for each constant index
        sizes : sizes that no array shows, such as ``{"I": 7}``
        out : an array for the result (a dict of arrays where there are several outputs)

        Returns
        -------
        the output, or a dict in the order of ``outputs`` where there are several

        Raises
        ------
        NotationError : rules ``input-missing``, ``input-unknown``, ``shape``, ``size-missing``, ``index-value``
        """
        from .einsum import run

        arrays = self._arrays(values)
        found = run(self, arrays, sizes_of(self, arrays, sizes or {}))
        if len(self.outputs) > 1:
            return {name: _into(found[name], (out or {}).get(name)) for name in self.outputs}
        return _into(found[self.outputs[0]], out)

    def compile(self) -> CompiledFunction:
        """This function as few fused kernels, called as it is.

        A call costs some microseconds before its arithmetic begins: with one or two operations on less than about
        30,000 elements, NumPy by hand is faster. Arrays may lie anywhere in memory; an ``out`` is filled fastest where
        it begins at a multiple of 64 bytes, as ``execution.blocks.empty`` makes it (into one of NumPy's, which begin 16
        bytes behind, writing takes up to a third longer).

        Returns
        -------
        CompiledFunction : ``loops`` and ``source`` show what runs; without Taichi, NumPy computes the same

        >>> import numpy as np
        >>> row_means = function("y_b = 1/H 1_h x_bh").compile()
        >>> print(row_means.loops)
        pass1: x -> y
        for b in B, in parallel:
            sum_b = 0
            for h in H:
                sum_b += x[b, h]
            y[b] = sum_b/H
        >>> row_means(x=np.array([[1.0, 3.0], [2.0, 6.0]]))
        array([2., 4.])
        """
        from ..generation.compiled import CompiledFunction

        return CompiledFunction(self)

    def to_torch(self, save: Sequence[str] | None = None) -> Any:
        """This function as a ``torch.autograd.Function``: compiled, with the derived backward function.

        Parameters
        ----------
        save : intermediates kept for the backward pass instead of being computed again; those that are sums if None

        Returns
        -------
        a class whose ``apply`` takes the inputs and then the constant indices, in order, as CPU tensors or numbers

        Raises
        ------
        RuntimeError : PyTorch is not installed
        ValueError : when called with a tensor that is not on the CPU
        """
        from ..generation.torch_function import torch_function

        return torch_function(self, save)

    def _arrays(self, values: Mapping[str, Any]) -> dict[str, Any]:
        import numpy as np

        wanted = (*self.inputs, *self.positions)
        for name in values:
            if name not in wanted:
                hint = f"It takes {', '.join(wanted)}."
                raise NotationError("input-unknown", f"there is no input {name}", hint=hint)
        missing = [name for name in wanted if name not in values]
        if missing:
            raise NotationError("input-missing", f"no value is given for {', '.join(missing)}")
        arrays = {name: np.asarray(values[name]) for name in wanted}
        for name in self.positions:
            if arrays[name].dtype.kind not in "iu":
                raise NotationError("index-value", f"{name} is an index, it takes integers, not {arrays[name].dtype}")
        return {**arrays, **_floating({name: arrays[name] for name in self.inputs}, values)}


def _floating(arrays: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """float32 where all arrays are, else float64; a plain Python number takes the type of its company."""
    import numpy as np

    for name, array in arrays.items():
        if array.dtype.kind not in "fiub":
            raise NotationError("shape", f"{name} holds {array.dtype}, not real numbers")
    decide = [array.dtype for name, array in arrays.items() if type(given[name]) not in (int, float)]
    dtype = np.float32 if decide and all(one in (np.float16, np.float32) for one in decide) else np.float64
    return {name: array.astype(dtype, copy=False) for name, array in arrays.items()}


def _into(value: Any, out: Any) -> Any:
    import numpy as np

    if out is None:
        return value if value.ndim else value[()]
    if out.shape != value.shape:
        raise NotationError("shape", f"out has shape {out.shape}, the result {value.shape}")
    np.copyto(out, value, casting="same_kind")
    return out


def function(
    text: str | Derivation,
    ranges: Mapping[str, str | int] | None = None,
    outputs: Sequence[str] | str | None = None,
    constants: Sequence[str] = ("eps",),
    name: str | None = None,
) -> Function:
    """A function from its statements in index notation, in text or LaTeX.

    Parameters
    ----------
    text : one statement a line, ``y_ij = x_ik a_kj``; or a derivation, whose result is then evaluated: a Jacobian
        tensor has the name ``jacobian``, the indices of the output first
    ranges : names of ranges by letter, ``{"h": "H"}``, or their sizes, ``{"h": 4}``
    outputs : the tensors to return; by default those that no statement uses
    constants : inputs that nothing is differentiated by
    name : what to call it

    Returns
    -------
    Function : call it with its inputs by name

    Raises
    ------
    NotationError : with the rule that is broken and a caret under the letter

    >>> import numpy as np
    >>> product = function("y_ij = x_ik a_kj")
    >>> product.inputs, product.outputs
    (('x', 'a'), ('y',))
    >>> product(x=np.eye(2), a=np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[1., 2.],
           [3., 4.]])
    >>> function(product.jacobian("y", "a"))(x=np.eye(2), a=np.ones((2, 3))).shape
    (2, 3, 2, 3)
    """
    if isinstance(text, Derivation):
        return evaluated(text, Function)
    return Function(text, ranges, outputs, constants, name)
