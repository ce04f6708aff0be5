"""Writes numpy-further.json: results of the functions of jax.numpy that numpy-functions.py does not have.

Run by hand with JAX 0.10.2: python tests/conformance/numpy-further.py. Each name has its twin in numpy-further.ts.
"""

import jax
import jax.numpy as jnp

from jax_results import make, results, write

m = make((2, 3))
v = make((3,), seed=2)
w = make((7,), seed=4)
t = make((4, 2, 3), seed=3)
q = make((3, 3), seed=1)
i = make((2, 3), "int32")
i1 = make((6,), "int32", 2)


def derivative(function):
    """The gradient of the sum of the squares of a function's result."""
    return jax.grad(lambda x: sum((y**2).sum() for y in jax.tree.leaves(function(x))))


programs = {
    # Coordinates
    "unravelIndex": (lambda a: jnp.unravel_index(a, (2, 3)), i1),
    "unravelIndex, one axis": (lambda a: jnp.unravel_index(a, 4), i),
    "ravelMultiIndex": (lambda a, b: jnp.ravel_multi_index((a, b), (2, 3), mode="clip"), i1, i1),
    "ravelMultiIndex, columns": (lambda a: jnp.ravel_multi_index((a, a), (2, 3), mode="wrap", order="F"), i),
    "ravelMultiIndex, as it stands": (lambda a: jnp.ravel_multi_index((a, a), (2, 3), "ignore", dtype="int16"), i),
    "trilIndices": (lambda: jnp.tril_indices(3, -1, 4),),
    "triuIndices": (lambda: jnp.triu_indices(3, k=-1),),
    "trilIndicesFrom": (lambda a: jnp.tril_indices_from(a), m),
    "triuIndicesFrom": (lambda a: jnp.triu_indices_from(a, 1), m),
    "diagIndices": (lambda: jnp.diag_indices(3, 3),),
    "diagIndicesFrom": (lambda a: jnp.diag_indices_from(a), q),
    "maskIndices": (lambda: jnp.mask_indices(3, jnp.triu, 1, size=4),),
    "ix_": (lambda a, b: jnp.ix_(a, b), v, i1),
    # Differences
    "gradient": (lambda a: jnp.gradient(a), w),
    "gradient of two axes": (lambda a: jnp.gradient(a, 2.0), q),
    "gradient, places": (lambda a, b: jnp.gradient(a, b, 0.5, axis=(2, 0)), t, jnp.asarray([0.0, 1.0, 3.0])),
    "gradient of integers": (lambda a: jnp.gradient(a, axis=1), i),
    "derivative of gradient": (derivative(lambda a: jnp.gradient(a)), w),
    "ediff1d": (lambda a: jnp.ediff1d(a), m),
    "ediff1d of integers": (lambda a, b: jnp.ediff1d(a, b, 7), i, v),
    "unwrap": (lambda a: jnp.unwrap(a * 4), m),
    "unwrap, period": (lambda a: jnp.unwrap(a, 2, axis=0, period=5), i),
    "cumulativeSum": (lambda a: jnp.cumulative_sum(a, axis=1, include_initial=True), i),
    "cumulativeProd": (lambda a: jnp.cumulative_prod(a, dtype="float32"), i1),
    # Covariances
    "cov": (lambda a: jnp.cov(a), q),
    "cov of one variable": (lambda a: jnp.cov(a, bias=True), w),
    "cov of two": (lambda a, b: jnp.cov(a, b, rowvar=False), q, m.T),
    "cov, weights": (lambda a, b: jnp.cov(a, fweights=jnp.abs(b) + 1, aweights=jnp.abs(a[0])), q, make((3,), "int32", 2)),
    "cov, frequencies": (lambda a, b: jnp.cov(a, fweights=b, ddof=2), q, make((3,), "int32", 2)),
    "derivative of cov": (derivative(lambda a: jnp.cov(a)), q),
    "corrcoef": (lambda a: jnp.corrcoef(a), t[0]),
    "corrcoef of two": (lambda a, b: jnp.corrcoef(a, b), w, w**2),
    # Reals
    "angle": (lambda a: jnp.angle(a), m),
    "angle of integers, degrees": (lambda a: jnp.angle(a, deg=True), i),
    "real": (lambda a: jnp.real(a), i),
    "imag": (lambda a: jnp.imag(a), m),
    "isreal": (lambda a: jnp.isreal(a), m),
    "iscomplex": (lambda a: jnp.iscomplex(a), m),
}

write(__file__, {name: results(*run) for name, run in programs.items()})
