"""The runtime seam: quiet, started once, truthful about what it runs on, and one clear sentence for each hazard."""

import os
import re
from pathlib import Path

import pytest

import tensorcalc as tc

PACKAGE = Path(tc.__file__).parent
USE_A_KERNEL = """
import numpy as np, tensorcalc as tc
assert tc.kernels.sigmoid_forward(np.zeros(3, np.float32))[0].tolist() == [0.5] * 3
"""
WITHOUT_TAICHI = "import sys\nsys.modules['taichi'] = None\n"
needs_taichi = pytest.mark.skipif(tc.backend() == "numpy", reason="Taichi is not installed, or NumPy was chosen")


def succeeded(answer):
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def last_line(answer):
    assert answer.returncode == 1, answer
    return answer.stderr.strip().splitlines()[-1]


def test_one_module_imports_taichi():
    imports = re.compile(r"^\s*(import|from) taichi|import_module\(.taichi", re.MULTILINE)
    found = [path.name for path in PACKAGE.rglob("*.py") if imports.search(path.read_text(encoding="utf-8"))]
    assert found == ["runtime.py"]


def test_importing_the_package_imports_nothing_heavy(python):
    code = "import sys, tensorcalc\nprint([m for m in ('numpy', 'taichi', 'matplotlib') if m in sys.modules])"
    assert succeeded(python(code)) == "[]\n"


def test_kernels_are_defined_without_taichi(python):
    code = "import sys, tensorcalc as tc\ntc.kernels.source('tanh_forward')\nprint('taichi' in sys.modules)"
    assert succeeded(python(code)) == "False\n"


@needs_taichi
@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HOME": None, "XDG_CACHE_HOME": None},
        {"HOME": "", "XDG_CACHE_HOME": None},
        {"HOME": os.devnull, "XDG_CACHE_HOME": None},  # no directory can be made there
        {"TENSORCALC_ARCH": "gpu"},
        {"TENSORCALC_ARCH": "numpy"},
    ],
    ids=["plain", "no home", "empty home", "unwritable home", "gpu or not", "numpy"],
)
def test_nothing_is_printed(python, environment, tmp_path):
    answer = python(USE_A_KERNEL, TMPDIR=str(tmp_path), **environment)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@needs_taichi
def test_first_compilation_is_quiet(python, tmp_path):
    answer = python("import warnings\nwarnings.simplefilter('error')\n" + USE_A_KERNEL, XDG_CACHE_HOME=str(tmp_path))
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_numpy_can_be_chosen_and_left():
    before = tc.backend()
    assert tc.use("numpy") == tc.backend() == "numpy"
    assert tc.use(before) == tc.backend() == before


def test_unknown_architecture():
    with pytest.raises(ValueError, match=r"unknown architecture 'gpus': choose one of 'cpu', 'gpu', 'cuda'"):
        tc.use("gpus")


def test_unknown_architecture_in_the_environment(python):
    answer = python("import tensorcalc as tc\ntc.backend()", TENSORCALC_ARCH="quantum")
    assert last_line(answer).startswith("ValueError: unknown architecture 'quantum'")


@needs_taichi
def test_second_architecture():
    other = "vulkan" if tc.backend() != "vulkan" else "cpu"
    with pytest.raises(RuntimeError, match=f"already runs on .* and cannot change to '{other}': restart Python"):
        tc.use(other)
    assert tc.backend() != other


@needs_taichi
@pytest.mark.parametrize("name", ["cuda", "vulkan", "metal"])
def test_an_architecture_is_there_or_refused(python, name):
    answer = python(f"import tensorcalc as tc\nprint(tc.use({name!r}), tc.backend())")
    if answer.returncode:
        assert last_line(answer).startswith(f"RuntimeError: there is no {name!r} on this machine: tc.use('gpu') takes")
    else:
        assert answer.stdout == f"{name} {name}\n"


@needs_taichi
def test_backend_is_what_taichi_runs_on(python):
    code = """
import tensorcalc as tc
chosen = tc.use("gpu")
import taichi
real = str(taichi.cfg.arch).removeprefix("Arch.")
print(chosen == tc.backend() == {"x64": "cpu", "arm64": "cpu"}.get(real, real))
"""
    assert succeeded(python(code)) == "True\n"


def test_the_environment_chooses(python):
    assert succeeded(python("import tensorcalc as tc\nprint(tc.backend())", TENSORCALC_ARCH="numpy")) == "numpy\n"


def test_without_taichi_numpy_computes(python):
    code = WITHOUT_TAICHI + USE_A_KERNEL + "print(tc.backend())"
    assert succeeded(python(code, TENSORCALC_ARCH=None)) == "numpy\n"


def test_without_taichi_other_architectures_are_refused(python):
    answer = python(WITHOUT_TAICHI + "import tensorcalc as tc\ntc.use('cpu')")
    assert last_line(answer).startswith("RuntimeError: 'cpu' needs Taichi, which is not installed here")


THREADS = """
import threading, numpy as np, tensorcalc as tc
x, failures = np.linspace(-3, 3, 20_000), []
def work(dtype):
    try:
        for _ in range(20):
            y, cache = tc.kernels.tanh_forward(x.astype(dtype))
            assert np.allclose(y, np.tanh(x), atol=1e-6)
            tc.kernels.tanh_backward(y, cache)
    except BaseException as error:
        failures.append(error)
def together(count):
    threads = [threading.Thread(target=work, args=(dtype,)) for dtype in [np.float32, np.float64] * (count // 2)]
    [thread.start() for thread in threads], [thread.join() for thread in threads]
"""


@needs_taichi
@pytest.mark.parametrize("first", ["together(4)", "work(np.float32); together(4)", "tc.backend(); together(4)"])
def test_threads(python, first):
    """Started, compiled and launched from whichever thread comes first, without the compilation cache."""
    code = THREADS + first + "\nwork(np.float64)\nassert not failures, failures\nprint('done')"
    assert succeeded(python(code, TI_OFFLINE_CACHE="0")) == "done\n"


@needs_taichi
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_fork(python):
    code = """
import numpy as np, tensorcalc as tc
tc.kernels.sigmoid_forward(np.zeros(1000))
import os, warnings
warnings.simplefilter("ignore")
child = os.fork()
if not child:
    try:
        tc.kernels.sigmoid_forward(np.zeros(1000))
    except RuntimeError as error:
        print(error, flush=True)
    tc.use("numpy")
    print(tc.kernels.sigmoid_forward(np.zeros(2))[0], flush=True)
    os._exit(0)
os.waitpid(child, 0)
"""
    answer = succeeded(python(code))
    assert "forked after Taichi had started" in answer
    assert "tc.use('numpy')" in answer
    assert "[0.5 0.5]" in answer


@needs_taichi
def test_taichi_started_by_someone_else(python):
    code = "import taichi\ntaichi.init(log_level='error')\n" + USE_A_KERNEL
    assert last_line(python(code)).startswith("RuntimeError: Taichi was already started by ti.init")


@needs_taichi
def test_taichi_started_again(python):
    code = USE_A_KERNEL + "import taichi\ntaichi.init(log_level='error')\n" + USE_A_KERNEL
    assert last_line(python(code)).startswith("RuntimeError: Taichi was started again behind tensorcalc's back")
