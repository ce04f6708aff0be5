"""What the writers of stored results share: arrays of known numbers, jaxprs as one line, results that lose nothing."""

import json
import pathlib
import re
import warnings

import jax
import jax.numpy as jnp
import numpy as onp

warnings.simplefilter("ignore")


def make(shape, dtype="float32", seed=0):
    """The same numbers as `make` in tests/support/numpy-programs.ts."""
    counts = (onp.arange(onp.prod(shape, dtype=int)) * 7 + seed * 3) % 11
    if dtype == "bool":
        values = counts % 3 == 0
    elif "float" in dtype:
        values = (counts - 5) / 4
    else:
        values = counts if dtype.startswith("u") else counts - 5
    return jnp.asarray(values.reshape(shape).astype(dtype))


def pull(f):
    """Results of f and the cotangents of its arguments, for cotangents that are the results."""
    return lambda *a: (lambda o, p: (o, *p(o)))(*jax.vjp(f, *a))


def push(f):
    """Results of f and their tangents, along the arguments themselves."""
    return lambda *a: jax.jvp(f, a, a)


def printed(function, *args):
    text = re.sub(r"\s+", " ", str(jax.make_jaxpr(function)(*args)))
    # Integers that came out of NumPy, which also break lines.
    return re.sub(r"np\.int64\((-?\d+)\)", r"\1", text).replace("[ ", "[").replace(" ]", "]")


def written(function, args, elements):
    outputs = map(jnp.asarray, jax.tree.leaves(jax.jit(function)(*args)))
    return [{"dtype": str(x.dtype), "shape": list(x.shape), "elements": elements(onp.ravel(x))} for x in outputs]


def results(function, *args):
    return written(function, args, lambda row: [float(e).hex() for e in row])


def short_hex(number):
    """A hexadecimal float without the zeros at its end."""
    return re.sub(r"(\.[0-9a-f]+?)0*p", r"\1p", float(number).hex())


def short_results(function, *args):
    """The elements as one text, for results that are many."""
    return written(function, args, lambda row: " ".join(map(short_hex, row)))


def record(function, *args):
    return {"jaxpr": printed(function, *args), "results": results(function, *args)}


def short_record(function, *args):
    return {"jaxpr": printed(function, *args), "results": short_results(function, *args)}


def write(script, records):
    """Writes the records beside the script, a line for each."""
    lines = [f"{json.dumps(name)}: {json.dumps(record)}" for name, record in records.items()]
    pathlib.Path(script).with_suffix(".json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} lines, JAX {jax.__version__}")
