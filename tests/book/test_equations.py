"""Every numbered derivative equation of the book is the engine's own, or excepted by name with a reason.

``equations/NN.yml`` has, for each page: functions, the labels that are proved from each, and the exceptions. A label
may have ``free``: the free indices, where the left side is an expression; ``direct``: every derivative holds all other
tensors fixed; ``rows`` and ``sides``: the part that is proved, where the rest needs something that is said beside it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from .conftest import NOTEBOOKS, markdown
from .engine_proof import ImplicitProof, Proof
from .formulas import DERIVATIVE, chains, labelled

TABLES = {path.stem: yaml.safe_load(path.read_text()) for path in Path(__file__).parent.glob("equations/*.yml")}
EQUATIONS = {stem.partition("_")[0]: labelled(markdown(notebook)) for stem, notebook in NOTEBOOKS.items()}
DERIVATIVES = {
    (page, label): latex
    for page, found in EQUATIONS.items()
    for label, latex in found.items()
    if DERIVATIVE.search(latex)
}
PROVED = {
    (page, label): (group, options or {})
    for page, table in TABLES.items()
    for group in table.get("proved") or ()
    for label, options in group["equations"].items()
}
EXCEPTED = {
    (page, label): reason for page, table in TABLES.items() for label, reason in (table.get("excepted") or {}).items()
}


def proof_from(group: dict, direct: bool) -> Proof:
    if "equation" in group:
        return ImplicitProof(group["equation"], group["defines"], group["by"])
    return Proof(group["of"], group.get("given", ""), direct)


@pytest.mark.parametrize(("page", "label"), PROVED, ids=[label for _, label in PROVED])
def test_the_engine_proves(page, label):
    group, options = PROVED[page, label]
    proof = proof_from(group, options.get("direct", False))
    stated = [chain for chain in chains(EQUATIONS[page][label]) if len(chain) > 1 or DERIVATIVE.search(chain[0])]
    stated = stated[slice(*options.get("rows", [None]))]
    assert any(len(chain) > 1 for chain in stated), "no equality is stated"
    for left, *sides in stated:
        assert sides, f"{left} is equated with nothing"
        for side in sides[: options.get("sides")]:
            assert proof.equal(left, side, options.get("free")) is True, f"{left} = {side}"


def test_every_derivative_equation_is_proved_or_excepted(capsys):
    listed = {**PROVED, **EXCEPTED}
    with capsys.disabled():
        print(f"\n{len(PROVED)} derivative equations of the book are proved by the engine, {len(EXCEPTED)} excepted")
    new = [f"{page}: {label}" for page, label in DERIVATIVES if (page, label) not in listed]
    assert not new, "prove these or except them, with a reason"
    gone = [f"{page}: {label}" for page, label in listed if label not in EQUATIONS.get(page, {})]
    assert not gone, "the book has these no more"
    assert not PROVED.keys() & EXCEPTED.keys()


def test_every_exception_has_a_reason():
    assert all(isinstance(reason, str) and len(reason.split()) > 1 for reason in EXCEPTED.values())


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (r"\frac{\partial l}{\partial x_{pq}}", r"\frac{\partial l}{\partial y_{pj}}\, a_{qj}", True),
        (r"\frac{\partial l}{\partial x_{pq}}", r"\frac{\partial l}{\partial y_{pj}}\, a_{jq}", False),
        (r"\frac{\partial y_{ij}}{\partial x_{pq}}", r"\delta_{ip}\, a_{qj}", True),
        (r"\frac{\partial y_{ij}}{\partial x_{pq}}", r"\delta_{iq}\, a_{pj}", False),
        (r"\frac{\partial l}{\partial x_{pq}}",
         r"\frac{\partial l}{\partial y_{ij}} \frac{\partial y_{ij}}{\partial x_{qp}}", False),
    ],
)  # fmt: skip
def test_the_proof_tells_right_from_wrong(left, right, answer):
    assert Proof("y_ij = x_ik a_kj").equal(left, right) is answer


def test_what_is_held_fixed_matters():
    bar = r"\left.\frac{\partial y_i}{\partial x_p}\right|_{s}"
    proof = Proof("s = x_i x_i\ny_i = s x_i")
    assert proof.equal(bar, r"s \delta_{ip}", "ip") is True
    assert proof.equal(r"\frac{\partial y_i}{\partial x_p}", r"s \delta_{ip}") is False
