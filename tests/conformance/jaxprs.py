"""Writes jaxprs.json: the jaxprs of the committed programs, printed by real JAX.

Each entry of PROGRAMS has a twin of the same name in jaxpr-programs.ts. Run with Python and JAX 0.10.2:

    python tests/conformance/jaxprs.py
"""

import json
import pathlib
import re

import jax
import jax.numpy as jnp
import numpy as np
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

image, kernel = jnp.ones((1, 2, 6, 6)), jnp.ones((3, 2, 3, 3))
k = jnp.zeros((), jnp.int32)
a = jnp.eye(3)
key = jax.random.key(0)


def conv(u, v):
    return lax.conv_general_dilated(u, v, (2, 1), "SAME")


@jax.custom_jvp
def scaled(u):
    return jnp.sin(u) * 2.0


@scaled.defjvp
def scaled_jvp(primals, tangents):
    (u,), (t,) = primals, tangents
    return scaled(u), jnp.cos(u) * t


@jax.custom_vjp
def clipped(u):
    return u * 1.0


def clipped_fwd(u):
    return clipped(u), u


def clipped_bwd(u, ct):
    return (ct * jnp.cos(u),)


clipped.defvjp(clipped_fwd, clipped_bwd)

double = jax.jit(lambda u: u * 2.0)

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
    "reductions": (lambda m: (jnp.sum(m, axis=0), jnp.prod(m, axis=1), jnp.min(m), jnp.max(m, axis=(0, 1))), [m]),
    "argmax": (lambda m: (lax.argmax(m, 1, np.int32), lax.argmin(m, 0, np.int32)), [m]),
    "grad(prod)": (jax.grad(lambda x: jnp.prod(x)), [x]),
    "jvp(max)": (lambda x, t: jax.jvp(jnp.max, (x,), (t,)), [x, x]),
    "vmap(sum)": (jax.vmap(jnp.sum), [m]),
    "cumulative": (lambda x: (lax.cumsum(x), lax.cumprod(x, reverse=True), lax.cummax(x), lax.cummin(x), lax.cumlogsumexp(x)), [x]),
    "grad(cumsum)": (jax.grad(lambda x: jnp.sum(lax.cumsum(x))), [x]),
    "vmap(cumsum)": (jax.vmap(lambda x: lax.cumsum(x)), [m]),
    "reduceWindow": (lambda m: lax.reduce_window(m, 0.0, lax.add, (1, 2), (1, 1), "VALID"), [m]),
    "grad(reduceWindow)": (jax.grad(lambda m: jnp.sum(lax.reduce_window(m, 0.0, lax.add, (1, 2), (1, 1), "VALID"))), [m]),
    "sort": (lambda x, i: (lax.sort(x), lax.sort((x, i), num_keys=1)), [x, i]),
    "vmap(sort)": (jax.vmap(lambda x: lax.sort(x)), [m]),
    "topK": (lambda m: lax.top_k(m, 2), [m]),
    "dynamicSlice": (lambda x, k: lax.dynamic_slice(x, (k,), (2,)), [x, k]),
    "dynamicUpdateSlice": (lambda x, k: lax.dynamic_update_slice(x, x[:2], (k,)), [x, k]),
    "grad(dynamicSlice)": (jax.grad(lambda x, k: jnp.sum(lax.dynamic_slice(x, (k,), (2,)))), [x, k]),
    "vmap(dynamicSlice)": (jax.vmap(lambda x, k: lax.dynamic_slice(x, (k,), (2,))), [jnp.ones((3, 3)), i]),
    "indexing": (lambda x, i: x[i], [x, i]),
    "grad(indexing)": (jax.grad(lambda x, i: jnp.sum(x[i])), [x, i]),
    "indexedUpdate": (lambda x, i: x.at[i].add(1.0), [x, i]),
    "conv": (conv, [image, kernel]),
    "grad(conv)": (jax.grad(lambda u, v: jnp.sum(conv(u, v)), argnums=(0, 1)), [image, kernel]),
    "vmap(conv)": (jax.vmap(conv, (0, None)), [jnp.ones((4, 1, 2, 6, 6)), kernel]),
    "dotGeneral": (lambda u, v: lax.dot_general(u, v, (((2,), (1,)), ((0,), (0,)))), [jnp.ones((5, 2, 3)), jnp.ones((5, 3, 4))]),
    "vjp(dot)": (lambda u, v, ct: jax.vjp(jnp.dot, u, v)[1](ct), [m, w, jnp.ones((2, 4))]),
    "random": (lambda key: (jax.random.bits(key, (2,)), jax.random.split(key), jax.random.fold_in(key, 3)), [key]),
    "vmap(bits)": (jax.vmap(lambda key: jax.random.bits(key, (2,))), [jax.random.split(key, 3)]),
    "key": (lambda k: jax.random.key_data(jax.random.key(k)), [k]),
    "cholesky": (lambda a: lax.linalg.cholesky(a, symmetrize_input=False), [a]),
    "triangularSolve": (lambda a, m: lax.linalg.triangular_solve(a, m, left_side=False, lower=True, transpose_a=True), [a, m]),
    "grad(triangularSolve)": (jax.grad(lambda m, a: jnp.sum(lax.linalg.triangular_solve(a, m, left_side=False, lower=True))), [m, a]),
    "customJvp": (scaled, [x]),
    "jvp(customJvp)": (lambda x, t: jax.jvp(scaled, (x,), (t,)), [x, x]),
    "vmap(customJvp)": (jax.vmap(scaled), [m]),
    "grad(customJvp)": (jax.grad(lambda x: jnp.sum(scaled(x))), [x]),
    "customVjp": (clipped, [x]),
    "vmap(customVjp)": (jax.vmap(clipped), [m]),
    "grad(customVjp)": (jax.grad(lambda x: jnp.sum(clipped(x))), [x]),
    "nestedJitTwice": (jax.jit(lambda x: double(x) + double(x)), [x]),
    "vmap(jit)": (jax.vmap(jax.jit(lambda x: jnp.sum(x) * x)), [m]),
    "vmap(grad(jit))": (jax.vmap(jax.grad(jax.jit(lambda x: jnp.sum(x * x)))), [m]),
    "jvp(jit)": (lambda x, t: jax.jvp(jax.jit(jnp.sin), (x,), (t,)), [x, x]),
    "stopGradient": (jax.grad(lambda x: x * lax.stop_gradient(x)), [1.0]),
    "movement": (
        lambda m: (lax.rev(m, (1,)), lax.expand_dims(m, (0,)), lax.squeeze(m[:1], (0,)), lax.broadcast_in_dim(m, (4, 2, 3), (1, 2)), lax.iota(jnp.int32, 4)),
        [m],
    ),
    "bits": (
        lambda i: (
            i & 3, i | i, ~i, lax.shift_left(i, i), lax.shift_right_logical(i, i), lax.population_count(i), lax.clz(i),
            lax.bitcast_convert_type(i, jnp.float32),
        ),
        [i],
    ),
    "special": (lambda x: (lax.erf(x), lax.lgamma(x), lax.digamma(x), lax.erf_inv(x), lax.atan2(x, x), lax.nextafter(x, x), lax.clamp(0.0, x, 1.0)), [x]),
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
