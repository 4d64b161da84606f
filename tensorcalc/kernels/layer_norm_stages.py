"""The backward function of layer norm as its derivation has it: one loop nest and one array for each gradient."""

from tensorcalc.execution.kernel import kernel
from tensorcalc.execution.runtime import ti


# fmt: off
@kernel
def layer_norm_backward_stages_loops(
    dy, x, gamma, m, sigma,
    mu, dsigma, dv, dmu, dm, dx, dgamma, dbeta,
):
    for b, h in ti.ndrange(*x.shape):
        mu[b, h] = x[b, h] - m[b]
    for b in range(x.shape[0]):
        total = 0.0
        for h in range(x.shape[1]):
            total += dy[b, h] * mu[b, h] * gamma[h] / (sigma[b] * sigma[b])
        dsigma[b] = -total
    for b in range(x.shape[0]):
        dv[b] = dsigma[b] / (2.0 * sigma[b])
    for b, h in ti.ndrange(*x.shape):
        from_v = dv[b] * 2.0 * mu[b, h] / x.shape[1]
        from_y = dy[b, h] * gamma[h] / sigma[b]
        dmu[b, h] = from_v + from_y
    for b in range(x.shape[0]):
        total = 0.0
        for h in range(x.shape[1]):
            total += dmu[b, h]
        dm[b] = -total
    for b, h in ti.ndrange(*x.shape):
        dx[b, h] = dm[b] / x.shape[1] + dmu[b, h]
    for h in range(x.shape[1]):
        total = 0.0
        total_z = 0.0
        for b in range(x.shape[0]):
            total += dy[b, h]
            total_z += dy[b, h] * mu[b, h] / sigma[b]
        dgamma[h] = total_z
        dbeta[h] = total
# fmt: on
