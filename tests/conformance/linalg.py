"""Writes linalg.json: cholesky and triangular systems of JAX, plain, differentiated and mapped, with their jaxprs and results.

Run by hand with JAX 0.10.2: python tests/conformance/linalg.py. Each name has its twin in linalg-programs.ts.
"""

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax
from jax.scipy.linalg import solve_triangular

from jax_results import make, short_record, write


def symmetric(shape, seed=0, shift=None):
    """The mean of `make` and its transpose, and something on the diagonal; exact in float32."""
    m = onp.asarray(make(shape, seed=seed))
    n = shape[-1]
    return jnp.asarray(((m + onp.swapaxes(m, -1, -2)) / 2 + (n + 1 if shift is None else shift) * onp.eye(n)).astype("float32"))


def triangular(shape, seed=0):
    """`make` with a diagonal that outweighs the rest."""
    return make(shape, seed=seed) + (shape[-1] + 1) * jnp.eye(shape[-1], dtype="float32")


chol = lax.linalg.cholesky
raw = lambda a: lax.linalg.cholesky(a, symmetrize_input=False)
upper = lambda a: jnp.linalg.cholesky(a, upper=True)
solve = lax.linalg.triangular_solve
cubes = lambda a: jnp.sum(chol(a) ** 3)
pull = lambda f: lambda *args: jax.vjp(f, *args[:-1])[1](args[-1])
push = lambda f: lambda x, dx: jax.jvp(f, (x,), (dx,))

a3, b3, c3 = symmetric((3, 3), 1), make((3, 3), seed=2), make((3, 3), seed=3)
batch, db = symmetric((2, 3, 3), 4), make((2, 3, 3), seed=5)
t, ts, v, r = triangular((3, 3), 6), triangular((2, 3, 3), 7), make((3,), seed=8), make((3, 2), seed=9)

programs = {
    "cholesky": (chol, a3),
    "cholesky one": (chol, symmetric((1, 1), 1)),
    "cholesky batch": (chol, batch),
    "cholesky forty": (chol, symmetric((40, 40), 2, 30)),
    "cholesky seventy": (chol, symmetric((70, 70), 3, 40)),
    "cholesky not symmetric": (chol, triangular((3, 3), 1)),
    "cholesky lower triangle": (raw, triangular((3, 3), 1)),
    "cholesky not definite": (chol, jnp.asarray([[1.0, 2], [2, 1]])),
    "cholesky zero": (chol, jnp.zeros((2, 2))),
    "cholesky one of two fails": (chol, jnp.asarray([[[1.0, 2], [2, 1]], [[4, 2], [2, 3]]])),
    "cholesky nan": (chol, jnp.asarray([[1.0, jnp.nan], [jnp.nan, 2]])),
    "cholesky infinite": (chol, jnp.asarray([[jnp.inf, 1.0], [1, 2]])),
    "cholesky empty": (chol, jnp.zeros((0, 0))),
    "cholesky empty batch": (chol, jnp.zeros((0, 3, 3))),
    "cholesky jvp": (push(chol), a3, b3),
    "cholesky jvp lower triangle": (push(raw), a3, b3),
    "cholesky jvp batch": (push(chol), batch, db),
    "cholesky vjp": (pull(chol), a3, c3),
    "cholesky vjp lower triangle": (pull(raw), a3, c3),
    "cholesky vjp batch": (pull(chol), batch, db),
    "cholesky vjp forty": (pull(chol), symmetric((40, 40), 2, 30), make((40, 40), seed=1)),
    "cholesky jvp of vjp": (lambda a, da, c: jax.jvp(lambda a: pull(chol)(a, c), (a,), (da,)), a3, b3, c3),
    "cholesky vjp of vjp": (lambda a, da, c: jax.vjp(lambda a: pull(chol)(a, c), a)[1]((da,)), a3, b3, c3),
    "cholesky vmap": (jax.vmap(chol), batch),
    "cholesky vmap last": (jax.vmap(chol, -1), jnp.moveaxis(batch, 0, -1)),
    "cholesky vmap grad": (jax.vmap(pull(chol)), batch, db),
    "cholesky vmap jvp": (jax.vmap(push(chol), (None, 0)), a3, db),
    "cholesky grad": (jax.grad(cubes), a3),
    "cholesky hessian": (jax.hessian(cubes), a3),
    "np cholesky": (jnp.linalg.cholesky, a3),
    "np cholesky upper": (upper, a3),
    "np cholesky upper triangle": (lambda a: jnp.linalg.cholesky(a, upper=True, symmetrize_input=False), triangular((3, 3), 1)),
    "np cholesky integers": (jnp.linalg.cholesky, jnp.asarray([[4, 2], [2, 3]])),
    "np cholesky upper vjp": (pull(upper), a3, c3),
    "solve vector left": (lambda a, b: solve(a, b, left_side=True, lower=True), t, v),
    "solve vector right": (lambda a, b: solve(a, b), t, v),
    "solve forty": (lambda a, b: solve(a, b, left_side=True, lower=True), triangular((40, 40), 1), make((40, 3), seed=2)),
    "solve seventy": (lambda a, b: solve(a, b, left_side=False, lower=False), triangular((70, 70), 1), make((2, 70), seed=2)),
    "solve singular": (lambda a, b: solve(a, b, left_side=True, lower=True), jnp.asarray([[0.0, 0], [1, 1]]), jnp.asarray([[1.0, 0], [0, 1]])),
    "solve other triangle": (lambda a, b: solve(a, b, left_side=True, lower=True), jnp.asarray([[2.0, jnp.nan], [1, 1]]), jnp.asarray([[0.0], [1]])),
    "solve other diagonal": (lambda a, b: solve(a, b, left_side=True, lower=True, unit_diagonal=True), jnp.asarray([[jnp.nan, 0], [1, 0]]), jnp.asarray([[1.0], [1]])),
    "solve halves": (lambda a, b: solve(a, b, left_side=True, lower=True), triangular((3, 3), 1).astype("float16"), make((3, 2), "float16")),
    "solve empty": (lambda a, b: solve(a, b, left_side=True), jnp.zeros((0, 0)), jnp.zeros((0, 2))),
    "solve no columns": (lambda a, b: solve(a, b, left_side=True), t, jnp.zeros((3, 0))),
    "scipy solve": (lambda a, b: solve_triangular(a, b), t, r),
    "scipy solve vector": (lambda a, b: solve_triangular(a, b, lower=True), t, v),
    "scipy solve transposed": (lambda a, b: solve_triangular(a, b, trans="T", lower=True), t, r),
    "scipy solve by number": (lambda a, b: solve_triangular(a, b, 1, True, True), make((3, 3), seed=4), r),
    "scipy solve batch": (lambda a, b: solve_triangular(a, b), ts, make((2, 3, 2), seed=3)),
    "scipy solve one matrix": (lambda a, b: solve_triangular(a, b), t, make((4, 3, 2), seed=3)),
    "scipy solve one right-hand side": (lambda a, b: solve_triangular(a, b), ts, r),
    "scipy solve broadcast": (lambda a, b: solve_triangular(a, b), triangular((2, 1, 3, 3), 1), make((4, 3, 2), seed=3)),
    "scipy solve integers": (lambda a, b: solve_triangular(a, b, lower=True), jnp.asarray([[2, 0], [1, 1]]), jnp.asarray([2, 3])),
    "batch matmul": (lax.batch_matmul, make((2, 3, 4), seed=1), make((2, 4, 2), seed=2)),
    "dot": (lambda a, b: lax.dot(a, b, precision="highest"), make((3, 4), seed=1), make((4, 2), seed=2)),
    "dot vector": (lambda a, b: lax.dot(a, b, preferred_element_type="float32"), make((3, 4), seed=1), make((4,), seed=2)),
}
for left in (True, False):
    for lower in (True, False):
        for transposed in (True, False):
            for unit in (True, False):
                words = [("left" if left else "right"), ("lower" if lower else "upper"), *(["transposed"] if transposed else []), *(["unit"] if unit else [])]
                f = lambda a, b, options=dict(left_side=left, lower=lower, transpose_a=transposed, unit_diagonal=unit): solve(a, b, **options)
                name = "solve " + " ".join(words)
                b = r if left else r.T
                programs[name] = (f, t, b)
                programs[f"{name} vjp"] = (pull(f), t, b, 2 * b)
                programs[f"{name} jvp"] = (lambda a, b, da, db, f=f: jax.jvp(f, (a, b), (da, db)), t, b, c3, 2 * b)
                if unit == transposed:
                    bs = make((3, 2, 2), seed=3) if left else make((2, 3, 2), seed=3).transpose(0, 2, 1)
                    programs[f"{name} vmap b"] = (jax.vmap(f, (None, 1 if left else 0)), t, bs)
                    programs[f"{name} vmap a"] = (jax.vmap(f, (0, None)), ts, b)
                    programs[f"{name} vmap both"] = (jax.vmap(f, (0, 1 if left else 0)), ts, bs)
                    programs[f"{name} vmap vjp"] = (jax.vmap(pull(f), (0, None, None)), ts, b, 2 * b)

write(__file__, {name: short_record(*run) for name, run in programs.items()})
