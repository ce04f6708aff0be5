"""Writes samples.json: what real JAX computes for the samples of the op table, their gradients and their batches.

First `node scripts/dump-samples.mjs`, then, with Python and JAX 0.10.2:

    python tests/conformance/samples.py

Floats are hex, so that nothing is lost. Primitives that JAX does not have are left out and counted.
"""

import importlib
import json
import pathlib
import pkgutil

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

HERE = pathlib.Path(__file__).parent
NAMESPACE = {
    **{name: np.dtype(name) for name in ("float32", "int32", "uint32", "bool", "float16", "float64", "int8", "uint8", "int16", "uint16")},
    "GatherDimensionNumbers": lax.GatherDimensionNumbers,
    "ScatterDimensionNumbers": lax.ScatterDimensionNumbers,
    "ConvDimensionNumbers": lax.ConvDimensionNumbers,
    "GatherScatterMode": lax.GatherScatterMode,
    "Precision": lax.Precision,
    "RoundingMethod": lax.RoundingMethod,
    "ge": lax.ge_p,
    "le": lax.le_p,
    "inf": float("inf"),
    "nan": float("nan"),
}


def primitives_by_name():
    """Every primitive of jax._src.lax, by its printed name."""
    found = {}
    package = importlib.import_module("jax._src.lax")
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("pallas"):
            continue
        module = importlib.import_module(f"jax._src.lax.{info.name}")
        for value in vars(module).values():
            if type(value).__name__ == "Primitive" or hasattr(value, "abstract_eval") and hasattr(value, "name"):
                found.setdefault(value.name, value)
    return found


PRIMITIVES = primitives_by_name()
# XLA's CPU compiler aborts the process on some windows of this one, and so on these gradients.
CRASHES = {"select_and_scatter_add"}
# JAX's primitive leaves the other triangle as it comes; linalg.py compares the public functions.
UNDEFINED = {"cholesky"}
CRASHING_GRADIENTS = {"reduce_window_max", "reduce_window_min"}
# Params that JAX does not print at their defaults.
HIDDEN = {
    **{name: {"accuracy": None} for name in ("exp", "exp2", "expm1", "log", "log1p", "sin", "cos", "tan", "tanh", "logistic", "sqrt", "rsqrt", "cbrt")},
    "mul": {"out_dtype": None},
    "convert_element_type": {"sharding": None},
    "dot_general": {"precision": None, "preferred_element_type": None, "out_sharding": None},
}


def frozen(value):
    """Lists as tuples: JAX hashes params."""
    return tuple(frozen(item) for item in value) if type(value) in (list, tuple) else value


def params_of(sample):
    params = dict(HIDDEN.get(sample["primitive"], {}))
    for name, text in sample["params"].items():
        params[name] = frozen(NAMESPACE[text] if text in NAMESPACE else eval(text, dict(NAMESPACE)))
    if "rounding_method" in params:
        params["rounding_method"] = lax.RoundingMethod(params["rounding_method"])
    if sample["primitive"] == "broadcast_in_dim":
        params = {"broadcast_dimensions": params.get("broadcast_dimensions", ()), "shape": tuple(sample["outShapes"][0]), "sharding": None}
    return params


def function_of(sample):
    primitive = PRIMITIVES[sample["primitive"]]
    params = params_of(sample)

    def run(*args):
        result = primitive.bind(*args, **params)
        return list(result) if primitive.multiple_results else [result]

    return run


def array_of(entry):
    numbers = [float(text) for text in entry["data"]]
    return jnp.asarray(np.array(numbers).astype(entry["dtype"]).reshape(entry["shape"]))


def encoded(array):
    flat = np.asarray(array).ravel()
    data = [float(value).hex() for value in flat] if flat.dtype.kind == "f" else [int(value) for value in flat]
    return {"dtype": str(flat.dtype), "shape": list(np.shape(array)), "data": data}


def cotangent_like(array, index):
    return jnp.cos(jnp.arange(array.size, dtype=array.dtype) + index).reshape(array.shape).astype(array.dtype)


def gradient(run, inputs):
    """Cotangents of the float inputs, for cotangents cos(0 + k), cos(1 + k), ... of float result k."""
    places = [place for place, value in enumerate(inputs) if value.dtype.kind == "f"]

    def of_floats(*floats):
        merged = list(inputs)
        for place, value in zip(places, floats):
            merged[place] = value
        return [out for out in run(*merged) if out.dtype.kind == "f"]

    outs, pull = jax.vjp(of_floats, *[inputs[place] for place in places])
    return pull([cotangent_like(out, index) for index, out in enumerate(outs)])


def conform(sample):
    run = function_of(sample)
    inputs = [array_of(entry) for entry in sample["inputs"]]
    record = {"place": sample["place"], "primitive": sample["primitive"], "sample": sample["sample"], "values": [encoded(out) for out in run(*inputs)]}
    has_gradient = sample["primitive"] not in CRASHING_GRADIENTS
    if has_gradient and any(value.dtype.kind == "f" for value in inputs) and any(out["dtype"].startswith("float") for out in record["values"]):
        try:
            record["gradients"] = [encoded(value) for value in gradient(run, inputs)]
        except Exception:  # JAX has no gradient here.
            pass
    if inputs:
        batches = [jnp.stack([value, value * 0.5 if value.dtype.kind == "f" else value]) for value in inputs]
        record["batched"] = [encoded(out) for out in jax.vmap(run)(*batches)]
    return record


if __name__ == "__main__":
    assert jax.__version__ == "0.10.2", jax.__version__
    samples = json.loads((HERE / "samples-in.json").read_text())
    records, missing, failed = [], {}, []
    for sample in samples:
        if sample["primitive"] in CRASHES | UNDEFINED or sample["primitive"] not in PRIMITIVES:
            missing[sample["primitive"]] = missing.get(sample["primitive"], 0) + 1
            continue
        try:
            records.append(conform(sample))
        except Exception as error:
            first_line = (str(error).splitlines() or [""])[0]
            failed.append(f"{sample['primitive']}: {sample['sample']}: {type(error).__name__} {first_line[:120]}")
    lines = ",\n".join(json.dumps(record) for record in records)
    (HERE / "samples.json").write_text(f'{{"jax": "{jax.__version__}", "records": [\n{lines}\n]}}\n')
    calls = sum(len([key for key in ("values", "gradients", "batched") if key in record]) for record in records)
    print(f"{len(records)} samples, {calls} calls written; left out: {missing}; refused by JAX: {len(failed)}")
    print("\n".join(failed))
