"""Ranges belong to the axes of tensors; letters that meet on an axis share one."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import NotationError


class Ranges:
    """Union-find over axes and letters. The range of ``h`` is called ``H`` unless it is declared otherwise.

    Default names that meet are synonyms; two declared names that meet are an error.
    """

    def __init__(self, declared: Mapping[str, str | int] | None = None) -> None:
        self.declared: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        for letter, name in (declared or {}).items():
            self.declared[letter] = name if isinstance(name, str) else letter.upper()
            if not isinstance(name, str):
                self.sizes[self.declared[letter]] = name
        self.parent: list[int] = []
        self.names: list[list[str]] = []  # of a root, in the order they were met
        self.fixed: list[str | None] = []  # the declared name of a root
        self.axes: dict[tuple[str, int], int] = {}

    def name(self, letter: str) -> str:
        return self.declared.get(letter, letter.upper())

    def new(self, letter: str | None = None) -> int:
        fixed = self.declared.get(letter or "")
        if fixed and fixed in self.fixed:
            return self.fixed.index(fixed)
        self.parent.append(len(self.parent))
        self.names.append([shown(self.name(letter))] if letter else [])
        self.fixed.append(fixed)
        return len(self.parent) - 1

    def axis(self, tensor: str, axis: int) -> int:
        if (tensor, axis) not in self.axes:
            self.axes[tensor, axis] = self.new()
        return self.axes[tensor, axis]

    def root(self, at: int) -> int:
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def join(self, a: int, b: int, letter: str, position: int = 0, source: str = "") -> None:
        a, b = self.root(a), self.root(b)
        if a == b:
            return
        if self.fixed[a] and self.fixed[b] and self.fixed[a] != self.fixed[b]:
            given = f"{letter} would run over {self.fixed[b]} and over {self.fixed[a]}"
            raise NotationError("range-clash", given, index=letter, position=position, source=source)
        self.parent[b] = a
        self.fixed[a] = self.fixed[a] or self.fixed[b]
        self.names[a] += [name for name in self.names[b] if name not in self.names[a]]

    def called(self, name: str, among: list[int]) -> list[int]:
        """The ranges of this name."""
        return list(dict.fromkeys(root for root in map(self.root, among) if name in self.names[root]))

    def settle(self) -> None:
        """A range that no tensor has is the one of its name that a tensor has, if there is just one."""
        attached = {self.root(at) for at in self.axes.values()}
        for at in range(len(self.parent)):
            if self.root(at) not in attached:
                self.names[self.root(at)].sort()  # δ_bh and δ_hb make one range of B and H, whichever was met first
            if self.root(at) not in attached and self.names[self.root(at)]:
                name = self.names[self.root(at)][0]
                like = [root for root in attached if name in self.names[root]]
                others = [o for o in range(at) if self.root(o) not in attached and name in self.names[self.root(o)]]
                if len(like) == 1 or others:
                    self.join(like[0] if len(like) == 1 else others[0], at, name)

    def resolve(self) -> dict[int, str]:
        """One name for each range, no two alike: the declared one, else the first that was met."""
        self.settle()
        roots = list(dict.fromkeys(map(self.root, range(len(self.parent)))))
        owner = {self.root(at): f"{tensor.upper()}{axis}" for (tensor, axis), at in reversed(self.axes.items())}
        chosen: dict[int, str] = {root: str(self.fixed[root]) for root in roots if self.fixed[root]}
        for root in roots:
            if root not in chosen:
                chosen[root] = unlike((self.names[root] or [owner.get(root, "N")])[0], set(chosen.values()))
        return {at: chosen[self.root(at)] for at in range(len(self.parent))}


def unlike(name: str, taken: set[str]) -> str:
    """``H``, or ``H~2`` for a second range of that name; what stands behind the tilde is never shown."""
    return next(one for one in (name, *(f"{name}~{n}" for n in range(2, len(taken) + 3))) if one not in taken)


def shown(name: str) -> str:
    return name.partition("~")[0]
