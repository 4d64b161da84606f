"""`python -m benchmarks.derivations`: processor time of derivations, in fresh processes, after the import."""

import subprocess
import sys
import time
from collections.abc import Callable

PROCESSES = 5
LAYER_NORM = """
    m_b = 1/H 1_h x_bh
    mu_bh = x_bh - 1_h m_b
    v_b = 1/H 1_h mu_bh^2
    sigma_b = sqrt(v_b + eps)
    y_bh = mu_bh/sigma_b gamma_h + 1_b beta_h
"""
ATTENTION = """
    s_ij = scale q_ik k_jk
    e_ij = exp(s_ij)
    z_i  = 1_j e_ij
    p_ij = e_ij/z_i
    o_id = p_ij v_jd
"""


def closed_forms(text: str, *inputs: str) -> None:
    """The gradients of some inputs, down to inputs and upstream gradients."""
    import tensorcalc as tc

    function = tc.function(text)
    for name in inputs:
        function.vjp(name).closed_form()


def every_line() -> None:
    """What the tests hold against the sources' lines."""
    from tests.derivations.lines import ROWS, derivation

    for row in ROWS:
        derivation(row)


WORK: dict[str, Callable[[], None]] = {
    "layer norm, closed form": lambda: closed_forms(LAYER_NORM, "x"),
    "attention, closed forms of q, k and v": lambda: closed_forms(ATTENTION, "q", "k", "v"),
    "every derivation of the sources": every_line,
}


def first_call(name: str) -> float:
    """Milliseconds of the first derivation in this process; the modules are loaded by a trivial one."""
    closed_forms("y_i = x_i", "x")
    start = time.process_time()
    WORK[name]()
    return 1e3 * (time.process_time() - start)


def least(name: str) -> float:
    """The least of several processes: whatever else the machine does only adds."""
    command = [sys.executable, "-m", "benchmarks.derivations", name]
    return min(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) for _ in range(PROCESSES)
    )


def main() -> None:
    for name in WORK:
        print(f"{name:40} {least(name):8.1f} ms", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(first_call(sys.argv[1]))
    else:
        main()
