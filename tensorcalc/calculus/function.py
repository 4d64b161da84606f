"""A function: statements in index notation, read and checked, with the graph of what uses what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..notation.building import binders, parts
from ..notation.errors import NotationError
from ..notation.expression import Base, Deriv, Expr, Idx, Looked, Slot, Sym
from ..notation.lettering import letter
from ..notation.parser import parse
from ..notation.printing import to_latex, to_text
from ..notation.reading import Line, Reader, Signature
from ..notation.sizes import Meanings, meanings
from ..notation.syntax import Constant, Letter, Statement, Tensor, walk
from ..notation.writing import write

if TYPE_CHECKING:
    from typing_extensions import Self

    from .backward import Graph
    from .derivation import Derivation
    from .differential import Differential


def bases(expr: Expr) -> Iterator[Base]:
    """Every factor's base, at any depth, in reading order."""
    for term in expr.terms:
        for base, _ in term.factors:
            yield base
            for inner in parts(base):
                yield from bases(inner)
            if isinstance(base, Deriv):
                yield base.by


def slots_of(base: Base) -> tuple[Slot, ...]:
    return getattr(base, "slots", ())


def tensors(expr: Expr) -> list[str]:
    """The names of the tensors of an expression, in the order they are met."""
    return list(dict.fromkeys(base.name for base in bases(expr) if isinstance(base, Sym)))


def positions(expr: Expr) -> list[str]:
    """The names of constant and index-valued indices."""
    slots = [slot for base in bases(expr) for slot in slots_of(base)]
    return list(dict.fromkeys(slot.name for slot in slots if isinstance(slot, (Constant, Looked))))


class SymbolicFunction:
    """Statements ``name_indices = expression``, each using inputs and what stands above it.

    Attributes
    ----------
    inputs, intermediates, outputs : names of tensors
    positions : names of constant indices, integers that a caller gives
    constants : inputs that nothing is differentiated by
    """

    def __init__(
        self,
        text: str,
        ranges: Mapping[str, str | int] | None = None,
        outputs: Sequence[str] | str | None = None,
        constants: Sequence[str] = ("eps",),
        name: str | None = None,
    ) -> None:
        program = parse(text)
        reader = Reader(text, ranges)
        for statement in program.statements:
            _check_left(statement, reader)
        self.source, self.warnings, self.name = text, program.warnings, name
        self.statements: tuple[Line, ...] = tuple(reader.finish([reader.statement(s) for s in program.statements]))
        self.signature: Signature = self.statements[0].signature
        self.definitions = {self._defined(line): line for line in self.statements}
        self._check_order(program.statements)
        self._classify([outputs] if isinstance(outputs, str) else outputs, constants)

    @classmethod
    def of_lines(
        cls,
        lines: Sequence[Line],
        inputs: Sequence[str],
        outputs: Sequence[str],
        constants: Sequence[str] = (),
        name: str | None = None,
    ) -> Self:
        """A function from statements that were derived; it takes all the inputs named, used or not."""
        self = cls.__new__(cls)
        self.warnings, self.name, self.statements = (), name, tuple(lines)
        self.signature = lines[0].signature if lines else Signature()
        self.definitions = {self._defined(line): line for line in lines}
        self.source = str(self)
        self._classify(outputs, constants)
        self.inputs = tuple(dict.fromkeys((*inputs, *self.inputs)))
        return self

    @staticmethod
    def _defined(line: Line) -> str:
        base = line.left.terms[0].factors[0][0]
        assert isinstance(base, Sym)
        return base.name

    def _check_order(self, statements: Sequence[Statement]) -> None:
        seen: set[str] = set()
        for line, statement in zip(self.statements, statements, strict=True):
            name = self._defined(line)
            at = line.span[0]
            if name in seen:
                raise NotationError("defined-twice", f"{name} is defined twice", position=at, source=self.source)
            for used in tensors(line.right):
                if used in self.definitions and used not in seen:
                    given = f"{used} is used before it is defined"
                    at = next(n.span[0] for n in walk(statement.right) if isinstance(n, Tensor) and n.name == used)
                    raise NotationError("used-before", given, position=at, source=self.source)
            if any(isinstance(base, Deriv) for base in bases(line.right)):
                given = f"{name} is computed from a derivative"
                raise NotationError("not-executable", given, position=at, source=self.source)
            seen.add(name)

    def _classify(self, outputs: Sequence[str] | None, constants: Sequence[str]) -> None:
        used = list(dict.fromkeys(name for line in self.statements for name in tensors(line.right)))
        self.inputs = tuple(name for name in used if name not in self.definitions)
        self.outputs = tuple(outputs or (name for name in self.definitions if name not in used))
        for name in self.outputs:
            if name not in self.definitions:
                raise NotationError("input-unknown", f"{name} is defined by no statement", hint="Name a left side.")
        self.intermediates = tuple(name for name in self.definitions if name not in self.outputs)
        self.positions = tuple(dict.fromkeys(name for line in self.statements for name in positions(line.right)))
        self.constants = tuple(name for name in self.inputs if name in constants)
        clash = set(self.positions) & {*self.inputs, *self.definitions}
        if clash:
            raise NotationError("two-meanings", f"{min(clash)} is a tensor and a constant index")

    # ------------------------------------------------------------ derivatives

    def graph(self) -> Graph:
        """Which tensor is computed from which.

        >>> SymbolicFunction("s = x_i x_i; y_i = x_i/s".replace(";", "\\n")).graph()
        x → s, y
        s → y
        """
        from .backward import graph_of

        return graph_of(self)

    def jacobian(self, output: str, input: str, indices: str | None = None, direct: bool = False) -> Derivation:
        """∂y_ij/∂x_pq, the Jacobian tensor, rule by rule.

        Parameters
        ----------
        output, input : names of tensors
        indices : letters for the new free indices, such as "pq"
        direct : differentiate the statement of the output alone, all other tensors held fixed

        Returns
        -------
        Derivation : its ``result`` is the equation ∂y_ij/∂x_pq = …

        Raises
        ------
        NotationError : rules ``input-unknown``, ``derivative-index``

        >>> SymbolicFunction("y_ij = x_ik a_kj").jacobian("y", "x").result
        ∂y_ij/∂x_pq = delta_ip a_qj
        """
        from .jacobian import jacobian

        return jacobian(self, output, input, indices, direct)

    def differential(self, output: str, wrt: Sequence[str] | str | None = None, direct: bool = False) -> Differential:
        """dy = J dx + …, by the rules of differentials, without new indices.

        Parameters
        ----------
        output : name of a tensor that a statement defines
        wrt : the tensors that change, all others are held fixed; all inputs but the constants if None
        direct : take the statement of the output alone, the differentials of intermediates kept by name

        Returns
        -------
        Differential : a derivation; ``identify("x")`` reads the Jacobian tensor off, ``agrees_with`` compares routes

        Raises
        ------
        NotationError : rules ``input-unknown``, ``reserved-name``

        >>> SymbolicFunction("y_ij = x_ik a_kj").differential("y").result
        dy_ij = dx_ik a_kj + x_ik da_kj
        """
        from .differential import differential

        return differential(self, output, wrt, direct)

    def vjp(self, input: str, indices: str | None = None) -> Derivation:
        """dl_dx_pq = dl_dy_ij ∂y_ij/∂x_pq, added over all consumers of x, intermediates by name.

        Parameters
        ----------
        input : name of an input or intermediate
        indices : letters for the new free indices, such as "pq"

        Returns
        -------
        Derivation : ``closed_form()`` goes on down to inputs and upstream gradients

        Raises
        ------
        NotationError : rules ``input-unknown``, ``derivative-index``

        >>> SymbolicFunction("y_ij = x_ik a_kj").vjp("x").result
        dl_dx_pq = dl_dy_pj a_qj
        """
        from .backward import vjp

        return vjp(self, input, indices)

    def backward(self, wrt: Sequence[str] | str | None = None, save: Sequence[str] = ()) -> Self:
        """The backward function: inputs and upstream gradients in, gradients of the inputs out.

        Parameters
        ----------
        wrt : the inputs whose gradients are wanted; all but the constants if None
        save : intermediates that the caller hands in instead of having them recomputed

        Returns
        -------
        a function of the same kind, with a statement for every gradient

        Raises
        ------
        NotationError : rule ``input-unknown``

        >>> SymbolicFunction("y_ij = x_ik a_kj").backward()
        <function dl_dx, dl_da of x, a, dl_dy>
        dl_dx_ik = dl_dy_ij a_kj
        dl_da_kj = dl_dy_ij x_ik
        """
        from .backward import backward

        return backward(self, wrt, save)

    # ------------------------------------------------------------ showing

    def __str__(self) -> str:
        program = names_together(self.statements)
        return "\n".join(line_text(line, program) for line in self.statements)

    def __repr__(self) -> str:
        return f"<function {self.name or ', '.join(self.outputs)} of {', '.join(self.inputs)}>\n{self}"

    @property
    def latex(self) -> str:
        program = names_together(self.statements)
        lines = (line_latex(line, program).replace(" = ", " &= ", 1) for line in self.statements)
        body = " \\\\\n".join(lines)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"

    def _repr_latex_(self) -> str:
        return f"${self.latex}$"


def _check_left(statement: Statement, reader: Reader) -> None:
    left = statement.left
    fine = isinstance(left, Tensor) and all(isinstance(index, Letter) for index in left.indices)
    if not fine:
        reader.scope.fail("left-side", "the left side is no tensor with free indices", at=left.span[0])
    assert isinstance(left, Tensor)
    reader.distinct(left.indices)  # type: ignore[arg-type]
    if statement.free is not None and {one.name for one in statement.free} != {i.name for i in left.indices}:  # type: ignore[union-attr]
        reader.scope.fail("left-free", "the list of free indices differs from the left side", at=statement.span[0])


def free_prefix(line: Line) -> tuple[Idx, ...] | None:
    """The free indices, where the left side alone does not show them."""
    term = line.left.terms[0] if len(line.left.terms) == 1 else None
    if term and len(term.factors) == 1 and term.coef == 1 and not term.bound and term.factors[0][1] == 1:
        base = term.factors[0][0]
        shown = [slot for slot in slots_of(base) if isinstance(slot, Idx)]
        if isinstance(base, Deriv):
            shown = [slot for b in bases(line.left) for slot in slots_of(b) if isinstance(slot, Idx)]
        if len(set(shown)) == len(shown) and set(shown) == set(line.free):
            return None
    return line.free if line.free or line.left.letters or any(term.bound for term in line.left.terms) else None


def line_text(line: Line, program: Meanings | None = None) -> str:
    """A line as text; ``program`` has the names of the lines that are read together with it."""
    start = "" if (prefix := free_prefix(line)) is None else f"[{', '.join(idx.name for idx in prefix)}] "
    left, right = (to_text(write(side, line.free, program)) for side in (line.left, line.right))
    return f"{start}{left} = {right}"


def line_latex(line: Line, program: Meanings | None = None) -> str:
    start = "" if (prefix := free_prefix(line)) is None else f"[{', '.join(idx.name for idx in prefix)}]\\; "
    left, right = (to_latex(write(side, line.free, program)) for side in (line.left, line.right))
    return f"{start}{left} = {right}"


def names_together(lines: Iterable[Line]) -> Meanings:
    """What each name means in these lines, with the dummies they are printed with."""
    return meanings(*((*line.free, *binders(letter(line.right, line.free))) for line in lines))
