"""Writes numpy-programs.json: jaxprs and results of functions of jax.numpy.

Run by hand with JAX 0.10.2: python tests/conformance/numpy-programs.py. Each name has its twin in tests/support/numpy-programs.ts.
"""

import json
import pathlib
import re

import jax
import jax.numpy as jnp
import numpy as onp


def make(shape, dtype="float32", seed=0):
    """The same numbers as `make` in numpy-programs.ts."""
    counts = (onp.arange(onp.prod(shape, dtype=int)) * 7 + seed * 3) % 11
    if dtype == "bool":
        values = counts % 3 == 0
    elif dtype.startswith("float"):
        values = (counts - 5) / 4
    else:
        values = counts if dtype.startswith("u") else counts - 5
    return jnp.asarray(values.reshape(shape).astype(dtype))


m = make((2, 3))
v = make((3,), seed=2)
s = jnp.float32(2)
t = make((4, 2, 3), seed=3)
i = make((2, 3), "int32")
u = make((3,), "uint32")
b = make((2, 3), "bool")
one = make((1, 2, 1))

programs = {
    "add ranks": (lambda a, c: a + c, m, v),
    "add ranks reversed": (lambda a, c: a + c, v, m),
    "add scalar array": (lambda a, c: a + c, m, s),
    "add size 1": (lambda a, c: a + c, m, make((1, 3), seed=4)),
    "add three ranks": (lambda a, c: jnp.maximum(a, c), make((1,), seed=4), t),
    "add number": (lambda a: a + 1, m),
    "add int float": (lambda a, c: a + c, i, m),
    "add int number": (lambda a: a + 1, i),
    "add int fraction": (lambda a: a + 1.5, i),
    "add weak strong": (lambda a, c: a + c, 3.0, m),
    "add weak int": (lambda a, c: a + c, 3.0, i),
    "mul weak": (lambda a: a * a + 1, 3.0),
    "mul uint int": (lambda a, c: a * c, u, make((3,), "int32", 5)),
    "sub number": (lambda a: 1 - a, m),
    "div int number": (lambda a: a / 2, i),
    "div int": (lambda a: a / a, i),
    "div bool": (lambda a: a / a, b),
    "exp int": (jnp.exp, i),
    "sqrt": (jnp.sqrt, m),
    "neg": (lambda a: -a, m),
    "pow 2": (lambda a: a**2, m),
    "pow 0": (lambda a: a**0, m),
    "pow 1": (lambda a: a**1, m),
    "pow -1": (lambda a: a**-1, m),
    "pow int": (lambda a: a**3, i),
    "pow bool": (lambda a: jnp.power(a, 2), b),
    "pow fraction": (lambda a: a**2.5, m),
    "pow int fraction": (lambda a: a**2.5, i),
    "pow array": (lambda a, c: a**c, m, v),
    "pow weak": (lambda a: a**2.5, 3.0),
    "maximum number": (lambda a: jnp.maximum(a, 0.0), m),
    "equal": (lambda a, c: a == c, m, v),
    "greater number": (lambda a: a > 0, m),
    "less bool": (lambda a: a < a, b),
    "where": (lambda c, a, d: jnp.where(c, a, d), b, m, v),
    "where number": (lambda c, a: jnp.where(c, a, 0.0), b, m),
    "where int": (lambda c, a: jnp.where(c, a, 0), b, i),
    "where fraction": (lambda c, a: jnp.where(c, a, 0.5), b, i),
    "where numbers": (lambda c: jnp.where(c, 1.0, 0.0), b),
    "where float condition": (lambda c, a: jnp.where(c, a, 1.0), m, m),
    "where scalar condition": (lambda c, a: jnp.where(c, a, 0.0), True, m),
    "where ranks": (lambda c, a, d: jnp.where(c, a, d), jnp.array([True, False, True]), make((2, 1), seed=6), m),
    "clip": (lambda a: jnp.clip(a, 0.5, 1.5), m),
    "clip int": (lambda a: jnp.clip(a, 0, 1), i),
    "clip int fraction": (lambda a: jnp.clip(a, 0.5, 1.5), i),
    "clip array": (lambda a, c: jnp.clip(a, c), m, v),
    "sum": (jnp.sum, m),
    "sum axis": (lambda a: jnp.sum(a, -1), m),
    "sum axes": (lambda a: jnp.sum(a, axis=(0, -1)), t),
    "sum axes reversed": (lambda a: jnp.sum(a, axis=(2, 0)), t),
    "sum keepdims": (lambda a: jnp.sum(a, axis=1, keepdims=True), m),
    "sum all keepdims": (lambda a: jnp.sum(a, keepdims=True), m),
    "sum no axes": (lambda a: jnp.sum(a, axis=()), m),
    "sum scalar": (jnp.sum, s),
    "sum bool": (jnp.sum, b),
    "sum dtype": (lambda a: jnp.sum(a, dtype="int32"), m),
    "sum half": (jnp.sum, make((2, 3), "float16")),
    "sum int8": (jnp.sum, make((2, 3), "int8")),
    "sum initial": (lambda a: jnp.sum(a, initial=2.0), m),
    "sum where": (lambda a, c: jnp.sum(a, where=c), m, b),
    "mean": (jnp.mean, m),
    "mean axis": (lambda a: jnp.mean(a, 0), m),
    "mean int keepdims": (lambda a: jnp.mean(a, axis=1, keepdims=True), i),
    "mean bool": (jnp.mean, b),
    "mean half": (jnp.mean, make((2, 3), "float16")),
    "mean weak": (jnp.mean, 3.0),
    "mean where": (lambda a, c: jnp.mean(a, where=c), m, b),
    "max": (lambda a: jnp.max(a, axis=0, keepdims=True), m),
    "max bool": (jnp.max, b),
    "max initial": (lambda a: jnp.max(a, initial=3.0), m),
    "max where": (lambda a, c: jnp.max(a, where=c, initial=0.0), m, b),
    "min": (jnp.min, m),
    "dot vectors": (jnp.dot, v, v),
    "dot matrix vector": (jnp.dot, m, v),
    "dot matrices": (lambda a: jnp.dot(a, a.T), m),
    "dot batch": (lambda a, c: jnp.dot(a, c), t, make((5, 3, 6), seed=6)),
    "dot scalar": (jnp.dot, s, m),
    "dot int": (lambda a: jnp.dot(a, a.T), i),
    "dot weak": (jnp.dot, 3.0, 2.0),
    "matmul": (lambda a: a @ a.T, m),
    "matmul vectors": (jnp.matmul, v, v),
    "matmul vector matrix": (lambda a, c: a @ c.T, v, m),
    "matmul batch": (jnp.matmul, t, make((4, 3, 5), seed=6)),
    "matmul batch matrix": (jnp.matmul, t, make((3, 5), seed=6)),
    "matmul broadcast": (jnp.matmul, t, make((7, 1, 3, 5), seed=6)),
    "matmul broadcast one": (jnp.matmul, make((1, 2, 3), seed=6), make((7, 3, 5), seed=6)),
    "matmul ones": (jnp.matmul, make((1, 2, 3), seed=6), make((1, 3, 5), seed=6)),
    "matmul vector batch": (jnp.matmul, make((2,), seed=6), t),
    "vdot": (jnp.vdot, m, m),
    "inner": (jnp.inner, t, m),
    "inner scalar": (jnp.inner, s, m),
    "outer": (jnp.outer, v, m),
    "tensordot": (lambda a, c: jnp.tensordot(a, c, 1), m, make((3, 4), seed=6)),
    "tensordot default": (jnp.tensordot, t, make((2, 3, 4), seed=6)),
    "tensordot axes": (lambda a, c: jnp.tensordot(a, c, [[1], [0]]), t, make((2, 3, 4), seed=6)),
    "reshape": (lambda a: jnp.reshape(a, (3, 2)), m),
    "reshape open": (lambda a: a.reshape(-1), m),
    "reshape same": (lambda a: a.reshape(2, 3), m),
    "ravel": (jnp.ravel, m),
    "transpose": (jnp.transpose, t),
    "transpose axes": (lambda a: jnp.transpose(a, (1, 0, 2)), t),
    "moveaxis": (lambda a: jnp.moveaxis(a, 0, -1), t),
    "moveaxis several": (lambda a: jnp.moveaxis(a, (0, 1), (1, 2)), t),
    "swapaxes": (lambda a: jnp.swapaxes(a, 0, -1), t),
    "squeeze": (jnp.squeeze, one),
    "squeeze axis": (lambda a: jnp.squeeze(a, -1), one),
    "expandDims": (lambda a: jnp.expand_dims(a, 1), m),
    "expandDims several": (lambda a: jnp.expand_dims(a, (0, -1)), m),
    "broadcastTo": (lambda a: jnp.broadcast_to(a, (2, 3)), v),
    "broadcastTo one": (lambda a: jnp.broadcast_to(a, (4, 2, 3)), make((2, 1), seed=6)),
    "broadcastTo same": (lambda a: jnp.broadcast_to(a, (3,)), v),
    "concatenate": (lambda a, c: jnp.concatenate([a, c], axis=-1), m, i),
    "concatenate one": (lambda a: jnp.concatenate([a]), m),
    "get": (lambda a: a[0], m),
    "get negative": (lambda a: a[-1], m),
    "get two": (lambda a: a[0, 1], m),
    "get column": (lambda a: a[:, 1], m),
    "get slice": (lambda a: a[1:], m),
    "get step": (lambda a: a[:, ::2], m),
    "get new axis": (lambda a: a[..., None], m),
    "get ellipsis": (lambda a: a[..., 0], t),
    "get mixed": (lambda a: a[1:2, 0, None], t),
    "get all": (lambda a: a[:], t),
    "iterate": (lambda a: [row for row in a], m),
    "astype": (lambda a: a.astype(jnp.int32), m),
    "astype same": (lambda a: a.astype(jnp.float32), m),
    "astype weak": (lambda a: a.astype(jnp.float32), 3.0),
    "zeros": (lambda: jnp.zeros((2, 3)),),
    "ones int": (lambda: jnp.ones(3, jnp.int32),),
    "zeros scalar": (lambda: jnp.zeros(()),),
    "full": (lambda a: jnp.full((2,), a), s),
    "zerosLike": (jnp.zeros_like, i),
    "fullLike": (lambda a: jnp.full_like(a, 2.5), m),
    "fullLike weak": (lambda a: jnp.full_like(m, a), 3.0),
    "arange": (lambda: jnp.arange(5),),
    "arange step": (lambda: jnp.arange(1, 5, 2),),
    "arange down": (lambda: jnp.arange(5, 0, -2),),
    "arange float": (lambda: jnp.arange(1, 2.5),),
    "eye": (lambda: jnp.eye(2, 3, k=1),),
    "array rows": (lambda a: jnp.asarray([a, a]), v),
    "array mixed": (lambda a: jnp.asarray([[a, 1.0], [2.0, a]]), s),
    "closed over": (lambda a: a + v, m),
    "scalar closed over": (lambda a: a + 3.0, m),
}


def printed(function, *args):
    return re.sub(r"\s+", " ", str(jax.make_jaxpr(function)(*args)))


def results(function, *args):
    outputs = map(jnp.asarray, jax.tree.leaves(jax.jit(function)(*args)))
    return [{"dtype": str(x.dtype), "shape": list(x.shape), "elements": [float(e).hex() for e in onp.ravel(x)]} for x in outputs]


path = pathlib.Path(__file__).with_suffix(".json")
lines = [f"{json.dumps(name)}: {json.dumps({'jaxpr': printed(*run), 'results': results(*run)})}" for name, run in programs.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(f"{len(lines)} programs, JAX {jax.__version__}")
