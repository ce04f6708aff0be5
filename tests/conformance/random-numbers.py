"""Writes random-numbers.json: random numbers of real JAX, for random-numbers.test.ts to compare with. (A file named random.py
beside it would hide the module random of Python.)

Each case is a function of jax.random, its arguments behind the key, and what it gives for key(seed) and for three keys
under vmap. Run with Python and JAX 0.10.2:

    python tests/conformance/random-numbers.py
"""

import json
import pathlib
import re

import jax
import jax.numpy as jnp
import numpy as np
from scipy import special

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


# Functions of a key, typed and as words, each with a twin of the same name in random-numbers.test.ts.
r = jax.random
JAXPRS = {
    "key": lambda k: r.key(3),
    "PRNGKey": lambda k: r.PRNGKey(3),
    "split": lambda k: r.split(k),
    "splitShape": lambda k: r.split(k, (2, 3)),
    "foldIn": lambda k: r.fold_in(k, 7),
    "bits": lambda k: r.bits(k, (3,)),
    "smallBits": lambda k: r.bits(k, (2, 2), "uint8"),
    "uniform": lambda k: r.uniform(k, (3,)),
    "uniformScalar": lambda k: r.uniform(k),
    "uniformBounds": lambda k: r.uniform(k, (2, 3), minval=jnp.zeros(3), maxval=jnp.ones((2, 1))),
    "normal": lambda k: r.normal(k, (2, 3)),
    "randint": lambda k: r.randint(k, (3,), 0, 10),
    "randintScalar": lambda k: r.randint(k, (), 0, 10),
    "randintUnsigned": lambda k: r.randint(k, (3,), 0, 100, "uint32"),
    "bernoulli": lambda k: r.bernoulli(k),
    "bernoulliShape": lambda k: r.bernoulli(k, jnp.ones(3) * 0.5, (2, 3)),
    "rademacher": lambda k: r.rademacher(k, (2,)),
    "permutation": lambda k: r.permutation(k, 5),
    "permutationOfRows": lambda k: r.permutation(k, jnp.ones((3, 2))),
    "permutationEach": lambda k: r.permutation(k, jnp.ones((3, 2)), 1, True),
    "permutationTwoRounds": lambda k: r.permutation(k, 3000),
    "exponential": lambda k: r.exponential(k, (2,)),
    "gumbel": lambda k: r.gumbel(k, (2,)),
    "laplace": lambda k: r.laplace(k, (2,)),
    "logistic": lambda k: r.logistic(k, (2,)),
    "cauchy": lambda k: r.cauchy(k, (2,)),
    "truncatedNormal": lambda k: r.truncated_normal(k, -1.0, 2.0, (2,)),
    "categorical": lambda k: r.categorical(k, jnp.ones((2, 3))),
    "choice": lambda k: r.choice(k, 5, (2,)),
    "vmapUniform": lambda k: jax.vmap(lambda one: r.uniform(one, (3,)))(r.split(k, 4)),
    "vmapBits": lambda k: jax.vmap(lambda one: r.bits(one, (3,)), out_axes=1)(r.split(k, 4)),
    "gradOfNoise": lambda k: jax.grad(lambda x: jnp.sum(x * r.normal(k, (3,))))(jnp.ones(3)),
}


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


def exact(name, key, arguments):
    """What JAX computes in float32, computed in float64 from the same uniform numbers; None where that is no difference."""
    def uniform(shape, low=0.0, high=1.0):
        return np.asarray(jax.random.uniform(key, shape, jnp.float32, low, high)).astype(np.float64)

    f32 = lambda number: np.float64(np.float32(number))
    if name == "normal":
        return f32(np.sqrt(2)) * special.erfinv(uniform(arguments[0], np.nextafter(np.float32(-1), np.float32(0))))
    if name == "truncated_normal":
        low, high = (jax.scipy.special.erf(np.float32(bound) / np.float32(np.sqrt(2))) for bound in arguments[:2])
        shape = arguments[2] if len(arguments) > 2 else np.shape(arguments[0])
        return f32(np.sqrt(2)) * special.erfinv(uniform(shape, low, high))
    if name == "gumbel":
        return -np.log(-np.log(uniform(arguments[0], np.finfo(np.float32).tiny)))
    if name == "logistic":
        u = uniform(arguments[0], np.finfo(np.float32).tiny)
        return np.log(u) - np.log1p(-u)
    if name == "cauchy":
        return np.tan(f32(np.pi) * (uniform(arguments[0], np.finfo(np.float32).eps) - 0.5))
    return None


def case(name, ours, arguments, seed):
    function = lambda key: getattr(jax.random, name)(key, *arguments)
    key = jax.random.key(seed)
    batched = jax.vmap(function)(jax.random.split(key, 3))
    wide = exact(name, key, arguments)
    return {
        "name": ours, "seed": seed, "arguments": [argument(value) for value in arguments], "result": result(function(key)),
        "batched": result(batched),
        "exact": None if wide is None else result(np.asarray(wide, np.float32)),
        "batchedExact": None if wide is None else result(np.stack([exact(name, one, arguments) for one in jax.random.split(key, 3)]).astype(np.float32)),
    }


if __name__ == "__main__":
    assert jax.__version__ == "0.10.2", jax.__version__
    cases = [case(*entry, SEEDS[index % len(SEEDS)]) for index, entry in enumerate(CASES)]
    keys = [{"seed": seed, "words": [int(word) for word in jax.random.PRNGKey(seed)]} for seed in SEEDS]
    jaxprs = {
        f"{name} of {kind}": re.sub(r"np\.int64\((-?\d+)\)", r"\1", " ".join(str(jax.make_jaxpr(function)(key)).split()))
        for name, function in JAXPRS.items()
        for kind, key in [("a typed key", jax.random.key(0)), ("words", jax.random.PRNGKey(0))]
    }
    target = pathlib.Path(__file__).with_name("random-numbers.json")
    lines = ",\n".join("  " + json.dumps(entry) for entry in cases)
    target.write_text(f'{{\n "jax": "{jax.__version__}",\n "keys": {json.dumps(keys)},\n "jaxprs": {json.dumps(jaxprs, indent=2)},\n "cases": [\n{lines}\n ]\n}}\n')
    print(f"{len(cases)} cases written to {target.name}")
