"""The source: it stands alone, holds names from tables only, shows the techniques, and runs the same everywhere."""

import ast
import builtins
import random

import numpy as np
import pytest

import tensorcalc as tc
from tensorcalc.execution import runtime
from tensorcalc.execution.sizes import sizes_of
from tensorcalc.generation import kernel_text, source, text
from tensorcalc.generation.stable import RULES

from .cases import SOURCES, arguments, compiled, function

compiling = pytest.mark.skipif(not runtime.compiles(np.dtype(np.float64)), reason="nothing is compiled in float64 here")


def test_one_kernel_for_norms_and_losses():
    for name in ("layer norm", "batch norm", "softmax", "cross entropy", "squared error", "logistic"):
        assert compiled(name).source.count("@ti.kernel") == 1, name
    for name in ("layer norm", "batch norm", "softmax", "cross entropy", "logistic"):
        assert compiled(name, backward=True).source.count("@ti.kernel") == 1, name


def test_products_go_to_blas_and_say_so():
    assert "np.matmul(x, a, out=y)  # by BLAS: x_ik a_kj" in compiled("matrix product").source
    assert "np.matmul(dl_dy, a.T, out=dl_dx)" in compiled("matrix product", backward=True).source
    assert "@ti.kernel" not in compiled("batched product").source
    assert compiled("two layers").source.count("np.matmul") == 2


def test_what_a_position_picks_is_added_there_and_says_so():
    """Loops would ask every position for every component, and keep a table for every group of rows."""
    source = compiled("embedding", backward=True).source
    assert "np.add.at(dl_da, T[inside_T], dl_dy[inside_T])  # in the order of the positions" in source
    assert "@ti.kernel" not in source


@pytest.mark.parametrize("backward", [False, True])
def test_sums_over_rows_are_complete_before_rows_use_them(backward):
    """Statistics of columns: every pass runs along the rows as they lie, and no sum is added up for each row anew."""
    kernels = compiled("batch norm of rows", backward).loops
    assert all(idx.range == "B" for kernel in kernels for idx in kernel.rows)
    assert all(len(finish.axes) == 1 for kernel in kernels for finish in kernel.finishes)
    assert len(kernels) == 3


def test_the_formula_stands_above():
    shown = compiled("layer norm").source
    assert shown.startswith("# m_b = 1/H 1_h x_bh\n# mu_bh = x_bh - 1_h m_b\n")


def test_loops_in_index_notation():
    assert str(compiled("softmax").loops).replace("in K:", "in N:") == (  # two names of one range
        "pass1: x -> s\n"
        "for b in B, in parallel:\n"
        "    largest_b = -largest number\n"
        "    for n in N:\n"
        "        largest_b = max(largest_b, x[b, n])\n"
        "    largest_b = 0 unless it is finite\n"
        "    sum_b = 0\n"
        "    for n in N:\n"
        "        r_bn = exp(x[b, n] - largest_b)\n"
        "        sum_b += r_bn\n"
        "        s[b, n] = r_bn\n"
        "    r_b = 1/sum_b\n"
        "    for n in N:\n"
        "        s[b, n] = r_b s[b, n]"
    )


ALONE = """
import numpy as np, taichi as ti
ti.init(arch=ti.cpu, default_fp=ti.f64, fast_math=False, log_level="error")
import {module} as generated
saved = np.load({file!r})
given = [saved[name] if saved[name].ndim else saved[name].item() for name in {inputs!r}]
out = np.empty(saved["expected"].shape)
generated.function(*given, out)
assert "tensorcalc" not in __import__("sys").modules
assert np.allclose(out, saved["expected"], rtol=1e-12), (out, saved["expected"])
"""


@compiling
@pytest.mark.parametrize("name", ["layer norm", "five functions"])
def test_the_source_stands_alone(python, tmp_path, name):
    f, given = compiled(name), arguments(name, np.float64)
    (tmp_path / "alone.py").write_text(f.source_for(np.float64), encoding="utf-8")
    np.savez(tmp_path / "saved.npz", expected=function(name)(**given), **given)
    code = ALONE.format(module="alone", file=str(tmp_path / "saved.npz"), inputs=list(f.inputs))
    answer = python(code, PYTHONPATH=str(tmp_path))
    assert answer.returncode == 0, answer.stderr


HOSTILE = sorted({*dir(builtins), *kernel_text.RESERVED, *source.WORDS, *text.FUNCTIONS, "lambda", "import", "pass1"})


def identifiers(code: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("seed", range(20))
def test_hostile_names(seed):
    """Whatever tensors and functions are called, the source is Python with names of its own tables."""
    rng = random.Random(seed)
    names = []
    while len(names) < 3:
        name = rng.choice(HOSTILE).strip("_")
        try:
            tc.function(f"{name}_i = other_i")
        except tc.NotationError:
            continue
        names += [name] if name not in (*names, "y") else []
    x, a, b = names
    f = tc.function(
        f"{b}_ij = {x}_ik {a}_kj + exp({x}_ij)\ny_i = 1_j tanh({b}_ij + {x}_ij)",
        name=rng.choice(HOSTILE) + "; import os\n#",
    )
    for kind in source.SOURCES:
        code = f.compile().source_for(np.float32, kind)
        assert "import os" not in code
        assert identifiers(code) & {*dir(builtins)} <= {"range", "float"}
    given = {x: np.eye(3), a: np.eye(3)}
    expected = np.tanh(2 * np.eye(3) + np.exp(np.eye(3))).sum(1)
    if seed < 3:  # the others are read only: a kernel takes its time to compile
        assert np.allclose(f.compile()(**given), expected)


def test_the_same_source_every_time():
    for name in ("two layers", "layer norm", "attention"):
        texts = {tc.function(SOURCES[name][0]).backward().compile().source for _ in range(2)}
        assert len(texts) == 1


DIGEST = """
import hashlib, numpy as np, tensorcalc as tc
from tests.generation.cases import SOURCES
rng, digest = np.random.default_rng(0), hashlib.sha256()
for dtype, H in ((np.float32, 64), (np.float64, 37)):
    x, g, dy = (rng.normal(size=s).astype(dtype) for s in ((1999, H), H, (1999, H)))
    T = rng.integers(0, H, 1999)
    norm = tc.function(SOURCES["layer norm"][0])
    loss = tc.function(SOURCES["cross entropy"][0])
    found = [norm.compile()(x=x, gamma=g, beta=g, eps=1e-5), loss.compile()(x=x, T=T)]
    found += norm.backward().compile()(x=x, gamma=g, beta=g, eps=1e-5, dl_dy=dy).values()
    for one in found:
        digest.update(np.asarray(one).tobytes())
print(digest.hexdigest())
"""


@compiling
def test_any_number_of_threads(python):
    import pathlib

    root = str(pathlib.Path(__file__).parents[2])
    answers = [
        python(DIGEST, TI_CPU_MAX_NUM_THREADS=n, TENSORCALC_ARCH="cpu", PYTHONPATH=root) for n in ("1", "2", "2")
    ]
    assert all(answer.returncode == 0 for answer in answers), answers[0].stderr
    assert len({answer.stdout for answer in answers}) == 1


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("name", [name for name in SOURCES if "attention" not in name and name != "trace"])
def test_no_temporary_is_larger_than_inputs_and_outputs(name, backward):
    """But the sums of at most 64 groups of rows; the scores of attention are larger than its arrays by their nature."""
    f, given = compiled(name, backward), arguments(name, np.float64, backward=backward)
    sizes = sizes_of(f.function, {k: np.asarray(v) for k, v in given.items()}, {})
    count = {array: np.prod([sizes[one] for one in axes], initial=1) for array, axes in f.plan.arrays.items()}
    largest = max([np.size(v) for v in given.values()] + [count[array] for array in f.outputs])
    assert all(value <= largest for value in count.values()), count


def test_rules_of_stability_are_named():
    assert (
        "# max-shift: exp(x_i)/sum exp(x_k) = exp(x_i - M)/sum exp(x_k - M), M = max x_k\n"
        in compiled("softmax").source
    )
    assert "# softplus: log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|))\n" in compiled("logistic").source
    assert "max-shift" not in compiled("layer norm").source
    assert "# two-pass variance: sum (x_h - m)^2 once m is known, " in compiled("layer norm").source


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("y_i = log(sigmoid(x_i))", ["log-sigmoid", "softplus"]),
        ("y_i = softplus(x_i)", ["softplus"]),
        ("y_i = log(1 + x_i)", ["log1p"]),
        ("y_i = exp(x_i) - 1", ["expm1"]),
        ("y_i = log(1_j exp(x_ij))", ["max-shift"]),
        ("m = 1/N 1_n x_n; v = 1/N 1_n (x_n - 1_n m)^2", ["two-pass variance"]),
        ("v = 1/N 1_n x_n^2", []),
        ("v = 1_n (x_n - t_n)^2", []),
        ("y_i = exp(x_i)", []),
    ],
)
def test_rules_are_named_where_they_are_applied_and_nowhere_else(text, rules):
    source = tc.function(text.replace("; ", "\n")).compile().source
    assert sorted(name for name in RULES if f"# {name}: " in source) == rules
