"""Writes reduce-programs.json: jaxprs and results of reductions, windows, prefixes and sorts.

Run by hand with JAX 0.10.2: python tests/conformance/reduce-programs.py. Each name has its twin in reduce-programs.ts.
"""

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from jax_results import make, pull, push, record, write


def floats(*values):
    return jnp.asarray(onp.array(values, "float32"))


inf, nan = float("inf"), float("nan")
m = make((2, 3))
t = make((2, 3, 4), seed=3)
v = make((5,), seed=2)
w = make((8,), seed=4)
n = make((2, 3), "int32")
u = make((5,), "uint32", seed=1)
i8 = make((2, 3), "int8")
b = make((2, 3), "bool")
image = make((4, 6), seed=5)
zeros = floats(0, 2, 3)
ties = floats(1, 1, 1, 1, 0, 2, 2, 1)
special = floats(0, -0.0, -inf, 1, inf, 2, nan, 3)
mask = m > 0
key = jnp.asarray([2, 0, 1, 0, 2], "int32")


def window(computation, start, *rest):
    return lambda a: lax.reduce_window(a, start, computation, *rest)


def total(f):
    return lambda a: jnp.sum(f(a) ** 2)


programs = {
    # lax: reductions
    "reduce prod": (lambda a: lax.reduce_prod(a, (1,)), m),
    "reduce prod of all": (lambda a: lax.reduce_prod(a, (0, 2)), t),
    "reduce prod of integers": (lambda a: lax.reduce_prod(a, (0,)), n),
    "reduce prod of nothing": (lambda a: lax.reduce_prod(a, (0,)), make((0, 2))),
    "reduce max of nothing": (lambda a: lax.reduce_max(a, (0,)), make((0, 2))),
    "reduce min of nothing": (lambda a: lax.reduce_min(a, (0,)), make((0, 2), "int32")),
    "reduce and": (lambda a: lax.reduce_and(a, (1,)), b),
    "reduce or": (lambda a: lax.reduce_or(a, (0,)), b),
    "reduce xor": (lambda a: lax.reduce_xor(a, (0, 1)), b),
    "reduce and of integers": (lambda a: lax.reduce_and(a, (1,)), n),
    "reduce or of unsigned": (lambda a: lax.reduce_or(a, (0,)), u),
    "reduce xor of integers": (lambda a: lax.reduce_xor(a, (0,)), n),
    "reduce by add": (lambda a: lax.reduce(a, 0.0, lax.add, (0,)), m),
    "reduce by max": (lambda a: lax.reduce(a, -inf, lax.max, (1,)), m),
    "reduce by mul from 2": (lambda a: lax.reduce(a, 2.0, lax.mul, (0, 1)), m),
    "argmax": (lambda a: lax.argmax(a, 1, onp.int32), m),
    "argmin": (lambda a: lax.argmin(a, 0, onp.int32), m),
    "argmax unsigned": (lambda a: lax.argmax(a, 0, onp.uint32), u),
    "argmax of NaN": (lambda a: lax.argmax(a, 0, onp.int32), special),
    "argmin of NaN": (lambda a: lax.argmin(a, 0, onp.int32), special),
    "argmax of ties": (lambda a: lax.argmax(a, 0, onp.int32), ties),
    "argmin of zeros": (lambda a: lax.argmin(a, 0, onp.int32), floats(0, -0.0)),
    "argmax of bools": (lambda a: lax.argmax(a, 1, onp.int32), b),
    "jvp reduce prod": (push(lambda a: lax.reduce_prod(a, (0,))), v),
    "jvp reduce prod of rows": (push(lambda a: lax.reduce_prod(a, (0,))), m),
    "vjp reduce prod": (pull(lambda a: lax.reduce_prod(a, (0,))), v),
    "vjp reduce prod of a zero": (pull(lambda a: lax.reduce_prod(a, (0,)) + 1), zeros),
    "vjp reduce prod of two zeros": (pull(lambda a: lax.reduce_prod(a, (0,)) + 1), floats(0, 2, 0)),
    "hessian of reduce prod at zeros": (jax.hessian(lambda a: lax.reduce_prod(a, (0,))), floats(0, 2, 0)),
    "vmap reduce prod": (jax.vmap(lambda a: lax.reduce_prod(a, (0,)), 1), m),
    "vmap argmax": (jax.vmap(lambda a: lax.argmax(a, 0, onp.int32), 1), m),
    # Windows
    "window sum": (window(lax.add, 0.0, (2,)), v),
    "window sum same": (window(lax.add, 0.0, (3,), (2,), "SAME"), v),
    "window sum same lower": (window(lax.add, 0.0, (2,), (2,), "SAME_LOWER"), v),
    "window sum padded": (window(lax.add, 0.0, (2, 2), (1, 2), ((1, 0), (-1, 2))), image),
    "window sum dilated": (window(lax.add, 0.0, (2,), (1,), ((0, 0),), (2,), (3,)), v),
    "window sum from 1": (window(lax.add, 1.0, (2,), (1,), ((1, 1),)), v),
    "window sum of integers": (window(lax.add, 0, (2,)), make((5,), "int32")),
    "window max": (window(lax.max, -inf, (2, 2), (2, 2)), image),
    "window max padded": (window(lax.max, -inf, (3,), (1,), ((2, 2),)), v),
    "window max from -1": (window(lax.max, -0.5, (2,)), v),
    "window max of NaN": (window(lax.max, -inf, (2,)), special),
    "window max of integers": (window(lax.max, -2147483648, (2,)), make((5,), "int32")),
    "window min": (window(lax.min, inf, (2,), (1,), ((1, 1),)), v),
    "window min of NaN": (window(lax.min, inf, (2,)), special),
    "window product": (window(lax.mul, 1.0, (3,), (2,), ((1, 1),)), v),
    "window product dilated": (window(lax.mul, 1.0, (2,), (1,), ((0, 1),), (2,), (2,)), v),
    "jvp window sum": (push(window(lax.add, 0.0, (2,))), v),
    "vjp window sum": (pull(window(lax.add, 0.0, (2, 2), (1, 2), ((1, 0), (-1, 2)))), image),
    "vjp window sum dilated": (pull(window(lax.add, 0.0, (2,), (2,), ((1, 1),), (2,), (3,))), v),
    "jvp window max": (push(window(lax.max, -inf, (2,), (2,), "SAME")), v),
    "vjp window max": (pull(window(lax.max, -inf, (2, 2), (2, 2))), image),
    "vjp window max overlapping": (pull(window(lax.max, -inf, (3,), (1,), "SAME")), v),
    "vjp window max of ties": (pull(window(lax.max, -inf, (2,))), ties),
    "vjp window min": (pull(window(lax.min, inf, (2,), (1,), ((1, 1),))), v),
    "vjp window max of gaps": (pull(window(lax.max, -inf, (2,), (2,), "SAME", (2,))), v),
    "grad of grad of window max": (jax.grad(total(jax.grad(total(window(lax.max, -inf, (2,)))))), v),
    "vmap window max": (jax.vmap(window(lax.max, -inf, (2,), (2,))), m),
    "vmap vjp window max": (jax.vmap(pull(window(lax.max, -inf, (2,)))), m),
    # Prefixes
    "cumsum": (lambda a: lax.cumsum(a, 1), m),
    "cumsum reverse": (lambda a: lax.cumsum(a, axis=0, reverse=True), m),
    "cumsum of integers": (lambda a: lax.cumsum(a, 0), n),
    "cumsum of special": (lax.cumsum, special),
    "cumprod": (lax.cumprod, v),
    "cumprod of special": (lax.cumprod, special),
    "cummax": (lambda a: lax.cummax(a, 1), m),
    "cummax of special": (lax.cummax, special),
    "cummin": (lambda a: lax.cummin(a, reverse=True), v),
    "cummin of special": (lax.cummin, special),
    "cumlogsumexp": (lambda a: lax.cumlogsumexp(a, 1), m),
    "cumlogsumexp of special": (lax.cumlogsumexp, special),
    "cumlogsumexp of large": (lax.cumlogsumexp, floats(1000, 1001, -1000, 999)),
    "jvp cumsum": (push(lambda a: lax.cumsum(a, 1, reverse=True)), m),
    "vjp cumsum": (pull(lambda a: lax.cumsum(a, 1)), m),
    "jvp cumprod": (push(lax.cumprod), v),
    "jvp cumprod reverse": (push(lambda a: lax.cumprod(a, reverse=True)), w),
    "vjp cumprod of a zero": (pull(lambda a: lax.cumprod(a) + 1), zeros),
    "vjp cumprod of ties": (pull(lax.cumprod), ties),
    "jvp cummax": (push(lambda a: lax.cummax(a, 0)), w),
    "vjp cummax of ties": (pull(lax.cummax), ties),
    "vjp cummin of ties": (pull(lambda a: lax.cummin(a, reverse=True)), ties),
    "vjp cumlogsumexp": (pull(lax.cumlogsumexp), w),
    "vjp cumlogsumexp of ties": (pull(lax.cumlogsumexp), ties),
    "vjp cumlogsumexp reverse": (pull(lambda a: lax.cumlogsumexp(a, 1, reverse=True)), m),
    "grad of grad of cumlogsumexp": (jax.grad(total(jax.grad(total(lax.cumlogsumexp)))), ties),
    "third derivative of cumlogsumexp": (jax.grad(lambda a: jnp.sum(jax.hessian(lambda x: lax.cumlogsumexp(x)[1])(a) ** 2)), floats(1, 1)),
    "grad of grad of cumprod": (jax.grad(total(jax.grad(total(lax.cumprod)))), zeros),
    "vmap cumsum": (jax.vmap(lax.cumsum, 1), m),
    "vmap vjp cumprod": (jax.vmap(pull(lax.cumprod)), m),
    # Sorts
    "sort": (lax.sort, m),
    "sort axis": (lambda a: lax.sort(a, dimension=0), m),
    "sort special": (lax.sort, special),
    "sort unsigned": (lax.sort, u),
    "sort bools": (lax.sort, b),
    "sort two": (lambda a, c: lax.sort((a, c)), key, v),
    "sort by two": (lambda a, c: lax.sort((a, c), num_keys=2), key, v),
    "sort unstable": (lambda a: lax.sort(a, is_stable=False), v),
    "sort key val": (lambda a, c: lax.sort_key_val(a, c), key, v),
    "sort zeros": (lambda a, c: lax.sort_key_val(a, c), floats(0, -0.0, 0, -0.0), jnp.arange(4)),
    "jvp sort": (push(lax.sort), m),
    "vjp sort": (pull(lambda a: lax.sort(a) ** 2), v),
    "vjp sort of ties": (pull(lambda a: lax.sort(a) * jnp.arange(8.0)), ties),
    "vjp sort two": (pull(lambda a, c: lax.sort((a, c))[1] * a), v, make((5,), seed=1)),
    "grad of grad of sort": (jax.grad(total(jax.grad(lambda a: jnp.sum(lax.sort(a) ** 3 * jnp.arange(5.0))))), v),
    "vmap sort": (jax.vmap(lax.sort, 1), m),
    "vmap sort one of two": (jax.vmap(lambda a, c: lax.sort((a, c)), (0, None)), m, v[:3]),
    "vmap vjp sort": (jax.vmap(pull(lax.sort)), m),
    "top k": (lambda a: lax.top_k(a, 2), m),
    "top k axis": (lambda a: lax.top_k(a, 1, axis=0), m),
    "top k of special": (lambda a: lax.top_k(a, 8), special),
    "top k of integers": (lambda a: lax.top_k(a, 3), n),
    "top k of bools": (lambda a: lax.top_k(a, 2), b),
    "top k none": (lambda a: lax.top_k(a, 0), m),
    "jvp top k": (push(lambda a: lax.top_k(a, 2)[0]), m),
    "vjp top k": (pull(lambda a: lax.top_k(a, 3)[0] ** 2), v),
    "vmap top k": (jax.vmap(lambda a: lax.top_k(a, 1), 1), m),
    # numpy: reductions
    "np prod": (jnp.prod, m),
    "np prod axes": (lambda a: jnp.prod(a, (0, 2), keepdims=True), t),
    "np prod of bools": (lambda a: jnp.prod(a, 1), b),
    "np prod of 8 bits": (jnp.prod, i8),
    "np prod where": (lambda a, c: jnp.prod(a, 0, where=c, initial=2.0), m, mask),
    "np all": (jnp.all, m),
    "np all keepdims": (lambda a: jnp.all(a, 1, keepdims=True), b),
    "np all where": (lambda a, c: jnp.all(a, 1, where=c), b, mask),
    "np any": (lambda a: jnp.any(a, 0), n),
    "np any where": (lambda a, c: jnp.any(a, where=c), b, mask),
    "np var": (lambda a: jnp.var(a, 0), m),
    "np var of integers": (jnp.var, n),
    "np var ddof": (lambda a: jnp.var(a, 1, ddof=1, keepdims=True), m),
    "np var where": (lambda a, c: jnp.var(a, 1, where=c), m, mask),
    "np var of one": (lambda a: jnp.var(a, ddof=1), floats(3)),
    "np var known mean": (lambda a: jnp.var(a, 1, mean=jnp.mean(a, 1, keepdims=True)), m),
    "np std": (lambda a: jnp.std(a, 0, ddof=1), m),
    "np std correction": (lambda a: jnp.std(a, correction=0.5), m),
    "np std of integers": (lambda a: jnp.std(a, 1), n),
    "np ptp": (lambda a: jnp.ptp(a, 0), m),
    "np ptp keepdims": (lambda a: jnp.ptp(a, keepdims=True), m),
    "np count nonzero": (jnp.count_nonzero, m),
    "np count nonzero axis": (lambda a: jnp.count_nonzero(a, 1, keepdims=True), b),
    "np average": (lambda a: jnp.average(a, 0), m),
    "np average weights": (lambda a, c: jnp.average(a, 1, c), m, jnp.asarray([1.0, 2.0, 3.0])),
    "np average of all": (lambda a, c: jnp.average(a, weights=c, returned=True), m, mask.astype("float32")),
    "np nansum": (jnp.nansum, special),
    "np nansum of integers": (lambda a: jnp.nansum(a, 0), n),
    "np nanprod": (lambda a: jnp.nanprod(a[3:]), special),
    "np nanmax": (jnp.nanmax, special),
    "np nanmax of NaN": (lambda a: jnp.nanmax(a / a * nan, 1), m),
    "np nanmin": (jnp.nanmin, special),
    "np nanmean": (lambda a: jnp.nanmean(a[5:]), special),
    "np argmax": (jnp.argmax, m),
    "np argmax axis": (lambda a: jnp.argmax(a, -1), m),
    "np argmin keepdims": (lambda a: jnp.argmin(a, 0, keepdims=True), m),
    "np argmax all keepdims": (lambda a: jnp.argmax(a, keepdims=True), t),
    "np argmax of a scalar": (jnp.argmax, jnp.float32(3)),
    "np median": (jnp.median, m),
    "np median axis": (lambda a: jnp.median(a, 1, keepdims=True), m),
    "np median axes": (lambda a: jnp.median(a, (0, 2)), t),
    "np median of integers": (jnp.median, n),
    "np median of NaN": (jnp.median, special),
    "np quantile": (lambda a: jnp.quantile(a, 0.3125, 1), m),
    "np quantile several": (lambda a, q: jnp.quantile(a, q, 0), t, jnp.asarray([0.0, 0.375, 1.0])),
    "np quantile keepdims": (lambda a, q: jnp.quantile(a, q, 1, keepdims=True), t, jnp.asarray([0.25, 0.5])),
    "np quantile lower": (lambda a: jnp.quantile(a, 0.3125, method="lower"), v),
    "np quantile higher": (lambda a: jnp.quantile(a, 0.3125, method="higher"), v),
    "np quantile nearest": (lambda a: jnp.quantile(a, 0.3125, method="nearest"), v),
    "np percentile": (lambda a: jnp.percentile(a, 80, 1), m),
    "np grad of median": (jax.grad(lambda a: jnp.median(a) * 2), v),
    "np grad of var": (jax.grad(jnp.var), v),
    "np grad of std": (jax.grad(jnp.std), v),
    "np vmap of var": (jax.vmap(jnp.var), m),
    "np grad of nansum": (jax.grad(lambda a: jnp.nansum(a * a)), floats(1, nan, 3)),
    # numpy: prefixes and sorts
    "np cumsum": (jnp.cumsum, m),
    "np cumsum axis": (lambda a: jnp.cumsum(a, -1), n),
    "np cumsum of bools": (lambda a: jnp.cumsum(a, 1), b),
    "np cumsum of 8 bits": (lambda a: jnp.cumsum(a, 1), i8),
    "np cumsum dtype": (lambda a: jnp.cumsum(a, 1, dtype="float32"), n),
    "np cumsum to bool": (lambda a: jnp.cumsum(a, 1, dtype=bool), n),
    "np cumprod": (lambda a: jnp.cumprod(a, 1), m),
    "np cumprod of all": (jnp.cumprod, t),
    "np diff": (jnp.diff, m),
    "np diff twice": (lambda a: jnp.diff(a, 2, 0), image),
    "np diff ends": (lambda a, c: jnp.diff(a, prepend=0.0, append=c), m, m),
    "np diff of bools": (lambda a: jnp.diff(a, axis=0), b),
    "np sort": (jnp.sort, m),
    "np sort all": (lambda a: jnp.sort(a, None), m),
    "np sort descending": (lambda a: jnp.sort(a, 0, descending=True), m),
    "np argsort": (jnp.argsort, m),
    "np argsort of ties": (jnp.argsort, ties),
    "np argsort descending": (lambda a: jnp.argsort(a, descending=True), ties),
    "np argsort all": (lambda a: jnp.argsort(a, None), m),
    "np argsort unstable": (lambda a: jnp.argsort(a, stable=False), m),
    "np lexsort": (lambda a, c: jnp.lexsort((a, c)), v, key),
    "np grad of sort": (jax.grad(lambda a: jnp.sum(jnp.sort(a) * jnp.arange(5.0))), v),
}

write(__file__, {name: record(*run) for name, run in programs.items()})
