/** @file Programs of which compiling is timed: chains, shared subexpressions, many kernels, gradients of transformers. Pure lanewise. */

import { grad, nn, numpy as np, random } from "lanewise";

/** `operations` cheap operations one after the other, over 64 elements. */
export function chain(operations) {
  const f = (x) => {
    let y = x;
    for (let i = 0; i < operations; i++) y = i % 3 === 0 ? y.mul(0.999) : i % 3 === 1 ? y.add(0.01) : y.sub(0.005);
    return y;
  };
  return { f, args: [np.arange(64, { dtype: "float32" })] };
}

/** A graph in which every value has two readers. */
export function dag(operations) {
  const f = (x) => {
    let before = x;
    let current = x.add(1);
    for (let i = 0; i < operations; i++) [before, current] = [current, i % 2 === 0 ? current.mul(0.5).add(before) : np.maximum(current, before.mul(0.9))];
    return current;
  };
  return { f, args: [np.arange(64, { dtype: "float32" })] };
}

/** `kernels` loops that cannot be one: each reads what a sum over the one before gave. */
export function kernels(count) {
  const f = (x) => {
    let y = x;
    for (let i = 0; i < count; i++) y = y.add(y.sum().mul(1e-6 * (i % 7)));
    return y;
  };
  return { f, args: [np.arange(64, { dtype: "float32" })] };
}

const defaults = { batch: 2, length: 16, width: 32, heads: 4, hidden: 64 };

function layerNorm(x, { scale, bias }) {
  const mean = x.mean(-1, { keepdims: true });
  const centered = x.sub(mean);
  const variance = centered.mul(centered).mean(-1, { keepdims: true });
  return centered.div(np.sqrt(variance.add(1e-5))).mul(scale).add(bias);
}

function attention(x, { query, key, value, output }, heads) {
  const [batch, length, width] = x.shape;
  const size = width / heads;
  const split = (y) => y.reshape(batch, length, heads, size).transpose([0, 2, 1, 3]);
  const [q, k, v] = [query, key, value].map((w) => split(np.matmul(x, w)));
  const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).div(Math.sqrt(size));
  const mixed = np.matmul(nn.softmax(scores, -1), v);
  return np.matmul(mixed.transpose([0, 2, 1, 3]).reshape(batch, length, width), output);
}

function block(x, layer, heads) {
  const attended = x.add(attention(layerNorm(x, layer.norm1), layer.attention, heads));
  const hidden = nn.gelu(np.matmul(layerNorm(attended, layer.norm2), layer.mlp.up).add(layer.mlp.upBias));
  return attended.add(np.matmul(hidden, layer.mlp.down).add(layer.mlp.downBias));
}

/** The gradient of a stack of transformer blocks with multi-head attention, layer norms and a gelu MLP. */
export function transformerGradient(layers, sizes = {}) {
  const { batch, length, width, heads, hidden } = { ...defaults, ...sizes };
  const keys = random.split(random.key(0), 7);
  const normal = (i, shape) => random.normal(keys[i], shape).mul(0.1);
  const norm = () => ({ scale: np.ones([width]), bias: np.zeros([width]) });
  const parameters = Array.from({ length: layers }, () => ({
    norm1: norm(), norm2: norm(),
    attention: { query: normal(0, [width, width]), key: normal(1, [width, width]), value: normal(2, [width, width]), output: normal(3, [width, width]) },
    mlp: { up: normal(4, [width, hidden]), upBias: np.zeros([hidden]), down: normal(5, [hidden, width]), downBias: np.zeros([width]) },
  }));
  const loss = (stack, x) => {
    let y = x;
    for (const layer of stack) y = block(y, layer, heads);
    return y.mul(y).mean();
  };
  return { f: grad(loss), args: [parameters, normal(6, [batch, length, width])] };
}
