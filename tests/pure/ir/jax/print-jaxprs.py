"""Prints jaxprs with JAX 0.10.2, for the test of our printer and parser: python print-jaxprs.py > jaxprs.txt

Samples are separated by lines of equals signs. Needs: pip install jax==0.10.2
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

samples = []


def show(function, *args, **options):
    samples.append(str(jax.make_jaxpr(function, **options)(*args)))


x = jnp.arange(3.0)
matrix = jnp.ones((4, 4))
key = jax.random.key(0)

# Literals of every dtype; a number of Python is printed as it is, a rounded one with all its digits.
show(lambda a: a * 0.1 + 1e-5 + 1e20 + 3.4028235e38 + np.inf - np.inf + np.nan, 1.0)
for value in [0.1, 1e-5, 1e-4, 1e20, 1e16, 1e15, 3.4028235e38, 1e-45, -0.0, 1 / 3, 1e22]:
    show(lambda a: lax.mul(a, np.float32(value)), 1.0)
show(lambda a: lax.mul(a, np.float16(65504.0)), np.float16(1))
show(lambda a: lax.mul(a, jnp.bfloat16(1e-7)), jnp.bfloat16(1))
show(lambda a: lax.mul(a, np.complex64(2)), np.complex64(1))
show(lambda a: lax.mul(a, np.complex64(-0.5)), np.complex64(1))
show(lambda a: jnp.logical_and(a, True), True)
show(lambda a: (a, -3, 2.5, False), 1)

# Inputs, constants, results.
show(lambda: jnp.zeros((3,)) + 1.0)
show(lambda a: a, 1)
show(lambda a: x * a + np.arange(3.0, dtype=np.float32), x)
show(lambda a: (jnp.sin(a), a)[1], x)
show(lambda *a: a, *([1.0] * 30))
show(lambda *a: a, *([jnp.ones((2, 3))] * 60))
show(lambda a: lax.iota("int32", 3), x)
show(lambda k: k, key)

# Calls: names that go inside, unused results, jaxprs that occur twice, long ones, nested ones.
f = jax.jit(lambda a: jnp.sin(a) * 2)
g = jax.jit(lambda a: f(f(a)))
two = jax.jit(lambda a, b: (a + b, a * b, a))
show(lambda a: f(a), x)
show(lambda a: f(f(a)), x)
show(lambda a: (f(a), a)[1], x)
show(lambda a: g(a), x)
show(lambda a: (g(a), g(a)), x)
show(lambda a: (g(a), f(a)), x)
show(lambda a: (f(a), f(a * 2.0)), 1.0)
show(lambda a, b: two(a, b)[0:2], x, x)
show(lambda a: two(a, a), x)
show(lambda a, b: (two(a, b), two(b, a)), x, x)
show(lambda a: two(2.0, a)[1:], x)


def chain(length):
    def body(a):
        for _ in range(length):
            a = jnp.sin(a) * a
        return a

    return body


show(lambda a: jax.jit(chain(12))(a) + jax.jit(chain(3))(a), x)
show(lambda p, a: lax.cond(p, chain(11), chain(2), a), True, x)
show(lambda a: jax.jit(chain(5))(a), x)
show(lambda a: jax.jit(lambda b: chain(5)(b) + 1.0)(a), x)
once = jax.jit(lambda a: f(a))
show(lambda a: (once(a), once(a)), x)
show(chain(150), x)  # more than 221 names, past one that is `in`

# Control flow and derivatives.
show(lambda a: lax.cond(a > 0, lambda y: y * 2, jnp.sin, a), 1.0)
show(lambda i: lax.switch(i, [lambda: 1.0, lambda: 2.0, lambda: 3.0]), 1)
show(lambda a: lax.scan(lambda c, y: (c + y, c * y), a, x), 1.0)
show(lambda a: lax.while_loop(lambda c: c < 10, lambda c: c * 2, a), 1.0)
show(jax.grad(lambda a: lax.fori_loop(0, 5, lambda i, c: jnp.sin(c) * i, a)), 1.0)
show(jax.vmap(lambda a: lax.while_loop(lambda c: c < 10, lambda c: c * 2, a)), x)
show(jax.checkpoint(lambda a: jnp.sin(jnp.sin(a))), 1.0)
custom = jax.custom_jvp(lambda a: jnp.sin(a))
custom.defjvp(lambda p, t: (custom(p[0]), t[0]))
show(custom, 1.0)

# Params of many forms, and lines near the width.
show(jax.vmap(lambda a, b: a @ b), jnp.ones((2, 3)), jnp.ones((2, 3)))
show(lambda a: a.T, jnp.ones((2, 3)))
show(lambda a, i: a[i], jnp.ones((5, 3)), jnp.array([0, 1]))
show(lambda a, i: a.at[i].add(1.0), jnp.ones((5, 3)), jnp.array([0, 1]))
show(lambda a: a[1:3, ::2], jnp.ones((5, 3)))
show(jnp.sort, matrix)
show(jnp.cumsum, matrix)
show(jax.nn.softmax, matrix)
show(lambda k: jax.random.normal(k), key)
for count in range(1, 14):
    show(lambda *a: sum(a), *([1.0] * count))
    show(lambda a: lax.reshape(a, (1,) * count + (3,)), x)
    show(lambda *a: lax.concatenate([jnp.ones((2,)) * q for q in a], 0), *([1.0] * count))
for count in range(20, 50, 3):
    named = lambda a: jnp.sin(a)
    named.__name__ = "f" * count
    show(lambda a: jnp.cos(jax.jit(named)(a)), x)

print("\n=====\n".join(samples))
