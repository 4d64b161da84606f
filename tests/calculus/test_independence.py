"""The symbolic part stands on the standard library alone."""

import sys

BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {'numpy', 'taichi', 'matplotlib', 'scipy', 'torch'}:
            raise ImportError(name)
sys.meta_path.insert(0, Block())
import tensorcalc as tc
f = tc.function('s_i = exp(x_i)/(1_j exp(x_j))')
e = tc.equation('a_i = b_ij 1_j c_i').substitute('c_i = d_ij e_j')
assert tc.equal('[i] s_i s_i', '[i] exp(2 x_i)/(1_j exp(x_j))^2', given=f) is True
assert tc.equal('[i, j] a_ij', '[i, j] a_ji') is False
print(f, e, e.latex, tc.from_matrix('Y = X A^T').matrix())
"""


def test_everything_symbolic_works_without_numpy(python):
    answer = python(BLOCKED)
    assert answer.returncode == 0, answer.stderr
    assert "d_jk e_k" in answer.stdout or "d_ik e_k" in answer.stdout


def test_symbolic_modules_import_the_standard_library_only(python):
    answer = python(
        "import sys\nimport tensorcalc.calculus.equations, tensorcalc.calculus.equality\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    names = set(answer.stdout.split())
    outside = {name for name in names - sys.stdlib_module_names if not name.startswith(("_", "tensorcalc"))}
    assert outside <= {"sitecustomize", "usercustomize", "distutils"}, outside
