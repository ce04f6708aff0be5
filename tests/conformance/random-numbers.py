"""Writes random-numbers.json: random numbers of real JAX, for random-numbers.test.ts to compare with. (A file named random.py
beside it would hide the module random of Python.)

Each case is a function of jax.random, its arguments behind the key, and what it gives for key(seed) and for three keys
under vmap. Run with Python and JAX 0.10.2:

    python tests/conformance/random-numbers.py
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np

SEEDS = [0, 42, -1, 2**31, 2**32 + 5, 123456789]
SHAPES = [(), (1,), (5,), (0,), (3, 0, 2), (2, 3), (2, 1, 3)]
p3 = np.array([0.1, 0.5, 0.9], np.float32)
matrix = np.arange(12, dtype=np.float32).reshape(4, 3)
flags = np.array([True, False, True, True, False])
logits = np.array([[0.1, -1.0, 2.0], [0.0, 0.0, 0.5]], np.float32)

# (name in jax.random, name in lanewise, arguments behind the key)
CASES = []
for number in [1, 2, 3, (), (0,), (2, 3), (2, 1, 2)]:
    CASES.append(("split", "split", [number]))
for data in [0, 1, 7, 2**31, 2**32 - 1]:
    CASES.append(("fold_in", "foldIn", [data]))
for dtype in ["uint32", "uint16", "uint8"]:
    for shape in SHAPES:
        CASES.append(("bits", "bits", [shape, dtype]))
for shape in SHAPES:
    CASES.append(("uniform", "uniform", [shape]))
    CASES.append(("normal", "normal", [shape]))
    CASES.append(("bernoulli", "bernoulli", [0.3, shape]))
    CASES.append(("randint", "randint", [shape, 0, 10]))
for low, high in [(-1.0, 1.0), (-0.1, 0.3), (5.0, 5.0), (1e-30, 1e30), (3.0, 1.0)]:
    CASES.append(("uniform", "uniform", [(64,), "float32", low, high]))
CASES.append(("uniform", "uniform", [(2, 3), "float32", -p3, p3]))
CASES.append(("uniform", "uniform", [(9,), "float16"]))
CASES.append(("uniform", "uniform", [(9,), "bfloat16"]))
CASES.append(("normal", "normal", [(200,)]))
for low, high in [(0, 1), (5, 5), (7, 3), (-5, 5), (-(2**31), 2**31 - 1), (0, 2**31 - 1), (-7, 2**31 - 1)]:
    CASES.append(("randint", "randint", [(17,), low, high]))
CASES.append(("randint", "randint", [(2, 3), np.array([0, -5, 100], np.int32), np.array([[10], [200]], np.int32)]))
for dtype, low, high in [("uint32", 0, 100), ("uint32", 5, 2**31 - 1), ("uint8", 0, 256), ("uint8", 3, 300), ("int8", -128, 128), ("int16", -5, 5), ("uint16", 0, 65536)]:
    CASES.append(("randint", "randint", [(17,), low, high, dtype]))
CASES.append(("randint", "randint", [(9,), np.array(0, np.uint32), np.array(2**32 - 1, np.uint32), "uint32"]))
CASES.append(("bernoulli", "bernoulli", []))
CASES.append(("bernoulli", "bernoulli", [p3]))
CASES.append(("bernoulli", "bernoulli", [p3, (4, 3)]))
CASES.append(("rademacher", "rademacher", [(7,)]))
for x in [0, 1, 2, 5, 100, 3000, matrix, flags, np.arange(7, dtype=np.int32)]:
    CASES.append(("permutation", "permutation", [x]))
for axis, independent in [(1, False), (0, True), (1, True), (-1, False)]:
    CASES.append(("permutation", "permutation", [matrix, axis, independent]))
for shape in [(), (6,), (2, 3)]:
    CASES.append(("exponential", "exponential", [shape]))
    CASES.append(("gumbel", "gumbel", [shape]))
    CASES.append(("laplace", "laplace", [shape]))
    CASES.append(("logistic", "logistic", [shape]))
    CASES.append(("cauchy", "cauchy", [shape]))
CASES.append(("truncated_normal", "truncatedNormal", [-1.0, 2.0, (50,)]))
CASES.append(("truncated_normal", "truncatedNormal", [-p3, p3]))
CASES.append(("categorical", "categorical", [logits]))
CASES.append(("categorical", "categorical", [logits, 0]))
CASES.append(("categorical", "categorical", [logits, -1, (5, 2)]))
CASES.append(("choice", "choice", [5]))
CASES.append(("choice", "choice", [10, (3, 2)]))
CASES.append(("choice", "choice", [10, (4,), False]))
CASES.append(("choice", "choice", [matrix, (2,)]))
CASES.append(("choice", "choice", [matrix, (2,), False]))


def argument(value):
    """An argument as JSON: arrays with their dtype, tuples as lists."""
    if isinstance(value, np.ndarray):
        return {"dtype": str(value.dtype), "array": value.tolist()}
    return list(value) if isinstance(value, tuple) else value


def result(value):
    """Dtype, shape and elements; floats as their bits in hexadecimal, keys as their words."""
    if jnp.issubdtype(value.dtype, jax.dtypes.prng_key):
        value = jax.random.key_data(value)
    array = np.asarray(value)
    dtype = str(array.dtype)
    if jnp.issubdtype(array.dtype, jnp.floating):
        bits = array.view({2: np.uint16, 4: np.uint32}[array.dtype.itemsize]).ravel()
        return {"dtype": dtype, "shape": array.shape, "values": [format(int(word), "x") for word in bits]}
    return {"dtype": dtype, "shape": array.shape, "values": [int(word) for word in array.ravel()]}


def case(name, ours, arguments, seed):
    function = lambda key: getattr(jax.random, name)(key, *arguments)
    key = jax.random.key(seed)
    batched = jax.vmap(function)(jax.random.split(key, 3)) if name != "permutation" or not isinstance(arguments[0], int) else None
    return {
        "name": ours, "seed": seed, "arguments": [argument(value) for value in arguments], "result": result(function(key)),
        "batched": None if batched is None else result(batched),
    }


if __name__ == "__main__":
    assert jax.__version__ == "0.10.2", jax.__version__
    cases = [case(*entry, SEEDS[index % len(SEEDS)]) for index, entry in enumerate(CASES)]
    keys = [{"seed": seed, "words": [int(word) for word in jax.random.PRNGKey(seed)]} for seed in SEEDS]
    target = pathlib.Path(__file__).with_name("random-numbers.json")
    lines = ",\n".join("  " + json.dumps(entry) for entry in cases)
    target.write_text(f'{{\n "jax": "{jax.__version__}",\n "keys": {json.dumps(keys)},\n "cases": [\n{lines}\n ]\n}}\n')
    print(f"{len(cases)} cases written to {target.name}")
