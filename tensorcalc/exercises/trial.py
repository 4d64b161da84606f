"""Trying an answer that computes something: formulas, functions and kernels are judged alike, by what they give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .compare import Case, compare, same
from .samples import Arrays, Sample, samples, square
from .verdict import Finding

Suited = Callable[[Arrays], Arrays]
Terms = dict[str, np.ndarray]  # the terms of one output, by their text; their sum is the output


class Rejected(Exception):
    """An answer that gives no values: the reason, and what is to be said."""

    def __init__(self, reason: str, text: str) -> None:
        self.finding = Finding(reason, text)
        super().__init__(text)


@dataclass(frozen=True)
class Problem:
    """What is to be computed.

    inputs, outputs : name -> index letters; axes with the same letter have the same size
    reference : the right outputs of a case, each as its terms
    positive : inputs whose entries are positive
    suited : the inputs that are of a kind of their own, made of the random ones: a softmax, what a ReLU gives
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    reference: Callable[[Sample], dict[str, Terms]]
    positive: tuple[str, ...] = ()
    suited: Suited = dict

    def cases(self) -> list[Sample]:
        return [self._suited(one) for one in samples(self.inputs, self.outputs.values(), self.positive)]

    def square(self) -> Sample:
        return self._suited(square(self.inputs, self.outputs.values(), self.positive))

    def _suited(self, sample: Sample) -> Sample:
        return Sample(sample.sizes, {**sample.arrays, **self.suited(sample.arrays)})

    def value(self, output: str, sample: Sample) -> np.ndarray:
        return total(self.reference(sample)[output])


def total(terms: Terms) -> np.ndarray:
    return np.asarray(sum(terms.values()), dtype=float)


def judge(problem: Problem, answer: Callable[[Sample], dict[str, Terms]]) -> dict[str, Finding]:
    """One finding for each output, or a single one where the answer gives no values at all."""
    try:
        seen = [(sample, answer(sample)) for sample in problem.cases()]
    except Rejected as rejected:
        tried = [_among_equals(problem, answer, name, rejected.finding) for name in problem.outputs]
        return {"": next((finding for finding in tried if finding.reason == "transposed"), rejected.finding)}
    found = {name: compare([_case(problem, name, *one) for one in seen]) for name in problem.outputs}
    return {name: _among_equals(problem, answer, name, finding) for name, finding in found.items()}


def _among_equals(
    problem: Problem, answer: Callable[[Sample], dict[str, Terms]], output: str, finding: Finding
) -> Finding:
    """Where shapes do not fit: if all sizes are equal, the answer has a value that shows what was transposed."""
    if finding.reason not in ("raises", "shape"):
        return finding
    sample = problem.square()
    try:
        value = np.asarray(sum(answer(sample)[output].values()))
    except Rejected:
        return finding
    for name, confused in _confused(problem, output, sample).items():
        if same(value, confused) and not same(value, problem.value(output, sample)):
            where = f"in {output}, " if len(problem.outputs) > 1 else ""
            return Finding("transposed", f"{where}{name} needs its two indices swapped; {finding.text}")
    return finding


def _case(problem: Problem, output: str, sample: Sample, yours: dict[str, Terms]) -> Case:
    terms = problem.reference(sample)[output]
    own = yours[output]
    return Case(
        yours=np.asarray(sum(own.values())),
        expected=total(terms),
        letters=problem.outputs[output],
        sizes=sample.sizes,
        terms=terms,
        own=own if len(own) > 1 else {},
        partial=_partial(problem, output, sample),
        confused=_confused(problem, output, sample),
    )


def _partial(problem: Problem, output: str, sample: Sample) -> Arrays:
    """What comes out if a sum took its first value only: one input, an upstream gradient if any, is 0 elsewhere."""
    found = {}
    order = sorted(problem.inputs, key=lambda name: not name.startswith("dl_d"))
    for letter in sorted(set("".join(problem.inputs.values())) - set(problem.outputs[output])):
        name = next(name for name in order if letter in problem.inputs[name])
        rest = [slice(None)] * problem.inputs[name].index(letter) + [slice(1, None)]
        array = sample.arrays[name].copy()
        array[tuple(rest)] = 0
        found[letter] = problem.value(output, Sample(sample.sizes, {**sample.arrays, name: array}))
    return found


def _confused(problem: Problem, output: str, sample: Sample) -> Arrays:
    """What comes out if one input is read with two of its axes swapped, where both have the same size."""
    found = {}
    for name, array in sample.arrays.items():
        for one, other in combinations(range(array.ndim), 2):
            if array.shape[one] == array.shape[other]:
                swapped = Sample(sample.sizes, {**sample.arrays, name: array.swapaxes(one, other)})
                found[name] = problem.value(output, swapped)
    return found
