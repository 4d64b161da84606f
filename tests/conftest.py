"""What the tests share: the rule on skipping, PyTorch as an oracle, fresh interpreters."""

import os
import subprocess
import sys

import pytest

os.environ["TENSORCALC_PROGRESS"] = "off"  # a reader's progress is not the tests' to read or write

# Where everything is installed a skipped test is an error: it would hide that something was not checked.
NO_SKIP = bool(os.environ.get("TENSORCALC_NO_SKIP"))


def _forbid_skip(report):
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"TENSORCALC_NO_SKIP forbids skipping: {report.longrepr[-1]}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return _forbid_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return _forbid_skip((yield))


@pytest.fixture(scope="session")
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed; it is an oracle of the tests only")


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """Run a script in a fresh interpreter; an environment variable given as None is removed."""
    script = tmp_path_factory.mktemp("scripts") / "script.py"  # a file, since kernels are compiled from their source

    def run(code: str, **environment: str | None) -> subprocess.CompletedProcess:
        script.write_text(code, encoding="utf-8")
        merged = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
        env = {name: value for name, value in merged.items() if value is not None}
        return subprocess.run(
            [sys.executable, str(script)], env=env, capture_output=True, encoding="utf-8", timeout=120, check=False
        )

    return run


@pytest.fixture(scope="session")
def vulkan(python):
    """The environment that chooses Vulkan, where there is a device (software counts)."""
    answer = python("import tensorcalc as tc\nprint(tc.use('vulkan'))")
    if answer.stdout != "vulkan\n":
        pytest.skip("there is no Vulkan device; Mesa's lavapipe is one in software")
    return {"TENSORCALC_ARCH": "vulkan"}
