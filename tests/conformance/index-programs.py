"""Writes index-programs.json: jaxprs and results of programs that read and write by position.

Run by hand with JAX 0.10.2: python tests/conformance/index-programs.py. Each name has its twin in index-programs.ts.
"""

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from jax_results import make, pull, push, record, write


def ints(*values, dtype="int32"):
    return jnp.asarray(onp.array(values, dtype))


m = make((2, 3))
t = make((2, 3, 4), seed=3)
v = make((5,), seed=2)
n = make((2, 3), "int32")
u8 = make((4,), "uint8")
b = make((2, 3), "bool")
i = ints(1, 0)
j = ints(-1, 2)
far = ints(-9, 1, 7)
k = jnp.int32(1)
rows = make((2, 3), seed=5)
batch = make((4, 2, 3), seed=1)
part = rows[:1, :2]


G = lax.GatherDimensionNumbers
S = lax.ScatterDimensionNumbers
row_gather = G(offset_dims=(1,), collapsed_slice_dims=(0,), start_index_map=(0,))
row_scatter = S(update_window_dims=(1,), inserted_window_dims=(0,), scatter_dims_to_operand_dims=(0,))

programs = {
    # Reading
    "get traced": (lambda a, p: a[p], m, k),
    "get two traced": (lambda a, p: a[p, p], m, k),
    "get traced column": (lambda a, p: a[:, p], m, k),
    "get traced beside a slice": (lambda a, p: a[0:1, p], m, k),
    "get traced, reversed": (lambda a, p: a[p, ::-1], m, k),
    "get traced, strided": (lambda a, p: a[p, ::2], m, k),
    "get traced of 8 bits": (lambda a, p: a[p], m, jnp.int8(-1)),
    "get traced of a vector": (lambda a, p: a[p], v, jnp.int8(-2)),
    "get traced unsigned": (lambda a, p: a[p], m, jnp.uint32(1)),
    "get traced, new axis": (lambda a, p: a[None, p, ..., None], t, k),
    "get rows": (lambda a, p: a[p], m, i),
    "get rows negative": (lambda a, p: a[p], m, ints(-1, -2, 0)),
    "get rows unsigned": (lambda a, p: a[p], m, ints(1, 0, dtype="uint32")),
    "get rows of 8 bits": (lambda a, p: a[p], m, ints(1, -1, dtype="int8")),
    "get columns": (lambda a, p: a[:, p], m, j),
    "get points": (lambda a, p, q: a[p, q], m, i, j),
    "get apart": (lambda a, p, q: a[p, :, q], t, i, j),
    "get together": (lambda a, p, q: a[:, p, q], t, i, j),
    "get integer and array apart": (lambda a, p: a[0, :, p], t, j),
    "get integer and array together": (lambda a, p: a[:, 0, p], t, j),
    "get scalar and array": (lambda a, p, q: a[p, q], m, k, j),
    "get ellipsis and arrays": (lambda a, p, q: a[p, ..., q], t, i, j),
    "get outer": (lambda a, p, q: a[p[:, None], q[None, :]], m, i, j),
    "get matrix of places": (lambda a, p: a[p], m, ints([0, 1], [1, 1])),
    "get slice and array": (lambda a, p: a[1:, p], m, j),
    "get stride and array": (lambda a, p: a[::2, p], m, j),
    "get reverse and array": (lambda a, p: a[::-1, p], m, j),
    "get new axis and array": (lambda a, p: a[None, p], m, i),
    "get array, new axis, array": (lambda a, p, q: a[p, None, q], m, i, j),
    "get reversed": (lambda a: a[::-1], m),
    "get reversed strided": (lambda a: a[:, ::-2], m),
    "get reversed part": (lambda a: a[:, 2:0:-1], m),
    "get strided from the end": (lambda a: a[4:0:-3], v),
    "get nothing": (lambda a: a[:, 3:1], m),
    "get far bounds": (lambda a: a[:, -10:10], m),
    "get far, dropped by default": (lambda a, p: a[p], m, far),
    "get far, filled": (lambda a, p: a.at[p].get(mode="fill"), m, far),
    "get far, filled with 3": (lambda a, p: a.at[p].get(mode="fill", fill_value=3), m, far),
    "get far, filled with half": (lambda a, p: a.at[p].get(mode="fill", fill_value=0.5), m, far),
    "get far, clipped": (lambda a, p: a.at[p].get(mode="clip"), m, far),
    "get far integers, filled": (lambda a, p: a.at[p].get(mode="fill"), n, far),
    "get far unsigned, filled": (lambda a, p: a.at[p].get(mode="fill"), u8, far),
    "get far bools, filled": (lambda a, p: a.at[p].get(mode="fill"), b, far),
    "get known, filled": (lambda a: a.at[1].get(mode="fill"), m),
    "get known far, filled": (lambda a: a.at[5].get(mode="fill"), m),
    "get known far, clipped": (lambda a: a.at[5, -9].get(mode="clip"), m),
    "get promises": (lambda a, p: a.at[p].get(unique_indices=True, indices_are_sorted=True), m, i),
    # Updates
    "set rows": (lambda a, p: a.at[p].set(5.0), m, i),
    "set rows to rows": (lambda a, p, r: a.at[p].set(r), m, i, rows),
    "set twice": (lambda a, p, r: a.at[p].set(r), m, ints(1, 1), rows),
    "set far": (lambda a, p: a.at[p].set(9.0), m, far),
    "set far, clipped": (lambda a, p: a.at[p].set(9.0, mode="clip"), m, far),
    "set known": (lambda a: a.at[0].set(5.0), m),
    "set known element": (lambda a: a.at[1, -1].set(5.0), m),
    "set slice": (lambda a: a.at[:, 1:].set(5.0), m),
    "set strided": (lambda a, r: a.at[:, ::2].set(r[:, :2]), m, rows),
    "set reversed": (lambda a, r: a.at[::-1].set(r), m, rows),
    "set new axis": (lambda a, r: a.at[None, 0].set(r[:1]), m, rows),
    "set traced": (lambda a, p: a.at[p].set(1.0), m, k),
    "set traced column": (lambda a, p: a.at[:, p].add(1.0), m, k),
    "set traced element": (lambda a, p: a.at[p, p].add(1.0), m, k),
    "set integers": (lambda a: a.at[0].add(2), n),
    "set half": (lambda a, r: a.at[0].set(r[0].astype("float16")), m, rows),
    "add": (lambda a, p, r: a.at[p].add(r), m, ints(1, 1), rows),
    "subtract": (lambda a, p, r: a.at[p].subtract(r), m, ints(1, 1), rows),
    "multiply": (lambda a, p, r: a.at[p].multiply(r), m, ints(1, 1), rows),
    "divide": (lambda a, p: a.at[p].divide(5.0), m, i),
    "power": (lambda a, p: a.at[p].power(2.0), m, i),
    "min": (lambda a, p, r: a.at[p].min(r), m, ints(1, 1), rows),
    "max": (lambda a, p, r: a.at[p].max(r), m, ints(1, 1), rows),
    "max of integers": (lambda a, p: a.at[p].max(0), n, i),
    "max of bools": (lambda a, p: a.at[p].max(True), b, i),
    "apply": (lambda a, p: a.at[p].apply(lambda x: x * x + 1), m, ints(1, 1)),
    "set points": (lambda a, p, q: a.at[p, q].set(7.0), m, i, j),
    "set apart": (lambda a, p, q: a.at[p, :, q].add(1.0), t, i, j),
    "set unique": (lambda a, p, r: a.at[p].set(r, unique_indices=True), m, i, rows),
    # Functions of np
    "take": (lambda a, p: jnp.take(a, p, axis=1), m, j),
    "take raveled": (lambda a, p: jnp.take(a, p), m, far),
    "take clipped": (lambda a, p: jnp.take(a, p, axis=0, mode="clip"), m, far),
    "take one": (lambda a: jnp.take(a, 1, axis=0), m),
    "take along axis": (lambda a, p: jnp.take_along_axis(a, p, axis=1), m, ints([0, 2], [-1, 1])),
    "take along axis, broadcast": (lambda a, p: jnp.take_along_axis(a, p, axis=0), m, ints([[1]])[0]),
    "take along raveled": (lambda a, p: jnp.take_along_axis(a, p, axis=None), m, j),
    "take along unsigned": (lambda a, p: jnp.take_along_axis(a, p, axis=0), m, ints([0, 1, 1], dtype="uint8")),
    "take along one column": (lambda a, p: jnp.take_along_axis(a[:, :1], p, axis=0), m, ints([0, 1, 1])),
    "take along, promised": (lambda a, p: jnp.take_along_axis(a, p, axis=0, mode="promise_in_bounds"), m, ints([0, 1, 1])),
    "roll": (lambda a: jnp.roll(a, 1, axis=1), m),
    "roll both": (lambda a: jnp.roll(a, (1, -2), axis=(0, 1)), m),
    "roll raveled": (lambda a: jnp.roll(a, -1), m),
    "roll by nothing": (lambda a: jnp.roll(a, 0, axis=1), m),
    "flip": (jnp.flip, m),
    "flip axis": (lambda a: jnp.flip(a, -1), m),
    "flip rows": (jnp.flipud, m),
    "flip columns": (jnp.fliplr, m),
    "split": (lambda a: jnp.split(a, 3, axis=1), m),
    "split at": (lambda a: jnp.split(a, [1], axis=1), m),
    "array_split": (lambda a: jnp.array_split(a, 2, axis=1), m),
    "stack": (lambda a, c: jnp.stack([a, c], axis=1), m, rows),
    "stack one": (lambda a: jnp.stack([a]), m),
    "stack dtypes": (lambda a, c: jnp.stack([a, c], axis=-1), m, n),
    "unstack": (lambda a: jnp.unstack(a, axis=1), m),
    "repeat": (lambda a: jnp.repeat(a, 2, axis=1), m),
    "repeat raveled": (lambda a: jnp.repeat(a, 3), m),
    # Functions of lax
    "dynamic slice": (lambda a, p: lax.dynamic_slice(a, (p, 0), (1, 2)), m, k),
    "dynamic slice moved": (lambda a, p: lax.dynamic_slice(a, (p, -1), (1, 2)), m, jnp.int32(7)),
    "dynamic slice in dim": (lambda a, p: lax.dynamic_slice_in_dim(a, p, 2, 1), m, k),
    "dynamic index in dim": (lambda a, p: lax.dynamic_index_in_dim(a, p, 1, keepdims=False), m, k),
    "dynamic index in dim, kept": (lambda a, p: lax.dynamic_index_in_dim(a, p), m, k),
    "dynamic update slice": (lambda a, r, p: lax.dynamic_update_slice(a, r, (p, 0)), m, rows[:1, :2], k),
    "dynamic update slice in dim": (lambda a, r, p: lax.dynamic_update_slice_in_dim(a, r, p, 1), m, rows[:, :1], k),
    "dynamic update index in dim": (lambda a, r, p: lax.dynamic_update_index_in_dim(a, r, p, 0), m, rows[0], k),
    "slice in dim": (lambda a: lax.slice_in_dim(a, -2, None, 1, 1), m),
    "index in dim": (lambda a: lax.index_in_dim(a, -1, 1, keepdims=False), m),
    "rev": (lambda a: lax.rev(a, (0, 1)), m),
    "lax split": (lambda a: lax.split(a, (1, 2), 1), m),
    "stop gradient": (lambda a: lax.stop_gradient(a), m),
    "gather": (lambda a, p: lax.gather(a, p[:, None], row_gather, (1, 3), mode="fill"), m, far),
    "gather batched": (
        lambda a, p: lax.gather(a, p, G((), (1,), (1,), (0,), (0,)), (1, 1)), m, ints([0, 2], [2, 1])[..., None]),
    "scatter_add": (lambda a, p, r: lax.scatter_add(a, p[:, None], r, row_scatter), m, ints(1, 1), rows),
    "scatter_mul clipped": (lambda a, p, r: lax.scatter_mul(a, p[:, None], r, row_scatter, mode="clip"), m, ints(5, 1), rows),
    # Derivatives
    "jvp get": (push(lambda a: a[i]), m),
    "jvp get filled": (push(lambda a: a.at[far].get(mode="fill", fill_value=3)), m),
    "jvp set": (push(lambda a, r: a.at[i].set(r)), m, rows),
    "jvp set unique": (push(lambda r: m.at[i].set(r, unique_indices=True)), rows),
    "jvp add": (push(lambda r: m.at[i].add(r)), rows),
    "jvp multiply": (push(lambda a, r: a.at[i].multiply(r, unique_indices=True)), m, rows),
    "jvp max": (push(lambda a, r: a.at[i].max(r)), m, rows),
    "jvp dynamic update slice": (push(lambda a, r: lax.dynamic_update_slice(a, r, (0, 1))), m, rows[:1, :2]),
    "vjp get": (lambda a, p: pull(lambda x: x[p])(a), m, ints(1, 1)),
    "vjp take": (lambda a, p: pull(lambda x: jnp.take(x, p, axis=1))(a), m, ints(1, 0)),
    "vjp set": (lambda a, p, r: pull(lambda x, y: x.at[p].set(y))(a, r), m, ints(1, 1), rows),
    "vjp set unique": (lambda a, p, r: pull(lambda x, y: x.at[p].set(y, unique_indices=True))(a, r), m, i, rows),
    "vjp add": (lambda a, p, r: pull(lambda x, y: x.at[p].add(y))(a, r), m, far, make((3, 3), seed=4)),
    "vjp multiply": (lambda a, p, r: pull(lambda x, y: x.at[p].multiply(y, unique_indices=True))(a, r), m, i, rows),
    "vjp min": (lambda a, p, r: pull(lambda x, y: x.at[p].min(y))(a, r), m, ints(1, 1), rows),
    "vjp max": (lambda a, p, r: pull(lambda x, y: x.at[p].max(y))(a, r), m, far, make((3, 3), seed=4)),
    "vjp max tied": (lambda a, p: pull(lambda x, y: x.at[p].max(y))(a, a), m, i),
    "vjp dynamic slice": (lambda a, p: pull(lambda x: lax.dynamic_slice(x, (p, 0), (1, 2)))(a), m, k),
    "vjp dynamic update slice": (lambda a, r, p: pull(lambda x, y: lax.dynamic_update_slice(x, y, (p, 0)))(a, r), m, rows[:1, :2], k),
    "vjp stack": (pull(lambda a, c: jnp.stack([a, c], 1)), m, rows),
    "vjp concatenate": (pull(lambda a, c: jnp.concatenate([a, c])), m, rows),
    "vjp split": (pull(lambda a: jnp.split(a, 3, axis=1)[1]), m),
    "vjp unstack": (pull(lambda a: jnp.unstack(a, axis=1)[1]), m),
    "vjp rev": (pull(lambda a: lax.rev(a, (1,))), m),
    "vjp stop gradient": (pull(lambda a: lax.stop_gradient(a) * a), m),
    "grad of grad": (jax.grad(lambda a: jnp.sum(jax.grad(lambda x: jnp.sum(x[jnp.array([0, 0, 1])] ** 3))(a))), m),
    # Batches
    "vmap get": (jax.vmap(lambda a: a[i]), batch),
    "vmap get of places": (lambda a, p: jax.vmap(lambda q: a[q])(p), m, ints([0, 1], [1, 1])),
    "vmap get of both": (jax.vmap(lambda a, p: a[p], (1, 0)), t, ints([0, 1], [1, 1], [0, 0])),
    "vmap vmap get": (jax.vmap(jax.vmap(lambda a, p: a[p])), make((2, 2, 3, 2), seed=1), ints([[0, 2], [1, 1]], [[0, 0], [2, 1]])),
    "vmap get traced": (lambda a, p: jax.vmap(lambda q: a[q])(p), m, ints(1, 0, 1)),
    "vmap set": (jax.vmap(lambda a: a.at[i].set(rows)), batch),
    "vmap add of values": (jax.vmap(lambda r: m.at[i].add(r)), batch),
    "vmap add of places": (jax.vmap(lambda a, p, r: a.at[p].add(r), (None, 0, None)), m, ints([0, 1], [1, 1]), rows),
    "vmap dynamic slice": (jax.vmap(lambda a, p: lax.dynamic_slice(a, (p, 0), (1, 2)), (0, None)), batch, k),
    "vmap dynamic slice of places": (lambda a, p: jax.vmap(lambda q: lax.dynamic_slice(a, (q, 0), (1, 2)))(p), m, ints(0, 1, 7)),
    "vmap dynamic slice of both": (jax.vmap(lambda a, p: lax.dynamic_slice(a, (p, 0), (1, 2))), batch, ints(0, 1, 7, 0)),
    "vmap dynamic update slice": (jax.vmap(lambda a, p: lax.dynamic_update_slice(a, part, (p, 0)), (0, None)), batch, k),
    "vmap dynamic update slice of places": (lambda p: jax.vmap(lambda q: lax.dynamic_update_slice(m, part, (q, 0)))(p), ints(0, 1, 7)),
    "vmap stack": (jax.vmap(lambda a, c: jnp.stack([a, c]), (0, None)), m, v[:3]),
    "vmap stack together": (jax.vmap(lambda a, c: jnp.stack([a, c], 1), (1, 1)), batch, batch),
    "vmap split": (jax.vmap(lambda a: jnp.split(a, 3), 0), m),
    "vmap unstack": (jax.vmap(lambda a: jnp.unstack(a), 1), m),
    "vmap rev": (jax.vmap(lambda a: lax.rev(a, (0,)), 1), m),
    "vmap grad get": (jax.vmap(jax.grad(lambda a, p: jnp.sum(a[p] ** 2)), (None, 0)), m, ints(1, 0)),
}

write(__file__, {name: record(*run) for name, run in programs.items()})
