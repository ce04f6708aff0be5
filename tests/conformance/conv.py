"""Writes conv.json: calls of lax.conv_general_dilated, plain, differentiated and mapped, with their jaxprs and results.

Run by hand with JAX 0.10.2: python tests/conformance/conv.py. conv.test.ts makes the same calls from the arguments in the file.
"""

import re

import jax
import jax.numpy as jnp
from jax import lax

from jax_results import make, short_record, write

# Each case: shapes of lhs and rhs, strides, padding, the other arguments by their names here, and the batch axes of vmap.
cases = {
    "one dimension": ([2, 3, 5], [4, 3, 2], [1], "VALID", {}),
    "two dimensions": ([2, 3, 5, 4], [4, 3, 2, 3], [1, 1], "SAME", {}),
    "three dimensions": ([1, 2, 3, 4, 3], [2, 2, 2, 1, 2], [1, 2, 1], "SAME", {}),
    "no dimension": ([2, 3], [4, 3], [], [], {}),
    "one feature": ([1, 1, 4], [1, 1, 3], [1], "SAME", {}),
    "same lower": ([1, 2, 5], [2, 2, 4], [2], "SAME_LOWER", {}),
    "same strided": ([1, 2, 7, 6], [3, 2, 3, 2], [2, 3], "SAME", {}),
    "lower case": ([1, 2, 5], [2, 2, 2], [2], "same", {}),
    "explicit padding": ([1, 2, 5, 4], [3, 2, 2, 2], [2, 1], [[1, 2], [0, 3]], {}),
    "cropped": ([2, 1, 7], [2, 1, 2], [1], [[-1, -2]], {}),
    "cropped and padded": ([2, 1, 5], [2, 1, 2], [2], [[-1, 3]], {}),
    "wide padding": ([1, 1, 2], [1, 1, 2], [3], [[4, 5]], {}),
    "window wider than the input": ([1, 1, 2], [1, 1, 4], [1], "VALID", {}),
    "dilated input": ([1, 2, 4], [3, 2, 3], [1], [[2, 1]], {"lhsDilation": [2]}),
    "dilated window": ([1, 2, 8], [3, 2, 3], [1], "SAME", {"rhsDilation": [2]}),
    "both dilated": ([1, 2, 5, 3], [2, 2, 2, 3], [2, 1], [[1, 1], [3, 2]], {"lhsDilation": [2, 3], "rhsDilation": [3, 2]}),
    "strides that leave a rest": ([1, 1, 9], [2, 1, 2], [4], "VALID", {}),
    "groups of features": ([2, 4, 5], [6, 2, 2], [1], "VALID", {"featureGroupCount": 2}),
    "each feature by itself": ([1, 3, 4, 4], [6, 1, 2, 2], [1, 1], "SAME", {"featureGroupCount": 3}),
    "groups, strided and dilated": ([1, 4, 7], [2, 2, 2], [2], [[1, 2]], {"featureGroupCount": 2, "rhsDilation": [2], "lhsDilation": [3]}),
    "groups of the batch": ([4, 3, 5], [6, 3, 2], [1], "VALID", {"batchGroupCount": 2}),
    "groups of the batch, strided": ([6, 2, 7], [3, 2, 3], [2], [[1, 0]], {"batchGroupCount": 3}),
    "features last": ([2, 5, 4, 3], [2, 3, 3, 4], [1, 2], "SAME", {"dimensionNumbers": ["NHWC", "HWIO", "NHWC"]}),
    "features last, grouped": ([2, 5, 4], [2, 2, 6], [1], "SAME", {"dimensionNumbers": ["NHC", "HIO", "NHC"], "featureGroupCount": 2}),
    "layouts that differ": ([3, 4, 2, 5], [2, 3, 4, 2], [2, 1], [[1, 0], [0, 1]], {"dimensionNumbers": ["CWNH", "WIOH", "WNHC"]}),
    "spatial axes in another order": ([2, 3, 6, 5], [4, 3, 2, 3], [1, 2], "VALID", {"dimensionNumbers": ["NCWH", "OIHW", "NHWC"]}),
    "layouts and batch groups": ([3, 2, 4], [2, 4, 2], [1], "VALID", {"dimensionNumbers": ["HCN", "HOI", "CHN"], "batchGroupCount": 2}),
    "precision": ([1, 2, 4], [2, 2, 2], [1], "VALID", {"precision": "highest"}),
    "preferred dtype": ([1, 2, 4], [2, 2, 2], [1], "VALID", {"preferredElementType": "float32"}),
    "halves": ([1, 2, 4], [2, 2, 2], [1], "SAME", {"dtype": "float16"}),
    "halves in full precision": ([1, 2, 4], [2, 2, 2], [1], "SAME", {"dtype": "float16", "preferredElementType": "float32"}),
    "bfloat16": ([1, 2, 4], [2, 2, 2], [1], "SAME", {"dtype": "bfloat16"}),
    "integers": ([2, 3, 5], [4, 3, 2], [1], "SAME", {"dtype": "int32"}),
    "unsigned": ([2, 3, 5], [4, 3, 2], [1], "SAME", {"dtype": "uint32"}),
    "bytes": ([1, 3, 9], [2, 3, 8], [1], "SAME", {"dtype": "int8"}),
    "bytes in 32 bits": ([1, 3, 9], [2, 3, 8], [1], "SAME", {"dtype": "int8", "preferredElementType": "int32"}),
    "bytes in floats": ([1, 3, 9], [2, 3, 8], [1], "SAME", {"dtype": "int8", "preferredElementType": "float32"}),
    "an empty batch": ([0, 3, 5], [4, 3, 2], [1], "SAME", {}),
    "no features": ([2, 0, 5], [4, 0, 2], [1], "SAME", {}),
    "nothing but padding": ([2, 1, 0], [2, 1, 2], [1], [[2, 1]], {}),
}
# Where vmap finds the batch axes of lhs and rhs.
axes = [(0, 0), (1, 2), (2, 1), (-1, 0), (0, -1)]


def function(strides, padding, given):
    named = {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name): value for name, value in given.items() if name != "dtype"}
    return lambda x, w: lax.conv_general_dilated(x, w, strides, padding, **named)


def widened(shape, axis, size=3):
    place = axis % (len(shape) + 1)
    return shape[:place] + [size] + shape[place:]


def programs_of(index, lhs, rhs, strides, padding, given):
    f = function(strides, padding, given)
    dtype = given.get("dtype", "float32")
    x, w = make(lhs, dtype, 1), make(rhs, dtype, 2)
    a, b = axes[index % len(axes)]
    xs, ws = make(widened(lhs, a), dtype, 3), make(widened(rhs, b), dtype, 4)
    yield "plain", f, (x, w)
    yield "vmap lhs", jax.vmap(f, (a, None)), (xs, w)
    yield "vmap rhs", jax.vmap(f, (None, b)), (x, ws)
    yield "vmap both", jax.vmap(f, (a, b)), (xs, ws)
    if "float" not in dtype:
        return
    out = jax.eval_shape(f, x, w)
    cotangent = make(out.shape, str(out.dtype), 5)
    pull = lambda x, w, c: jax.vjp(f, x, w)[1](c)
    yield "vjp", pull, (x, w, cotangent)
    yield "jvp", lambda x, w, dx, dw: jax.jvp(f, (x, w), (dx, dw)), (x, w, make(lhs, dtype, 6), make(rhs, dtype, 7))
    yield "vmap of vjp", jax.vmap(pull, (a, b, None)), (xs, ws, cotangent)


records = {}
for index, (name, (lhs, rhs, strides, padding, given)) in enumerate(cases.items()):
    made = {key: short_record(run, *args) for key, run, args in programs_of(index, lhs, rhs, strides, padding, given)}
    case = {"lhs": lhs, "rhs": rhs, "windowStrides": strides, "padding": padding, "options": given, "axes": axes[index % len(axes)], "programs": made}
    records[name] = case

transposes = {
    "same": ([1, 3, 4, 2], [3, 3, 2, 3], [2, 2], "SAME", {}),
    "valid": ([1, 3, 4, 2], [3, 2, 2, 3], [2, 1], "VALID", {}),
    "stride wider than the window": ([1, 3, 2], [2, 2, 3], [4], "SAME", {}),
    "window in numbers": ([1, 3, 2], [2, 2, 3], [2], [[1, 0]], {}),
    "consistent": ([1, 3, 2], [3, 2, 3], [2], [[1, 0]], {"useConsistentPadding": True}),
    "turned": ([1, 3, 3, 2], [3, 2, 4, 2], [2, 1], "SAME", {"transposeKernel": True}),
    "dilated": ([1, 4, 2], [3, 2, 3], [2], "VALID", {"rhsDilation": [2]}),
    "features first": ([1, 2, 4], [3, 2, 3], [2], "SAME", {"dimensionNumbers": ["NCH", "OIH", "NCH"]}),
}
for name, (lhs, rhs, strides, padding, given) in transposes.items():
    named = {re.sub("[A-Z]", lambda m: "_" + m[0].lower(), key): value for key, value in given.items()}
    pads = padding if isinstance(padding, str) else [tuple(pair) for pair in padding]
    run, args = (lambda x, w: lax.conv_transpose(x, w, strides, pads, **named)), (make(lhs, seed=1), make(rhs, seed=2))
    made = {"transpose": short_record(run, *args)}
    case = {"lhs": lhs, "rhs": rhs, "windowStrides": strides, "padding": padding, "options": given, "axes": [0, 0], "programs": made}
    records["transpose " + name] = case

write(__file__, records)
