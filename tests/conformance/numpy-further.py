"""Writes numpy-further.json: results of functions of jax.numpy that numpy-functions.py does not have, and of jax.nn and jax.random.

Run by hand with JAX 0.10.2: python tests/conformance/numpy-further.py. Each name has its twin in numpy-further.ts.
"""

import jax
import jax.numpy as jnp
import numpy as onp

from jax_results import make, results, write

m = make((2, 3))
v = make((3,), seed=2)
w = make((7,), seed=4)
t = make((4, 2, 3), seed=3)
q = make((3, 3), seed=1)
i = make((2, 3), "int32")
i1 = make((6,), "int32", 2)
queries = make((2, 3, 4, 2), seed=2)
keys = make((2, 5, 2, 2), seed=3)
key = jax.random.key(7)
factors = [2**31 - 1, -(2**31), 65537, -3, 123456789, -987654321]


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
    # Sets and partitions
    "unique": (lambda a: jnp.unique(a, True, True, True, size=5), i),
    "unique, filled": (lambda a: jnp.unique(a, size=9, fill_value=-7, return_counts=True), m),
    "unique, fewer": (lambda a: jnp.unique(a, size=2), m),
    "unique with NaN": (lambda a: jnp.unique(jnp.sqrt(a), return_inverse=True, size=4), t),
    "unique, NaN apart": (lambda a: jnp.unique(jnp.sqrt(a), equal_nan=False, size=8), m),
    "unique of rows": (lambda a: jnp.unique(a[jnp.array([0, 1, 0, 1, 1])], axis=0, return_index=True, return_counts=True, size=3), i),
    "unique, columns": (lambda a: jnp.unique(a, axis=1, size=2, return_inverse=True), i),
    "uniqueAll": (lambda a: tuple(jnp.unique_all(a, size=6, fill_value=0)), i1),
    "union1d": (lambda a, b: jnp.union1d(a, b, size=12), i, i1),
    "setdiff1d": (lambda a, b: jnp.setdiff1d(a, b, size=4), i1, i),
    "setdiff1d, filled": (lambda a, b: jnp.setdiff1d(a, b[0], size=8, fill_value=9, assume_unique=True), i1, i),
    "setxor1d": (lambda a, b: jnp.setxor1d(a, b[0], size=8), i1, i),
    "setxor1d, filled": (lambda a, b: jnp.setxor1d(a, b, size=9, fill_value=-3, assume_unique=True), i1, i),
    "intersect1d": (lambda a, b: jnp.intersect1d(a, b, size=5), i1, i),
    "intersect1d, places": (lambda a, b: jnp.intersect1d(a, b, return_indices=True, size=7, fill_value=-1), i1, i),
    "intersect1d, unique": (lambda a, b: jnp.intersect1d(a, b, True, True, size=3), i1, i),
    "partition": (lambda a: jnp.partition(a, 2), w),
    "partition of columns": (lambda a: jnp.partition(a, -1, axis=0), i),
    "partition of unsigned": (lambda a: jnp.partition(a, 1), make((5,), "int32", 2).astype("uint32")),
    "argpartition": (lambda a: jnp.argpartition(a, 1, axis=1), t),
    "partition, derivative": (derivative(lambda a: jnp.partition(a, 2)), w),
    # Insertion
    "insert": (lambda a, b: jnp.insert(a, 1, b), m, v),
    "insert rows": (lambda a, b: jnp.insert(a, jnp.array([0, 2, 0]), b, axis=0), m, v),
    "insert a column": (lambda a, b: jnp.insert(a, -1, b[:2], axis=1), m, v),
    "insert before a slice": (lambda a: jnp.insert(a, slice(1, 5, 2), 7), i1),
    "delete": (lambda a: jnp.delete(a, 1), m),
    "delete a column": (lambda a: jnp.delete(a, -1, axis=1), m),
    "delete several": (lambda a: jnp.delete(a, onp.array([0, 3, 3]), 0), w),
    "delete a slice": (lambda a: jnp.delete(a, slice(None, None, 2)), w),
    "delete bools": (lambda a: jnp.delete(a, onp.array([True, False]), 0), m),
    "delete traced": (lambda a: jnp.delete(a, jnp.abs(jnp.arange(2) - 3), assume_unique_indices=True), w),
    "fillDiagonal": (lambda a, b: jnp.fill_diagonal(a, b, inplace=False), q, jnp.asarray([7.0, 8.0])),
    "put": (lambda a: jnp.put(a, jnp.array([0, -1, 9]), jnp.array([7, 8]), inplace=False), i),
    "put, wrapping": (lambda a: jnp.put(a, jnp.array([7, 2]), 5, mode="wrap", inplace=False), m),
    "put, clipped": (lambda a: jnp.put(a, jnp.array([7, 2]), 5, mode="clip", inplace=False), m),
    "place": (lambda a, b: jnp.place(a, a > 0, b, inplace=False), m, v),
    "block": (lambda a, b: jnp.block([[a, b], [jnp.zeros((1, 3)), 5]]), m, make((2, 1))),
    "block of vectors": (lambda a, b: jnp.block([a, b, a]), v, w),
    "block of three axes": (lambda a: jnp.block([[[a]], [[a]]]), t),
    "resize": (lambda a: jnp.resize(a, (3, 5)), m),
    "resize to fewer": (lambda a: jnp.resize(a, 2), m),
    "rollaxis": (lambda a: jnp.rollaxis(a, 2), t),
    "rollaxis, start": (lambda a: jnp.rollaxis(a, 0, -1), t),
    "matrixTranspose": (lambda a: jnp.matrix_transpose(a), t),
    # Functions of functions
    "applyAlongAxis": (lambda a: jnp.apply_along_axis(jnp.sort, 1, a), t),
    "applyAlongAxis, a matrix": (lambda a: jnp.apply_along_axis(lambda x, k: jnp.outer(x, x)[k:], 0, a, 1), m),
    "applyOverAxes": (lambda a: jnp.apply_over_axes(jnp.sum, a, (0, 2)), t),
    "fromfunction": (lambda: jnp.fromfunction(lambda a, b: a * 3 + b, (2, 3), dtype="int32"),),
    "piecewise": (lambda a: jnp.piecewise(a, [a < 0, a > 0.5, a > 1], [lambda x: -x, 2, lambda x: x * x]), t),
    "piecewise, otherwise": (lambda a: jnp.piecewise(a, [a < 0], [lambda x, k: x * k, lambda x, k: x + k], 3), i),
    "derivative of piecewise": (derivative(lambda a: jnp.piecewise(a, [a < 0], [lambda x: x * x, lambda x: 3 * x])), m),
    "choose": (lambda a, b: jnp.choose(a, [b, b * 2, jnp.zeros(3)], mode="clip"), i, v),
    "choose, wrapping": (lambda a, b: jnp.choose(a, [b, b * 2], mode="wrap"), i, v),
    "vectorize": (lambda a, b: jnp.vectorize(lambda x, y: (x + y, x * y))(a, b), m, v),
    "vectorize, signature": (lambda a, b: jnp.vectorize(jnp.matmul, signature="(n,m),(m)->(n)")(a, b), t, v),
    "vectorize, excluded": (lambda a, b: jnp.vectorize(lambda x, k: (k @ x).sum(), excluded={1}, signature="(n)->()")(a, b), m, q),
    "arrayEqual": (lambda a, b: (jnp.array_equal(a, a), jnp.array_equal(a, b)), m, v),
    "arrayEqual with NaN": (lambda a: (jnp.array_equal(jnp.sqrt(a), jnp.sqrt(a)), jnp.array_equal(jnp.sqrt(a), jnp.sqrt(a), equal_nan=True)), m),
    "arrayEquiv": (lambda a: (jnp.array_equiv(a, a[None]), jnp.array_equiv(a, jnp.ones(5))), m),
    # Attention and other functions of nn
    "attention": (lambda a, b: jax.nn.dot_product_attention(a, b, b * 2), queries, keys),
    "attention, causal": (lambda a, b: jax.nn.dot_product_attention(a, b, b, is_causal=True, scale=0.3), queries[0], keys[0]),
    "attention, bias and mask": (lambda a, b, c: jax.nn.dot_product_attention(a, b, b, c, c > -1), queries, keys, make((2, 4, 3, 5), seed=5)),
    "attention, lengths": (
        lambda a, b: jax.nn.dot_product_attention(
            a, b, b, query_seq_lengths=jnp.array([2, 3], "int32"), key_value_seq_lengths=jnp.array([4, 1], "int32"), return_residual=True
        ),
        queries,
        keys,
    ),
    "attention, window": (lambda a, b: jax.nn.dot_product_attention(a, b, b, mask=make((1, 1, 3, 5), "bool"), local_window_size=(1, 2)), queries, keys),
    "derivative of attention": (derivative(lambda a: jax.nn.dot_product_attention(a, a, a, is_causal=True)), queries),
    "log1mexp": (lambda a: jax.nn.log1mexp(jnp.abs(a) + 0.01), m),
    "derivative of log1mexp": (derivative(lambda a: jax.nn.log1mexp(jnp.abs(a) + 0.25)), m),
    "logmeanexp": (lambda a: (jax.nn.logmeanexp(a), jax.nn.logmeanexp(a, 1, keepdims=True, where=a > -1)), m),
    "sparsePlus": (lambda a: jax.nn.sparse_plus(a), t),
    "derivative of sparsePlus": (derivative(lambda a: jax.nn.sparse_plus(a)), t),
    "sparseSigmoid": (lambda a: jax.nn.sparse_sigmoid(a), t),
    # Distributions
    "lognormal": (lambda: (jax.random.lognormal(key, 0.5, (3,)), jax.random.lognormal(key)),),
    "maxwell": (lambda: jax.random.maxwell(key, (2, 2)),),
    "doubleSidedMaxwell": (lambda a: jax.random.double_sided_maxwell(key, a, 2.0, (2,)), v),
    "pareto": (lambda a: jax.random.pareto(key, jnp.abs(a) + 1), v),
    "rayleigh": (lambda: jax.random.rayleigh(key, jnp.float32(2), (3,)),),
    "weibullMin": (lambda: jax.random.weibull_min(key, 2.0, 3.0, (3,)),),
    "triangular": (lambda: jax.random.triangular(key, -1.0, 0.5, 2.0, (4,)),),
    "wald": (lambda: jax.random.wald(key, jnp.float32(2), (4,)),),
    "geometric": (lambda a: jax.random.geometric(key, jnp.abs(a) / 3, (2, 3)), v),
    "multivariateNormal": (lambda a: jax.random.multivariate_normal(key, a, jnp.array([[2.0, 1, 0], [1, 2, 0.5], [0, 0.5, 1]]), (2,)), v),
    "derivative of wald": (derivative(lambda a: jax.random.wald(key, a + 2)), v),
    # Without NaN
    "nanvar": (lambda a: (jnp.nanvar(jnp.sqrt(a)), jnp.nanvar(jnp.sqrt(a), 1, ddof=1, keepdims=True), jnp.nanvar(jnp.sqrt(a), 2, where=a < 0.6)), t),
    "nanstd": (lambda a: (jnp.nanstd(jnp.sqrt(a), axis=0), jnp.nanstd(a > 0)), m),
    "derivative of nanvar": (derivative(lambda a: jnp.nanvar(jnp.where(a > 1, jnp.nan, a), axis=1)), m),
    "nanquantile": (lambda a, b: jnp.nanquantile(jnp.sqrt(a), b, axis=1), t, jnp.asarray([0.25, 0.8])),
    "nanquantile, kept": (lambda a: jnp.nanquantile(jnp.sqrt(a), 0.3, axis=(0, 2), keepdims=True, method="lower"), t),
    "nanpercentile": (lambda a: jnp.nanpercentile(jnp.sqrt(a), 75.0, keepdims=True), t),
    "nanmedian": (lambda a: (jnp.nanmedian(jnp.sqrt(a)), jnp.nanmedian(jnp.sqrt(a), axis=0)), m),
    # Integers and parts of floats
    "gcd": (lambda a, b: jnp.gcd(a * 6, b), i, jnp.asarray([4, 9, 0])),
    "gcd, Fibonacci's numbers": (lambda a: jnp.gcd(a, 1134903170), jnp.asarray([1836311903])),
    "lcm": (lambda a, b: jnp.lcm(a, b), i, jnp.asarray([4, 6, 0])),
    "packbits": (lambda a: (jnp.packbits(a), jnp.packbits(a, axis=0, bitorder="little")), make((3, 11), "int32")),
    "unpackbits": (lambda a: (jnp.unpackbits(a, count=13), jnp.unpackbits(a, axis=1, bitorder="little"), jnp.unpackbits(a, count=60)), make((2, 3), "uint8")),
    "frexp": (lambda a: jnp.frexp(a * jnp.asarray([0.0, 1e-3, 1e20])), t),
    "frexp of others": (lambda: jnp.frexp(jnp.asarray([jnp.inf, -jnp.inf, 1, -1, 3e38])),),
    "frexp of half floats": (lambda a: jnp.frexp(a), make((5,), "float16")),
    "derivative of frexp": (derivative(lambda a: jnp.frexp(a)[0]), w + 3),
    "ldexp": (lambda a, b: jnp.ldexp(a, b), m, make((3,), "int32", 2)),
    "ldexp, far": (lambda: jnp.ldexp(jnp.asarray([1.5, 1, 1e30, 1e-30, 0]), jnp.asarray([127, 200, -140, 150, 5])),),
    "spacing": (lambda a: jnp.spacing(a * 1000), m),
    "i0": (lambda a: jnp.i0(a * 9), t),
    "derivative of i0": (derivative(lambda a: jnp.i0(a)), t),
    # Windows and polynomials
    "bartlett": (lambda: (jnp.bartlett(5), jnp.bartlett(1)),),
    "blackman": (lambda: jnp.blackman(6),),
    "hamming": (lambda: jnp.hamming(6),),
    "hanning": (lambda: jnp.hanning(6),),
    "kaiser": (lambda: jnp.kaiser(6, 5.0),),
    "polyadd": (lambda a, b: (jnp.polyadd(a, b), jnp.polyadd(b, a)), v, w),
    "polysub": (lambda a, b: jnp.polysub(a, b), i1, v),
    "polymul": (lambda a, b: jnp.polymul(a, b), v, w),
    "polydiv": (lambda a, b: jnp.polydiv(a, b), w, v),
    "polydiv by a longer": (lambda a, b: jnp.polydiv(a, b), v, w),
    "polyder": (lambda a: (jnp.polyder(a), jnp.polyder(a, 2), jnp.polyder(a, m=0)), w),
    "polyint": (lambda a: (jnp.polyint(a), jnp.polyint(a, 2, k=jnp.asarray([3, 4])), jnp.polyint(a, m=3, k=2)), v),
    "poly": (lambda a: (jnp.poly(a), jnp.poly(jnp.asarray([]))), v),
    # Products and histograms
    "vecdot": (lambda a, b: (jnp.vecdot(a, b), jnp.vecdot(a, a, axis=0)), t, v),
    "matvec": (lambda a, b: jnp.matvec(a, b), t, v),
    "vecmat": (lambda a, b: jnp.vecmat(a, b), make((4, 2)), t),
    "histogramdd": (lambda a: jnp.histogramdd(a, 3), make((9, 2))),
    "histogramdd, density": (lambda a, b: jnp.histogramdd(a, [2, jnp.asarray([-1.5, 0.0, 1.5])], [(-1.0, 1.0), None], b, True), make((9, 2)), make((9,), seed=5) + 2),
    "histogram2d": (lambda a: jnp.histogram2d(a, a * 2, [2, 3]), w),
    "histogram2d, edges": (lambda a: jnp.histogram2d(a, a, jnp.asarray([-1.0, 0, 0.5, 1])), w),
    # lax
    "lax.full": (lambda a: (jax.lax.full((2,), 7, "int32"), jax.lax.full_like(a, 3), jax.lax.full_like(a, 2, "float16", (2,))), i),
    "lax.tile": (lambda a: jax.lax.tile(a, (2, 1)), m),
    "lax.collapse": (lambda a: (jax.lax.collapse(a, 1), jax.lax.collapse(a, 0, 2), jax.lax.collapse(a, -2, -1)), t),
    "lax.broadcastToRank": (lambda a: jax.lax.broadcast_to_rank(a, 3), m),
    "lax.broadcastLike": (lambda a, b: jax.lax.broadcast_like(a, b), v, m),
    "lax.approxMaxK": (lambda a: jax.lax.top_k(a, 2), t),
    "lax.approxMinK": (lambda a: (lambda r: (-r[0], r[1]))(jax.lax.top_k(-a.swapaxes(1, 2), 1)), t),
    "lax.mulhi": (lambda: jnp.asarray(onp.array([(x * y) >> 32 for x, y in zip(factors, reversed(factors))], "int32")),),
    "lax.mulhi, unsigned": (lambda: jnp.asarray(onp.array([((x % 2**32) * (y % 2**32)) >> 32 for x, y in zip(factors, reversed(factors))], "uint32")),),
    "lax.mulhi, small": (lambda: jnp.asarray(onp.array([-1, 0, 62, -128 * 127 >> 8], "int8")),),
    "lax.optimizationBarrier": (lambda a: jax.lax.optimization_barrier((a, a)), m),
    "lax.convGeneralDilatedPatches": (lambda a: jax.lax.conv_general_dilated_patches(a, (2, 2), (1, 2), "SAME"), make((1, 2, 3, 4))),
    "lax.convGeneralDilatedPatches, features last": (
        lambda a: jax.lax.conv_general_dilated_patches(a, (2,), (1,), [(1, 0)], rhs_dilation=(2,), dimension_numbers=("NHC", "HIO", "NHC")),
        make((1, 5, 2)),
    ),
    "lax.scatterApply": (
        lambda a: jax.lax.scatter_apply(
            a, jnp.array([[0], [2]]), lambda x: x * 2, jax.lax.ScatterDimensionNumbers((), (0,), (0,)), update_shape=(2,)
        ),
        w,
    ),
    "lax.besselI0e": (lambda a: (jax.lax.bessel_i0e(a * 9), jax.lax.bessel_i1e(a * 9)), t),
    "derivative of lax.besselI1e": (derivative(lambda a: jax.lax.bessel_i1e(a)), t),
}

write(__file__, {name: results(*run) for name, run in programs.items()})
