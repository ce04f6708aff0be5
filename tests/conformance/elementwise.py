"""Writes elementwise.json: jaxprs and results of the functions of lax, jax.numpy and jax.nn on numbers, and of their derivatives.

Run by hand with JAX 0.10.2: python tests/conformance/elementwise.py. A key says what is called on which inputs:
`jvp lax.tan m` is the jvp of lax.tan at the input m along itself. elementwise.test.ts reads the same keys.
"""

import jax
import jax.numpy as jnp
import numpy as onp
from jax import lax

from jax_results import make, pull, push, record, write


def array(dtype, *values):
    return jnp.asarray(onp.array(values).astype(dtype))


inf, nan = float("inf"), float("nan")
inputs = {
    "m": make((2, 3)),
    "k": make((2, 3), seed=3),
    "row": make((3,), seed=5),
    "column": make((2, 1), seed=1),
    # Between -1 and 1, above 0, and above 1.
    "inside": make((2, 3)) * 0.75,
    "positive": make((2, 3)) + 1.5,
    "above": make((2, 3)) + 2.5,
    "special": array("float32", nan, inf, -inf, 0.0, -0.0, 1, -1, 0.5, -0.5, 2.5, -2.5, 1e30, -1e30),
    "left": array("float32", 0.0, -0.0, 0.0, -0.0, 1, -1, inf, inf, -inf, nan, 1, 5, -5, 2, -7, 7),
    "right": array("float32", 0.0, 0.0, -0.0, -0.0, 0.0, inf, inf, -inf, 1, 1, nan, 3, 3, -inf, 2, -2),
    "n": make((2, 3), "int32"),
    "n2": make((2, 3), "int32", seed=3),
    "u": make((5,), "uint32", seed=1),
    "u2": make((5,), "uint32", seed=2),
    "b": make((2, 3), "bool"),
    "b2": make((2, 3), "bool", seed=2),
    "i8": array("int8", -128, 127, -1, 0, 5, 100),
    "i8b": array("int8", -1, 3, 7, 8, 2, 100),
    "extremes": array("int32", -2147483648, 2147483647, -1, 0, 7, -7),
    "divisors": array("int32", -1, 2, 0, 0, -2, 2),
    "h": make((2, 3), "float16"),
    "h2": make((2, 3), "float16", seed=3),
}

domains = {
    **{name: "m" for name in "exp exp2 expm1 sin cos tan atan sinh cosh tanh asinh logistic square erf erfc floor ceil sign abs is_finite".split()},
    **{name: "inside" for name in "asin acos atanh erf_inv".split()},
    **{name: "positive" for name in "log log1p sqrt rsqrt cbrt lgamma digamma reciprocal".split()},
    "acosh": "above",
}
smooth = [name for name in domains if name not in ("is_finite",)]
two = "rem atan2 pow nextafter max min".split()

np_unary = (
    "exp2 expm1 log1p log2 log10 tan arcsin arccos arctan sinh cosh arcsinh arccosh arctanh deg2rad rad2deg square cbrt "
    "reciprocal absolute fabs sign signbit floor ceil trunc rint round isnan isfinite isinf isposinf isneginf nan_to_num "
    "logical_not sinc modf"
).split()
np_binary = (
    "floor_divide remainder fmod divmod arctan2 hypot logaddexp logaddexp2 copysign heaviside nextafter logical_and logical_or "
    "logical_xor fmax fmin float_power power"
).split()
activations = "relu relu6 sigmoid softplus log_sigmoid soft_sign silu mish hard_tanh hard_sigmoid hard_silu selu elu celu leaky_relu squareplus gelu".split()
over_axes = "softmax log_softmax logsumexp standardize".split()
np_bits = "bitwise_and bitwise_or bitwise_xor left_shift right_shift".split()

programs = [
    *(f"lax.{name} {domain}" for name, domain in domains.items()),
    *(f"lax.{name} special" for name in domains),
    *(f"jvp lax.{name} {domains[name]}" for name in smooth),
    *(f"vjp lax.{name} {domains[name]}" for name in smooth),
    *(f"lax.{name} positive above" for name in two),
    *(f"lax.{name} left right" for name in two),
    *(f"jvp lax.{name} positive above" for name in two if name != "nextafter"),
    *(f"vjp lax.{name} positive above" for name in two if name != "nextafter"),
    "lax.pow positive n", "lax.polygamma positive above", "lax.zeta above positive",
    "lax.sign n", "lax.sign u", "lax.abs n", "lax.abs extremes", "lax.square n", "lax.rem extremes divisors", "lax.rem u u2",
    "lax.max b b2", "lax.min b b2", "lax.lt b b2", "lax.ge b b2",
    *(f"lax.{name} n n2" for name in "bitwise_and bitwise_or bitwise_xor shift_left shift_right_arithmetic shift_right_logical".split()),
    *(f"lax.{name} i8 i8b" for name in "shift_left shift_right_arithmetic shift_right_logical".split()),
    *(f"lax.{name} {value}" for name in "bitwise_not population_count clz".split() for value in ("n", "u", "i8")),
    "lax.bitwise_not b", "lax.nextafter h h2", "lax.floor h", "lax.erf h",
    *(f"np.{name} {value}" for name in np_unary for value in ("m", "special", "n")),
    *(f"np.{name} {value}" for name in ("absolute", "sign", "floor", "isnan", "signbit", "square", "bitwise_count") for value in ("u",)),
    *(f"np.{name} {value}" for name in ("signbit", "round", "rint", "exp2") for value in ("h",)),
    *(f"np.{name} {values}" for name in np_binary for values in ("positive above", "left right", "n n2", "m row", "column row")),
    *(f"np.{name} extremes divisors" for name in ("floor_divide", "remainder", "fmod", "divmod", "power")),
    *(f"np.{name} u u2" for name in ("floor_divide", "remainder", "power", "right_shift")),
    *(f"np.{name} {values}" for name in np_bits for values in ("n n2", "u u2")),
    *(f"np.{name} b b2" for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "logical_and", "add", "multiply", "power", "floor_divide")),
    "np.bitwise_not n", "np.bitwise_not b", "np.bitwise_count n", "np.power positive n", "np.power m b",
    *(f"vjp np.{name} m" for name in ("absolute", "sinc", "square", "nan_to_num", "deg2rad", "log2")),
    *(f"vjp np.{name} positive above" for name in ("remainder", "fmod", "hypot", "logaddexp", "logaddexp2", "copysign", "arctan2", "floor_divide", "power")),
    *(f"jvp np.{name} positive above" for name in ("remainder", "hypot", "logaddexp", "logaddexp2")),
    *(f"nn.{name} {value}" for name in activations for value in ("m", "special")),
    *(f"{transform} nn.{name} m" for name in activations for transform in ("jvp", "vjp")),
    *(f"nn.{name} {value}" for name in over_axes for value in ("m", "special")),
    *(f"{transform} nn.{name} m" for name in over_axes for transform in ("jvp", "vjp")),
    "nn.relu n", "nn.gelu n", "nn.silu h", "nn.softmax h",
]


def function_of(name):
    module, name = name.split(".")
    return getattr({"lax": lax, "np": jnp, "nn": jax.nn}[module], name)


def program(key):
    words = key.split()
    transform = {"jvp": push, "vjp": pull}.get(words[0], lambda f: f)
    words = words[1:] if words[0] in ("jvp", "vjp") else words
    return transform(function_of(words[0])), [inputs[word] for word in words[1:]]


def golden(key):
    function, args = program(key)
    try:
        return record(function, *args)
    except (TypeError, ValueError) as error:
        return {"error": type(error).__name__}


write(__file__, {key: golden(key) for key in programs})
