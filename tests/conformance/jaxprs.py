"""Writes jaxprs.json: the jaxprs of the committed programs, printed by real JAX.

Each entry of PROGRAMS has a twin of the same name in jaxpr-programs.ts. Run with Python and JAX 0.10.2:

    python tests/conformance/jaxprs.py
"""

import json
import pathlib
import re

import jax
import jax.numpy as jnp
from jax import lax

x = jnp.ones((3,))
m = jnp.ones((2, 3))
w = jnp.ones((3, 4))
b = jnp.ones((4,))
i = jnp.zeros((3,), jnp.int32)


def customDot(u, v):
    return jnp.dot(u, v) ** 2


def linear_layer(weights, biases, inputs):
    return jnp.dot(inputs, weights) + biases


def mlp_loss(params, inputs, targets):
    hidden = inputs
    for weights, biases in params[:-1]:
        hidden = jnp.tanh(jnp.dot(hidden, weights) + biases)
    weights, biases = params[-1]
    return jnp.mean((jnp.dot(hidden, weights) + biases - targets) ** 2)


mv = jax.vmap(jnp.dot, (0, None), 0)
mm = jax.vmap(mv, (None, 1), 1)
params = [(jnp.ones((3, 4)), jnp.ones((4,))), (jnp.ones((4, 2)), jnp.ones((2,)))]
inputs, targets = jnp.ones((5, 3)), jnp.ones((5, 2))

PROGRAMS = {
    "affine": (lambda x: x * 2 + 1, [x]),
    "customDot": (customDot, [x, x]),
    "vmap(customDot)": (jax.vmap(customDot), [m, m]),
    "jit(vmap(customDot))": (jax.jit(jax.vmap(customDot)), [m, m]),
    "matrixVector": (mv, [m, x]),
    "matrixMatrix": (mm, [m, w]),
    "linearLayer": (jax.vmap(linear_layer, (None, None, 0)), [w, b, jnp.ones((5, 3))]),
    "rankPromotion": (lambda x, m: x + m, [x, m]),
    "integerAndFloat": (lambda i, x: i + x, [i, x]),
    "integerTimesNumber": (lambda i: i * 3, [i]),
    "mean": (jnp.mean, [m]),
    "maxOverAxis": (lambda m: jnp.max(m, axis=1), [m]),
    "transposeAndReshape": (lambda m: m.T.reshape(-1), [m]),
    "slices": (lambda x: x[1:] * x[:-1], [x]),
    "padAndConcatenate": (lambda x: jnp.concatenate([lax.pad(x, 0.0, [(1, 1, 0)]), x]), [x]),
    "elementwise": (
        lambda x: (x - 1, x / 2, -x, jnp.exp(x), jnp.log(x), jnp.sqrt(x), jnp.cos(x), x**2.5, x**3, jnp.maximum(x, 0), jnp.minimum(x, x)),
        [x],
    ),
    "comparisons": (lambda x, y: (x < y, x >= y, x != y, x == 1), [x, x]),
    "convert": (lambda x: x.astype(jnp.int32), [x]),
    "select": (lambda x: lax.select_n(x > 0, x, x * 2), [x]),
    "grad(sin(x)*x)": (jax.grad(lambda x: jnp.sin(x) * x), [1.0]),
    "jit(grad(sin(x)*x))": (jax.jit(jax.grad(lambda x: jnp.sin(x) * x)), [1.0]),
    "vmap(grad(sin(x)*x))": (jax.vmap(jax.grad(lambda x: jnp.sin(x) * x)), [x]),
    "grad(jit(sin(x)*x))": (jax.grad(jax.jit(lambda x: jnp.sin(x) * x)), [1.0]),
    "grad(sum(tanh**2))": (jax.grad(lambda x: jnp.sum(jnp.tanh(x) ** 2)), [x]),
    "grad(swish)": (jax.grad(lambda x: x / (1 + jnp.exp(-x))), [1.0]),
    "grad(max)": (jax.grad(jnp.max), [x]),
    "grad(relu)": (jax.grad(lambda x: jnp.sum(jnp.maximum(x, 0))), [x]),
    "grad(grad(x**3))": (jax.grad(jax.grad(lambda x: x**3)), [1.0]),
    "grad(slices)": (jax.grad(lambda x: jnp.sum(x[1:] * x[:-1])), [x]),
    "grad(broadcast)": (jax.grad(lambda x: jnp.sum(jnp.broadcast_to(x, (4, 3)) ** 2)), [x]),
    "jvp": (lambda x, t: jax.jvp(lambda x: x**2 + jnp.exp(x) * 3, (x,), (t,)), [1.0, 1.0]),
    "linearize(sin)": (lambda x: jax.linearize(jnp.sin, x)[1](x), [x]),
    "valueAndGrad(mlp)": (lambda p, u, v: jax.value_and_grad(mlp_loss)(p, u, v), [params, inputs, targets]),
    "jitOfJit": (jax.jit(lambda x: jax.jit(lambda y: jnp.sin(y) * 2)(x)), [x]),
}

if __name__ == "__main__":
    assert jax.__version__ == "0.10.2", jax.__version__
    printed = {}
    for name, (function, arguments) in PROGRAMS.items():
        text = str(jax.make_jaxpr(function)(*arguments))
        # NumPy integers among the params print their type, depending on how JAX computed them.
        printed[name] = re.sub(r"np\.int64\((-?\d+)\)", r"\1", text)
    target = pathlib.Path(__file__).with_name("jaxprs.json")
    target.write_text(json.dumps({"jax": jax.__version__, "jaxprs": printed}, indent=1) + "\n")
    print(f"{len(printed)} jaxprs written to {target.name}")
