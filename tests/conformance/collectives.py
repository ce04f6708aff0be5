"""Writes collectives.json: what JAX's collectives give under vmap. The twins are in collectives.test.ts.

    python tests/conformance/collectives.py
"""

import json
import pathlib

import jax
import jax.numpy as jnp
from jax import lax

x = jnp.arange(6.0).reshape(3, 2)
y = jnp.arange(27.0).reshape(3, 3, 3)
z = jnp.arange(4.0)
ring = [(0, 1), (1, 2), (2, 3), (3, 0)]


def flat(values):
    return [float(value) for value in jnp.ravel(values)]


def mapped(f, *args):
    return flat(jax.vmap(f, axis_name="i")(*args))


def two_levels(v):
    return lax.psum(v, "i") - lax.psum(v, ("i", "j"))


RESULTS = {
    "psum": mapped(lambda v: v - lax.psum(v, "i"), x),
    "pmean": mapped(lambda v: v - lax.pmean(v, "i"), x),
    "pmax": mapped(lambda v: v - lax.pmax(v, "i"), x),
    "pmin": mapped(lambda v: v - lax.pmin(v, "i"), x),
    "ppermute": mapped(lambda v: lax.ppermute(v, "i", [(0, 2), (1, 0), (2, 1)]), x),
    "allGather": mapped(lambda v: lax.all_gather(v, "i") * v, x),
    "allGather tiled": mapped(lambda v: lax.all_gather(v, "i", axis=0, tiled=True), x),
    "allToAll": mapped(lambda v: lax.all_to_all(v, "i", 0, 1), y),
    "allToAll other axes": mapped(lambda v: lax.all_to_all(v, "i", 1, 0), y),
    "allToAll tiled": mapped(lambda v: lax.all_to_all(v, "i", 0, 1, tiled=True), y),
    "psumScatter": mapped(lambda v: lax.psum_scatter(v, "i"), y),
    "psumScatter tiled": mapped(lambda v: lax.psum_scatter(v, "i", scatter_dimension=1, tiled=True), y),
    "axisIndex": mapped(lambda v: v * lax.axis_index("i"), x),
    "psum of a number": mapped(lambda v: v * 0 + lax.psum(2.0, "i"), z),
    "gradient outside": flat(jax.grad(lambda z: jnp.sum(jax.vmap(lambda v: lax.psum(v * v, "i") * v, axis_name="i")(z)))(z)),
    "gradient inside": mapped(jax.grad(lambda v: lax.psum(v * v, "i")), z),
    "gradient of ppermute": flat(
        jax.grad(lambda z: jnp.sum(jax.vmap(lambda v: lax.ppermute(v * v, "i", ring) * v, axis_name="i")(z)))(z)
    ),
    "gradient of allGather": flat(
        jax.grad(lambda z: jnp.sum(jax.vmap(lambda v: jnp.sum(lax.all_gather(v * v, "i")) * v, axis_name="i")(z)))(z)
    ),
    "two levels": flat(jax.vmap(jax.vmap(two_levels, axis_name="i"), axis_name="j")(x)),
}

if __name__ == "__main__":
    target = pathlib.Path(__file__).with_name("collectives.json")
    target.write_text(json.dumps({"jax": jax.__version__, "results": RESULTS}, indent=1) + "\n")
    print(f"{len(RESULTS)} results written to {target.name}")
