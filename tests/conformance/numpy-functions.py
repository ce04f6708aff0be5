"""Writes numpy-functions.json: results of functions of jax.numpy.

Run by hand with JAX 0.10.2: python tests/conformance/numpy-functions.py. Each name has its twin in numpy-functions.ts.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as onp


def make(shape, dtype="float32", seed=0):
    """The same numbers as `make` in tests/support/numpy-programs.ts."""
    counts = (onp.arange(onp.prod(shape, dtype=int)) * 7 + seed * 3) % 11
    values = (counts - 5) / 4 if dtype.startswith("float") else counts - 5
    return jnp.asarray(values.reshape(shape).astype(dtype))


m = make((2, 3))
v = make((3,), seed=2)
s = jnp.float32(2)
t = make((4, 2, 3), seed=3)
q = make((3, 3), seed=1)
i = make((2, 3), "int32")
i1 = make((3,), "int32", 2)
up = jnp.asarray([-1.5, -0.5, -0.25, 0.25, 0.25, 1.0])
ups = jnp.asarray([-4, -1, 0, 0, 3, 5])

programs = {
    "einsum matmul": (lambda a, b: jnp.einsum("ij,jk->ik", a, b), m, make((3, 4))),
    "einsum implicit": (lambda a, b: jnp.einsum("ij,jk", a, b), m, make((3, 4))),
    "einsum order": (lambda a: jnp.einsum("ba", a), m),
    "einsum trace": (lambda a: jnp.einsum("ii", a), q),
    "einsum diagonal": (lambda a: jnp.einsum("ii->i", a), q),
    "einsum sum": (lambda a: jnp.einsum("ij->", a), m),
    "einsum sum int": (lambda a: jnp.einsum("ij->i", a), i),
    "einsum batch": (lambda a, b: jnp.einsum("bij,bjk->bik", a, b), t, make((4, 3, 2))),
    "einsum ellipsis": (lambda a, b: jnp.einsum("...ij,...jk->...ik", a, b), t, make((3, 5))),
    "einsum ellipsis implicit": (lambda a, b: jnp.einsum("...i,i", a, b), t, v),
    "einsum ellipsis broadcasts": (lambda a, b: jnp.einsum("...i,...i->...", a, b), t, make((1, 3))),
    "einsum outer": (lambda a, b: jnp.einsum("i,j->ij", a, b), v, make((2,))),
    "einsum elementwise": (lambda a, b: jnp.einsum("ij,ij->ij", a, b), m, make((2, 3), "float32", 6)),
    "einsum three": (lambda a, b, c: jnp.einsum("ij,jk,kl->il", a, b, c), m, make((3, 4)), make((4, 2))),
    "einsum three, one axis alone": (lambda a, b, c: jnp.einsum("ij,jk,kl->jl", a, b, c), m, make((3, 4)), make((4, 2))),
    "einsum in order": (lambda a, b, c: jnp.einsum("ij,jk,kl", a, b, c, optimize=False), m, make((3, 4)), make((4, 2))),
    "einsum repeated thrice": (lambda a: jnp.einsum("iii->i", a), make((3, 3, 3))),
    "einsum spaces": (lambda a, b: jnp.einsum(" i j , j -> i ", a, b), m, v),
    "einsum stretched": (lambda a, b: jnp.einsum("ij,ij->i", a, b), m, make((2, 1))),
    "einsum preferred": (lambda a, b: jnp.einsum("ij,j->i", a, b, preferred_element_type=jnp.float32), make((2, 3), "float16"), make((3,), "float16")),
    "einsum mixed": (lambda a, b: jnp.einsum("ij,j->i", a, b), i, v),
    "einsum scalar": (lambda a, b: jnp.einsum(",ij->ij", a, b), s, m),
    "kron": (lambda a, b: jnp.kron(a, b), m, v),
    "kron matrices": (lambda a, b: jnp.kron(a, b), m, q),
    "cross": (lambda a, b: jnp.cross(a, b), v, m),
    "cross of two": (lambda a, b: jnp.cross(a, b), make((4, 2)), make((2,), "float32", 6)),
    "cross two and three": (lambda a, b: jnp.cross(a, b), make((4, 2)), v),
    "cross axis": (lambda a, b: jnp.cross(a, b, axis=0), make((3, 4)), make((3, 4), "float32", 6)),
    "tile": (lambda a: jnp.tile(a, 2), m),
    "tile more axes": (lambda a: jnp.tile(a, (2, 1, 2)), m),
    "tile fewer": (lambda a: jnp.tile(a, (3,)), t),
    "tile none": (lambda a: jnp.tile(a, (0, 1)), m),
    "tile scalar": (lambda a: jnp.tile(a, 3), s),
    "hstack": (lambda a: jnp.hstack([a, a]), m),
    "hstack vectors": (lambda a, b: jnp.hstack([a, b]), v, s),
    "vstack": (lambda a, b: jnp.vstack([a, b]), m, v),
    "dstack": (lambda a: jnp.dstack([a, a]), m),
    "dstack vectors": (lambda a: jnp.dstack([a, a]), v),
    "columnStack": (lambda a, b: jnp.column_stack([a, b]), q, v),
    "append": (lambda a, b: jnp.append(a, b), m, v),
    "append axis": (lambda a: jnp.append(a, a, 1), m),
    "atleast": (lambda a, b: jnp.atleast_1d(a, b), s, m),
    "atleast 2": (lambda a: jnp.atleast_2d(a), v),
    "atleast 3": (lambda a, b, c: jnp.atleast_3d(a, b, c), s, v, m),
    "tri": (lambda: jnp.tri(3),),
    "tri wide": (lambda: jnp.tri(3, 4, 1, "int32"),),
    "tril": (lambda a: jnp.tril(a), q),
    "tril below": (lambda a: jnp.tril(a, -1), t),
    "triu": (lambda a: jnp.triu(a, 1), i),
    "diag": (lambda a: jnp.diag(a), v),
    "diag above": (lambda a: jnp.diag(a, 1), v),
    "diag below": (lambda a: jnp.diag(a, k=-2), i1),
    "diag of": (lambda a: jnp.diag(a, 1), m),
    "diag of below": (lambda a: jnp.diag(a, -1), m),
    "diag outside": (lambda a: jnp.diag(a, 5), m),
    "diagflat": (lambda a: jnp.diagflat(a), m),
    "diagonal": (lambda a: jnp.diagonal(a), t),
    "diagonal axes": (lambda a: jnp.diagonal(a, 1, 2, 0), t),
    "trace": (lambda a: jnp.trace(a), q),
    "trace axes": (lambda a: jnp.trace(a, offset=-1, axis1=1, axis2=2), t),
    "trace int8": (lambda a: jnp.trace(a), make((2, 2), "int8")),
    "vander": (lambda a: jnp.vander(a), v),
    "vander increasing": (lambda a: jnp.vander(a, 2, True), i1),
    "meshgrid": (lambda a, b: jnp.meshgrid(a, b), v, make((2,))),
    "meshgrid ij": (lambda a, b: jnp.meshgrid(a, b, indexing="ij"), v, make((2,))),
    "meshgrid sparse": (lambda a, b, c: jnp.meshgrid(a, b, c, sparse=True), v, make((2,)), i1),
    "indices": (lambda: jnp.indices((2, 3)),),
    "indices sparse": (lambda: jnp.indices((2, 3), sparse=True),),
    "broadcastArrays": (lambda a, b: jnp.broadcast_arrays(a, b), m, make((2, 1))),
    "rot90": (lambda a: jnp.rot90(a), m),
    "rot90 back": (lambda a: jnp.rot90(a, -1, (1, 2)), t),
    "rot90 twice": (lambda a: jnp.rot90(a, 2), m),
    "searchsorted": (lambda a, b: jnp.searchsorted(a, b), up, m),
    "searchsorted right": (lambda a, b: jnp.searchsorted(a, b, "right"), up, m),
    "searchsorted int": (lambda a, b: jnp.searchsorted(a, b, side="right"), ups, i),
    "searchsorted number": (lambda a, b: jnp.searchsorted(a, b), up, s),
    "searchsorted sorter": (lambda a, b: jnp.searchsorted(a, b, sorter=jnp.argsort(a)), v, m),
    "digitize": (lambda a, b: jnp.digitize(a, b), m, up),
    "digitize right": (lambda a, b: jnp.digitize(a, b, True), m, up),
    "digitize falling": (lambda a, b: jnp.digitize(a, jnp.flip(b)), m, up),
    "interp": (lambda a, b, c: jnp.interp(a, b, c), m, up, make((6,), "float32", 6)),
    "interp ends": (lambda a, b, c: jnp.interp(a, b, c, -9.0, 9.0), m, up, make((6,), "float32", 6)),
    "isin": (lambda a, b: jnp.isin(a, b), i, i1),
    "isin inverted": (lambda a, b: jnp.isin(a, b, invert=True), i, i1),
    "select": (lambda a, b: jnp.select([a > 0, a < -0.5], [a, jnp.full_like(a, 2)], b), m, v),
    "bincount": (lambda a: jnp.bincount(a, length=6), i1),
    "bincount weights": (lambda a, b: jnp.bincount(a, b, length=4), i1, v),
    "histogram": (lambda a: jnp.histogram(a, 4), t),
    "histogram range": (lambda a: jnp.histogram(a, bins=3, range=(-1.0, 1.0)), t),
    "histogram edges": (lambda a, b: jnp.histogram(a, b), t, up),
    "histogram weights": (lambda a, b: jnp.histogram(a, bins=3, weights=b, density=True), m, make((2, 3), "float32", 6)),
    "histogramBinEdges": (lambda a: jnp.histogram_bin_edges(a, 5), m),
    "convolve": (lambda a, b: jnp.convolve(a, b), up, v),
    "convolve swapped": (lambda a, b: jnp.convolve(a, b, "same"), v, up),
    "convolve valid": (lambda a, b: jnp.convolve(a, b, "valid"), up, v),
    "correlate": (lambda a, b: jnp.correlate(a, b), up, v),
    "correlate full": (lambda a, b: jnp.correlate(a, b, "full"), v, up),
    "correlate same": (lambda a, b: jnp.correlate(a, b, mode="same"), v, up),
    "polyval": (lambda a, b: jnp.polyval(a, b), v, m),
    "polyval int": (lambda a, b: jnp.polyval(a, b), i1, i),
    "trapezoid": (lambda a: jnp.trapezoid(a), m),
    "trapezoid x": (lambda a, b: jnp.trapezoid(a, b), make((2, 6)), up),
    "trapezoid axis": (lambda a: jnp.trapezoid(a, dx=0.5, axis=0), m),
    "logspace": (lambda a, b: jnp.logspace(a, b, 5), s, make((2,))),
    "logspace base": (lambda: jnp.logspace(0.0, 3.0, num=4, base=2.0),),
    "geomspace": (lambda: jnp.geomspace(1.0, 16.0, 5),),
    "geomspace negative": (lambda: jnp.geomspace(-1.0, -8.0, num=4, endpoint=False),),
    "nanargmax": (lambda a: jnp.nanargmax(jnp.sqrt(a), 1), make((4, 3))),
    "nanargmin": (lambda a: jnp.nanargmin(jnp.sqrt(a)), m),
    "nancumsum": (lambda a: jnp.nancumsum(jnp.sqrt(a), 1), m),
    "nancumprod": (lambda a: jnp.nancumprod(jnp.sqrt(a)), m),
    "pad edge": (lambda a: jnp.pad(a, 2, "edge"), m),
    "pad edge of one side": (lambda a: jnp.pad(a, ((0, 1), (2, 0)), "edge"), i),
    "pad wrap": (lambda a: jnp.pad(a, ((1, 0), (7, 5)), "wrap"), m),
    "pad reflect": (lambda a: jnp.pad(a, (1, 2), "reflect"), q),
    "pad reflect far": (lambda a: jnp.pad(a, 7, "reflect"), v),
    "pad reflect odd": (lambda a: jnp.pad(a, 5, mode="reflect", reflect_type="odd"), v),
    "pad reflect one": (lambda a: jnp.pad(a, 2, "reflect"), make((1,))),
    "pad symmetric": (lambda a: jnp.pad(a, ((2, 1), (4, 0)), "symmetric"), m),
    "pad symmetric odd": (lambda a: jnp.pad(a, 4, mode="symmetric", reflect_type="odd"), v),
    "pad ramp": (lambda a: jnp.pad(a, (2, 3), mode="linear_ramp", end_values=(-3, 7)), m),
    "pad ramp of integers": (lambda a: jnp.pad(a, 3, "linear_ramp"), i),
    "pad maximum": (lambda a: jnp.pad(a, 1, "maximum"), m),
    "pad minimum": (lambda a: jnp.pad(a, 1, mode="minimum", stat_length=2), m),
    "pad mean": (lambda a: jnp.pad(a, ((1, 0), (0, 2)), mode="mean", stat_length=((1, 1), (2, 3))), m),
    "pad mean of integers": (lambda a: jnp.pad(a, 1, "mean"), i),
    "pad median": (lambda a: jnp.pad(a, 2, "median"), m),
    "pad empty": (lambda a: jnp.pad(a, 1, "empty"), m),
    "pad constants": (lambda a: jnp.pad(a, 1, constant_values=((1, 2), (3, 4))), m),
    "pad constants of two sides": (lambda a: jnp.pad(a, (2, 1), constant_values=(5, 6)), i),
    "reshape columns": (lambda a: jnp.reshape(a, (3, 2), order="F"), m),
    "reshape columns open": (lambda a: jnp.reshape(a, (-1, 4), order="F"), t),
    "ravel columns": (lambda a: jnp.ravel(a, order="F"), t),
    "linspace of integers": (lambda: jnp.linspace(0, 10, num=7, dtype="int32"),),
    "linspace of integers, negative": (lambda: jnp.linspace(-5, 5, 4, dtype="int32", endpoint=False),),
    "nonzero": (lambda a: jnp.nonzero(a, size=4), m),
    "nonzero filled": (lambda a: jnp.nonzero(a, size=8, fill_value=(-1, 9)), m),
    "nonzero of bools": (lambda a: jnp.nonzero(a > 0, size=5, fill_value=7), t),
    "flatnonzero": (lambda a: jnp.flatnonzero(a < 0, size=3), t),
    "argwhere": (lambda a: jnp.argwhere(a > 0.5, size=4, fill_value=-1), t),
    "where alone": (lambda a: jnp.where(a > 0, size=3), m),
    "compress": (lambda a, b: jnp.compress(a > 0, b, axis=1, size=2), v, m),
    "compress filled": (lambda a, b: jnp.compress(a > 0, b, size=3, fill_value=-7), v, m),
    "extract": (lambda a: jnp.extract(a > 0, a, size=5), m),
}


def results(function, *args):
    outputs = map(jnp.asarray, jax.tree.leaves(jax.jit(function)(*args)))
    return [{"dtype": str(x.dtype), "shape": list(x.shape), "elements": [float(e).hex() for e in onp.ravel(x)]} for x in outputs]


path = pathlib.Path(__file__).with_suffix(".json")
lines = [f"{json.dumps(name)}: {json.dumps(results(*run))}" for name, run in programs.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
print(f"{len(lines)} functions, JAX {jax.__version__}")
