"""Binds the equations of programs again with real JAX: the other half of `npm run conformance:jax`.

Reads one program as JSON from each line of the standard input and writes one line with what JAX computes. The first line
that it writes says which JAX this is and which primitives it has.
"""

import json
import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax._src.random import prng

from samples import CRASHES, CRASHING_GRADIENTS, NAMESPACE, PRIMITIVES, cotangent_like, encoded, params_of

for value in list(vars(prng).values()):
    if type(value).__name__ == "Primitive":
        PRIMITIVES.setdefault(value.name, value)
NAMESPACE["fry"] = prng.prngs["threefry2x32"]
# What lanewise has under a name of its own, or JAX as a function alone.
FUNCTIONS = {
    "stop_gradient": lambda x: [lax.stop_gradient(x)],
    "add_any": lambda x, y: [x + y],
    # JAX's primitive leaves the other triangle as it comes.
    "cholesky": lambda x: [jnp.tril(PRIMITIVES["cholesky"].bind(x))],
}


SCATTERS = {
    "scatter": lax.scatter, "scatter-add": lax.scatter_add, "scatter-sub": lax.scatter_sub, "scatter-mul": lax.scatter_mul,
    "scatter-min": lax.scatter_min, "scatter-max": lax.scatter_max,
}
# Params that JAX makes itself of the function that combines an element with its update.
COMBINING = ("update_jaxpr", "update_consts")


def array_of(entry):
    numbers = np.array([float(text) for text in entry["data"]])
    return jnp.asarray(numbers.astype(entry["dtype"]).reshape(entry["shape"]))


def bind(equation, operands):
    name = equation["primitive"]
    if name in FUNCTIONS:
        return FUNCTIONS[name](*operands)
    if name in SCATTERS:
        params = params_of({**equation, "params": {key: text for key, text in equation["params"].items() if key not in COMBINING}})
        return [SCATTERS[name](*operands, **params)]
    result = PRIMITIVES[name].bind(*operands, **params_of(equation))
    return list(result) if PRIMITIVES[name].multiple_results else [result]


def function_of(program):
    def run(*args):
        known = dict(zip(program["parameters"], args))
        read = lambda atom: known[atom] if isinstance(atom, int) else array_of(atom)
        for equation in program["equations"]:
            known.update(zip(equation["outs"], bind(equation, [read(atom) for atom in equation["inputs"]])))
        return [read(atom) for atom in program["results"]]

    return run


def is_float(value):
    return jnp.issubdtype(value.dtype, jnp.floating)


def gradient(run, inputs):
    """Cotangents of the float inputs, for cotangents cos(0 + k), cos(1 + k), ... of float result k."""
    places = [place for place, value in enumerate(inputs) if is_float(value)]

    def of_floats(*floats):
        merged = list(inputs)
        for place, value in zip(places, floats):
            merged[place] = value
        return [out for out in run(*merged) if is_float(out)]

    outs, pull = jax.vjp(of_floats, *[inputs[place] for place in places])
    return pull([cotangent_like(out, index) for index, out in enumerate(outs)])


def written(array):
    if jnp.issubdtype(array.dtype, jax.dtypes.prng_key):
        return {"dtype": str(array.dtype), "shape": list(array.shape), "data": np.asarray(jax.random.key_data(array)).ravel().tolist()}
    return encoded(array)


def answer(program):
    run = function_of(program)
    inputs = [array_of(entry) for entry in program["inputs"]]
    batches = lambda: jax.vmap(run)(*[jnp.stack([value, value * 0.5 if is_float(value) else value]) for value in inputs])
    transforms = {"vmap": ("batches", batches), "vjp": ("gradients", lambda: gradient(run, inputs))}
    results, refused = {"values": run(*inputs)}, {}
    for name, compute in [transforms[transform] for transform in program["transforms"]]:
        try:
            results[name] = compute()
        except Exception as error:  # JAX has no rule here, or one that fails.
            refused[name] = f"{type(error).__name__} {str(error)[:80]}"
    return {name: [written(array) for array in arrays] for name, arrays in results.items()}, refused


if __name__ == "__main__":
    print(json.dumps({"jax": jax.__version__, "primitives": sorted((set(PRIMITIVES) | set(FUNCTIONS)) - CRASHES), "crashingGradients": sorted(CRASHING_GRADIENTS)}), flush=True)
    for line in sys.stdin:
        program = json.loads(line)
        try:
            results, refused = answer(program)
            reply = {"seed": program["seed"], "results": results, "refused": refused}
        except Exception as error:
            reply = {"seed": program["seed"], "error": f"{type(error).__name__} {str(error)[:300]}"}
        print(json.dumps(reply), flush=True)
