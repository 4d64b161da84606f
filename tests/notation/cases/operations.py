"""Operations on equations and calls of functions that are refused: one short program each, and the rules it breaks.

``eq`` reads an equation, ``f`` a function, ``ones`` makes an array of ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tensorcalc import equation as eq
from tensorcalc import function as f


@dataclass(frozen=True)
class Operation:
    name: str
    rule: str
    run: Callable[[], object]
    source: str = ""


def ones(*shape: int) -> np.ndarray:
    return np.ones(shape)


O = Operation
MATMUL = "y_ij = x_ik a_kj"

SUBSTITUTION = [
    O(
        "c_j = d_jj put in as it stands",
        "substitute-free",
        lambda: eq("a_i = b_i c_i").substitute("c_j = d_jj", rename=False),
        "l.411",
    ),
    O(
        "the dummy j put below another sum over j",
        "substitute-capture",
        lambda: eq("a_i = b_ij 1_j c_i").substitute("c_i = d_ij e_j", rename=False),
        "l.413",
    ),
    O(
        "part of a contraction folded",
        "substitute-contraction",
        lambda: eq("a = b_k c_k d_k").fold("s = c_k d_k"),
        "l.414",
    ),
    O("a name that is not there", "substitute-nothing", lambda: eq("a_i = b_i").substitute("c_i = d_i"), "l.408"),
    O("a free index renamed to a dummy", "rename-clash", lambda: eq("a_i = b_ij c_j").rename("i", "j"), "l.312, e71"),
    O("a dummy renamed to another", "rename-clash", lambda: eq("a_i = b_ij c_jk d_k").rename("k", "j"), "l.324, e70"),
    O("a dummy renamed to a free index", "rename-clash", lambda: eq("a_i = b_ij c_j").rename("j", "i"), "l.324, e70"),
]

BOTH_SIDES = [
    O("gamma_k, k a dummy", "both-sides-dummy", lambda: eq("a_i = b_ik c_k").multiply("gamma_k"), "l.490"),
    O("contracted with gamma_k", "both-sides-dummy", lambda: eq("a_i = b_ik c_k").contract("gamma_k"), "l.490"),
    O(
        "1_k gamma_k on a_k 1_k = b_k 1_k",
        "both-sides-dummy",
        lambda: eq("[] a_k 1_k = b_k 1_k").multiply("gamma_k"),
        "l.500, e75",
    ),
    O("a vector added to a matrix", "add-indices", lambda: eq("c_ij = a_ij").add("b_i"), "l.419, e13"),
    O("b_j added to a_i", "add-indices", lambda: eq("c_i = a_i").add("b_j"), "e13"),
    O("an unknown function", "unknown-function", lambda: eq("a_i = b_i").apply("foo"), "l.441"),
]

RULES_OF_FACTORS = [
    O("the sum's only one-tensor dropped", "drop-one", lambda: eq("a = 1_i b_i").drop_one(), "l.404, e11"),
    O("the broadcast dropped", "drop-one", lambda: eq("a_ij = 1_i b_j").drop_one(), "e11"),
    O("equal one-tensors merged", "merge-ones", lambda: eq("a = 1_n 1_n").merge_ones(), "l.399, e74"),
    O("a delta between free indices", "delta-free", lambda: eq("a_ij = delta_ij b_i").substitute_delta(), "l.357, e10"),
    O("no delta", "nothing-to-do delta-free", lambda: eq("a_i = b_i").substitute_delta(), ""),
    O("no one-tensor", "nothing-to-do drop-one", lambda: eq("a_i = b_i").drop_one(), ""),
    O("no bracket", "nothing-to-do", lambda: eq("a_i = b_i c_i").distribute(), ""),
    O(
        "factored without a one-tensor",
        "factor-order",
        lambda: eq("a_i = b_ij c_ij + b_ij d_j").factor("b_ij", ones=False),
        "l.427, e13",
    ),
    O(
        "a square taken into a contraction",
        "apply-across",
        lambda: eq("z_ij = (b_ik c_jk)^2").power_of_product(),
        "l.506, e15",
    ),
    O("log of a product of unknown sign", "domain", lambda: eq("y_i = log(a_i b_i)").log_of_product(), "l.506, e15"),
    O(
        "root of a product of unknown sign",
        "domain",
        lambda: eq("y_i = sqrt(a_i b_i)").power_of_product(),
        "l.506, e15",
    ),
    O("log of a contraction split", "apply-across", lambda: eq("y = log(a_i b_i)").log_of_product(), "l.506, e15"),
]

CALLS = [
    O("an input missing", "input-missing", lambda: f(MATMUL)(x=ones(2, 3)), ""),
    O("an input unknown", "input-unknown", lambda: f(MATMUL)(x=ones(2, 3), a=ones(3, 2), b=1.0), ""),
    O("k of two lengths", "shape", lambda: f(MATMUL)(x=ones(2, 3), a=ones(2, 3)), "l.296"),
    O("another order", "shape", lambda: f(MATMUL)(x=ones(2), a=ones(2, 3)), "l.293"),
    O("no number", "shape", lambda: f("y_i = x_i")(x=np.array(["a"])), ""),
    O("one letter, two lengths in a sum", "shape", lambda: f("y_i = a_i + b_i")(a=ones(2), b=ones(3)), "e13"),
    O("the size of a trace", "size-missing", lambda: f("y = delta_ii 1_i")(), "design 1"),
    O("a position outside", "index-value", lambda: f("c = -log(s_T)")(s=ones(3), T=3), "design 1"),
    O("a position before 0", "index-value", lambda: f("c = -log(s_T)")(s=ones(3), T=-1), "design 1"),
    O("a position that is no integer", "index-value", lambda: f("c = -log(s_T)")(s=ones(3), T=1.5), "design 1"),
    O("a target outside", "index-value", lambda: f("c_b = s_{b,T_b}")(s=ones(2, 3), T=np.array([0, 3])), "design 1"),
    O("a function without a formula", "no-value", lambda: f("y_i = point(x_i)")(x=ones(2)), "l.683"),
    O("a derivative in a function", "not-executable", lambda: f("z_ip = ∂y_i/∂x_p"), "design 1"),
    O("a derivative by a letter in use", "derivative-index", lambda: eq("z_ij = ∂y_ij/∂x_ij"), "l.598, e19"),
    O(
        "two declared ranges on one letter",
        "range-clash",
        lambda: f("y_i = a_i b_i c_j d_j a_j", ranges={"i": "N", "j": "M"}),
        "design 1",
    ),
    O("too long", "limit", lambda: f("y_i = " + "x_i + " * 20_000 + "x_i"), "design 7"),
]

OPERATIONS = [*SUBSTITUTION, *BOTH_SIDES, *RULES_OF_FACTORS, *CALLS]
