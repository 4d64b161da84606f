"""The price of a gradient by the way taken: a derived backward function, or Jacobian tensors built and multiplied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from ..notation.errors import NotationError
from ..notation.expression import Idx
from .backward import Graph, graph_of
from .counting import Cost, Counter, Sizes, cost, grouped, table
from .function import SymbolicFunction


@dataclass(frozen=True)
class Route:
    """One way to the gradients: multiply-adds, and components of the largest array on the way."""

    name: str
    operations: int
    largest: int


@dataclass(frozen=True)
class Routes:
    """What the ways to the same gradients cost; ``forward`` is the price of the function itself."""

    forward: Cost
    derived: Route
    reverse: Route
    forwards: Route

    def __str__(self) -> str:
        rows = [Route("the function itself", self.forward.operations, self.forward.largest)]
        rows += [self.derived, self.reverse, self.forwards]
        cells = [(row.name, grouped(row.operations), grouped(row.largest)) for row in rows]
        return table(("", "multiply-adds", "largest array"), cells)

    __repr__ = __str__


def accumulation(function: SymbolicFunction, sizes: Sizes, by: Sequence[str] | str | None = None) -> Routes:
    """Reverse: ∂l/∂v = ∂l/∂u ∂u/∂v from the loss on, |u||v| multiply-adds; forward: ∂u/∂x = ∂u/∂v ∂v/∂x, |u||v||x|.

    Both build the Jacobian tensor ∂u/∂v of every statement u, with |u||v| components. The derived backward function
    contracts it with ∂l/∂u before it is there, and builds none.

    Parameters
    ----------
    function : its statements, and their order, are the graph
    sizes : the size of every range, ``{"I": 64}``, or shapes of tensors that show them, ``{"x": (64, 10)}``
    by : the inputs whose gradients are wanted; all but the constants if None

    Returns
    -------
    Routes : ``derived``, ``reverse``, ``forwards``, each with ``operations`` and ``largest``; prints as a table

    Raises
    ------
    NotationError : rules ``size-missing``, ``input-unknown``

    >>> layer = SymbolicFunction("y_nm = x_nd w_dm")
    >>> accumulation(layer, {"N": 64, "D": 4096, "M": 4096}, by="x")
                                             multiply-adds   largest array
    the function itself                      1,073,741,824         262,144
    backward function as derived             1,073,741,824         262,144
    reverse accumulation, Jacobians built  137,438,953,472  68,719,476,736
    forward accumulation, Jacobians built  137,438,953,472  68,719,476,736
    """
    wanted = [by] if isinstance(by, str) else list(by or (n for n in function.inputs if n not in function.constants))
    for name in wanted:
        if name not in function.inputs:
            hint = f"Its inputs are {', '.join(function.inputs)}."
            raise NotationError("input-unknown", f"there is no input {name}", hint=hint)
    derived = cost(function.backward(wanted, save=tuple(function.definitions)), sizes)
    routes = _Built(function, sizes, wanted)
    return Routes(
        cost(function, sizes),
        Route("backward function as derived", derived.operations, derived.largest),
        routes.reverse(),
        routes.forward(),
    )


class _Built:
    """Accumulation with the Jacobian tensor of each statement built as an array."""

    def __init__(self, function: SymbolicFunction, sizes: Sizes, wanted: Sequence[str]) -> None:
        self.function, self.wanted = function, wanted
        self.graph: Graph = graph_of(function)
        self.any = Counter(function.statements[0], sizes)
        self.below = {name: self.graph.downstream(name) for name in wanted}
        useful = {name for name in self.graph.uses if not self.graph.downstream(name).isdisjoint(function.outputs)}
        moving = frozenset().union(*self.below.values())
        self.edges = [(v, u) for v, u in self.graph.edges if u in useful and v in moving]
        self.building = sum(self.price(v, u, sizes) for v, u in self.edges)
        self.widest = max((self.elements(v) * self.elements(u) for v, u in self.edges), default=0)

    def elements(self, name: str) -> int:
        return prod(self.any.size(Idx(axis.lower(), axis)) for axis in self.function.signature.axes[name])

    def price(self, v: str, u: str, sizes: Sizes) -> int:
        """To build ∂u/∂v: as its formula says, and at least one for each component."""
        built = cost(self.function.jacobian(u, v, direct=True), sizes)
        return max(built.operations, self.elements(u) * self.elements(v))

    def reverse(self) -> Route:
        """One product ∂l/∂u ∂u/∂v for each edge, whatever the number of inputs."""
        products = sum(self.elements(u) * self.elements(v) for v, u in self.edges)
        return Route("reverse accumulation, Jacobians built", self.building + products, self.widest)

    def forward(self) -> Route:
        """One product ∂u/∂v ∂v/∂x for each edge and each input x, and ∂l/∂y ∂y/∂x at the end."""
        operations, largest = self.building, self.widest
        for x in self.wanted:
            reached = [name for name in self.graph.uses if name in self.below[x]]
            inner = [(v, u) for v, u in self.edges if v in self.below[x] and v != x]
            operations += sum(self.elements(u) * self.elements(v) * self.elements(x) for v, u in inner)
            operations += sum(self.elements(y) * self.elements(x) for y in self.function.outputs if y in reached)
            largest = max([largest, *(self.elements(u) * self.elements(x) for u in reached)])
        return Route("forward accumulation, Jacobians built", operations, largest)
