/** @file How fast are neural networks: layers, convolutions, attention, embeddings, gradients? */

import { gradientOf, sampled } from "../harness/check.mjs";
import { integers, uniform } from "../harness/data.mjs";
import { exactGelu, exp, tanh } from "./math.mjs";
import { columnSums, multiply } from "./products.mjs";

// A tanh network 784-512-256-10 -----------------------------------------------------------------------------------------

const sizes = [784, 512, 256, 10];
const weightNames = ["w1", "w2", "w3"];
const biasNames = ["b1", "b2", "b3"];

function networkInputs(/** @type {number} */ batch) {
  /** @type {Record<string, import("../harness/data.mjs").Input>} */
  const inputs = { x: uniform([batch, 784], 0, 1) };
  weightNames.forEach((name, layer) => {
    const fanIn = Number(sizes[layer]);
    const bound = Math.sqrt(3 / fanIn);
    inputs[name] = uniform([fanIn, Number(sizes[layer + 1])], -bound, bound, 10 + layer);
    inputs[String(biasNames[layer])] = uniform([Number(sizes[layer + 1])], -0.1, 0.1, 20 + layer);
  });
  return inputs;
}

/** The outputs in float64. */
function networkOutputs(/** @type {Record<string, Float64Array>} */ inputs, /** @type {number} */ batch) {
  return weightNames.reduce((values, name, layer) => {
    const [fanIn, fanOut] = [Number(sizes[layer]), Number(sizes[layer + 1])];
    const weights = inputs[name] ?? new Float64Array();
    const bias = inputs[String(biasNames[layer])] ?? new Float64Array();
    const out = new Float64Array(batch * fanOut);
    for (let i = 0; i < batch; i++) {
      out.set(bias, i * fanOut);
      for (let p = 0; p < fanIn; p++) {
        const value = Number(values[i * fanIn + p]);
        for (let j = 0; j < fanOut; j++) out[i * fanOut + j] = Number(out[i * fanOut + j]) + value * Number(weights[p * fanOut + j]);
      }
    }
    return layer < 2 ? out.map(Math.tanh) : out;
  }, inputs.x ?? new Float64Array());
}

/** One layer by hand. */
function layerByHand(/** @type {Float32Array} */ x, /** @type {Float32Array} */ w, /** @type {Float32Array} */ b, /** @type {number} */ batch, /** @type {boolean} */ last) {
  const fanIn = x.length / batch;
  const fanOut = b.length;
  if (batch === 1) {
    const sums = columnSums(x, w, fanIn, fanOut);
    const out = new Float32Array(fanOut);
    for (let j = 0; j < fanOut; j++) out[j] = last ? sums[j] + b[j] : tanh(sums[j] + b[j]);
    return out;
  }
  return multiply(x, w, new Float32Array(batch * fanOut), batch, fanOut, fanIn, { aRow: fanIn, aStep: 1, bStep: fanOut, bColumn: 1 },
    last ? (value, column) => value + b[column] : (value, column) => tanh(value + b[column]));
}

/** @type {(batch: number) => import("./index.mjs").Workload} */
function forward(batch) {
  return {
    name: `mlp_fwd_b${batch}`, says: `a tanh network 784-512-256-10 at batch ${batch}`, flops: 2 * batch * (784 * 512 + 512 * 256 + 2560), tolerance: 5e-6,
    inputs: () => networkInputs(batch),
    loop: (x, w1, b1, w2, b2, w3, b3) => layerByHand(layerByHand(layerByHand(x, w1, b1, batch, false), w2, b2, batch, false), w3, b3, batch, true),
    lanewise: ({ numpy: np }) => (x, w1, b1, w2, b2, w3, b3) => np.tanh(np.tanh(x.matmul(w1).add(b1)).matmul(w2).add(b2)).matmul(w3).add(b3),
    jax: ({ numpy: np }) => (x, w1, b1, w2, b2, w3, b3) =>
      np.matmul(np.tanh(np.matmul(np.tanh(np.matmul(x, w1).add(b1)), w2).add(b2)), w3).add(b3),
    tf: (tf) => (x, w1, b1, w2, b2, w3, b3) =>
      tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(x, w1), b1)), w2), b2)), w3), b3),
    error: sampled((inputs) => {
      const outputs = networkOutputs(inputs, batch);
      return (index) => Number(outputs[index]);
    }, { scale: 1 }),
  };
}

/** @type {import("./index.mjs").Workload} */
const training = {
  name: "mlp_sgd_b128", says: "loss and gradients of that network at batch 128", flops: 6 * 128 * (784 * 512 + 512 * 256 + 2560) - 2 * 128 * 784 * 512, tolerance: 1e-4,
  inputs: () => networkInputs(128),
  loop: (x, w1, b1, w2, b2, w3, b3) => gradientsByHand(x, [w1, w2, w3], [b1, b2, b3]),
  lanewise: ({ numpy: np, grad }) => {
    const loss = (/** @type {any[]} */ [w1, b1, w2, b2, w3, b3], /** @type {any} */ x) =>
      np.mean(np.square(np.tanh(np.tanh(x.matmul(w1).add(b1)).matmul(w2).add(b2)).matmul(w3).add(b3)));
    return (x, ...params) => grad(loss)(params, x);
  },
  jax: ({ numpy: np, grad }) => {
    const loss = (/** @type {any[]} */ [w1, b1, w2, b2, w3, b3], /** @type {any} */ x) =>
      np.mean(np.square(np.matmul(np.tanh(np.matmul(np.tanh(np.matmul(x, w1).add(b1)), w2).add(b2)), w3).add(b3)));
    return (x, ...params) => grad(loss)(params, x);
  },
  tf: (tf) => (x, ...params) => tf.grads((w1, b1, w2, b2, w3, b3) =>
    tf.mean(tf.square(tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(tf.tanh(tf.add(tf.matMul(x, w1), b1)), w2), b2)), w3), b3))))(params),
  error: gradientOf((inputs) => networkOutputs(inputs, 128).reduce((sum, value) => sum + value * value, 0) / 1280, ["w1", "b1", "w2", "b2", "w3", "b3"]),
};

/** Mean of the squared outputs, backwards through the layers. */
function gradientsByHand(/** @type {Float32Array} */ x, /** @type {Float32Array[]} */ weights, /** @type {Float32Array[]} */ biases) {
  const batch = 128;
  const values = [x];
  for (let layer = 0; layer < 3; layer++) values.push(layerByHand(values[layer], weights[layer], biases[layer], batch, layer === 2));
  let cotangent = values[3].map((value) => 2 * value / 1280);
  const gradients = [];
  for (let layer = 2; layer >= 0; layer--) {
    const fanIn = Number(sizes[layer]);
    const fanOut = Number(sizes[layer + 1]);
    const input = values[layer];
    const bias = new Float64Array(fanOut);
    for (let i = 0; i < batch; i++) for (let j = 0; j < fanOut; j++) bias[j] += cotangent[i * fanOut + j];
    gradients.unshift(multiply(input, cotangent, new Float32Array(fanIn * fanOut), fanIn, fanOut, batch, { aRow: 1, aStep: fanIn, bStep: fanOut, bColumn: 1 }), Float32Array.from(bias));
    if (layer === 0) break;
    const back = multiply(cotangent, weights[layer], new Float32Array(batch * fanIn), batch, fanIn, fanOut, { aRow: fanOut, aStep: 1, bStep: 1, bColumn: fanOut });
    for (let i = 0; i < back.length; i++) back[i] *= 1 - input[i] * input[i];
    cotangent = back;
  }
  return gradients;
}

// A convolution -----------------------------------------------------------------------------------------------------------

const [channels, side, features] = [32, 56, 64];

/** An element of the result at feature, row and column. */
function convolved(/** @type {Record<string, Float64Array>} */ inputs, /** @type {number} */ feature, /** @type {number} */ row, /** @type {number} */ column) {
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const [y, x] = [row + i - 1, column + j - 1];
        if (y < 0 || x < 0 || y >= side || x >= side) continue;
        sum += Number(inputs.x?.[(channel * side + y) * side + x]) * Number(inputs.w?.[((feature * channels + channel) * 3 + i) * 3 + j]);
      }
    }
  }
  return sum;
}

/** @type {import("./index.mjs").Workload} */
const convolution = {
  name: "conv3x3", says: "3x3 convolution of [1, 32, 56, 56] to 64 features", flops: 2 * features * side * side * channels * 9, tolerance: 2e-6,
  inputs: () => ({ x: uniform([1, channels, side, side]), w: uniform([features, channels, 3, 3], -1, 1, 2) }),
  // Patches as the rows of a matrix, and a product of matrices.
  loop: (x, w) => {
    const patches = new Float64Array(channels * 9 * side * side);
    let to = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (let i = -1; i < 2; i++) {
        for (let j = -1; j < 2; j++) {
          for (let row = 0; row < side; row++, to += side) {
            const y = row + i;
            if (y < 0 || y >= side) continue;
            const from = (channel * side + y) * side + j;
            for (let column = Math.max(0, -j); column < Math.min(side, side - j); column++) patches[to + column] = x[from + column];
          }
        }
      }
    }
    return multiply(w, patches, new Float32Array(features * side * side), features, side * side, channels * 9, { aRow: channels * 9, aStep: 1, bStep: side * side, bColumn: 1 });
  },
  lanewise: ({ lax }) => (x, w) => lax.conv(x, w, [1, 1], "SAME"),
  jax: ({ lax }) => (x, w) => lax.conv(x, w, [1, 1], "SAME"),
  // tfjs has its channels last; the exchange is part of neither its time nor its result.
  tf: (tf) => {
    /** @type {any[]} */
    let prepared = [];
    return (x, w) => {
      if (prepared.length === 0) prepared = [tf.keep(tf.transpose(x, [0, 2, 3, 1])), tf.keep(tf.transpose(w, [2, 3, 1, 0]))];
      return tf.conv2d(prepared[0], prepared[1], 1, "same");
    };
  },
  error: (inputs, outputs, form) => sampled(() => (index) => (form === "tf"
    ? convolved(inputs, index % features, Math.floor(index / features / side), Math.floor(index / features) % side)
    : convolved(inputs, Math.floor(index / side / side), Math.floor(index / side) % side, index % side)), { scale: Math.sqrt(channels * 9) / 3 })(inputs, outputs, form),
};

// Attention ---------------------------------------------------------------------------------------------------------------

const [heads, tokens, width] = [8, 512, 64];

/** @type {import("./index.mjs").Workload} */
const attention = {
  name: "attention_8x512x64", says: "softmax(q @ k.T / 8) @ v, 8 heads of [512, 64]", flops: 4 * heads * tokens * tokens * width, tolerance: 5e-6,
  inputs: () => ({ q: uniform([heads, tokens, width]), k: uniform([heads, tokens, width], -1, 1, 2), v: uniform([heads, tokens, width], -1, 1, 3) }),
  loop: (q, k, v) => {
    const out = new Float32Array(heads * tokens * width);
    const scores = new Float64Array(tokens * tokens);
    for (let head = 0; head < heads; head++) {
      const start = head * tokens * width;
      multiply(q, k, scores, tokens, tokens, width, { aRow: width, aStep: 1, bStep: 1, bColumn: width, aStart: start, bStart: start });
      for (let row = 0; row < tokens * tokens; row += tokens) {
        let most = -Infinity;
        for (let i = row; i < row + tokens; i++) most = scores[i] > most ? scores[i] : most;
        let sum = 0;
        for (let i = row; i < row + tokens; i++) {
          const weight = exp((scores[i] - most) * 0.125);
          scores[i] = weight;
          sum += weight;
        }
        const scale = 1 / sum;
        for (let i = row; i < row + tokens; i++) scores[i] *= scale;
      }
      multiply(scores, v, out, tokens, width, tokens, { aRow: tokens, aStep: 1, bStep: width, bColumn: 1, bStart: start, outStart: start });
    }
    return out;
  },
  lanewise: ({ numpy: np, nn }) => (q, k, v) => np.matmul(nn.softmax(np.matmul(q, np.swapaxes(k, 1, 2)).div(8), -1), v),
  jax: ({ numpy: np, nn }) => (q, k, v) => np.matmul(nn.softmax(np.matmul(q, np.transpose(k, [0, 2, 1])).mul(0.125), -1), v),
  tf: (tf) => (q, k, v) => tf.matMul(tf.softmax(tf.mul(tf.matMul(q, k, false, true), 0.125), -1), v),
  error: sampled(({ q = new Float64Array(), k = new Float64Array(), v = new Float64Array() }) => (index) => {
    const start = Math.floor(index / tokens / width) * tokens * width;
    const query = start + Math.floor(index / width) % tokens * width;
    let [sum, weighted] = [0, 0];
    for (let other = 0; other < tokens; other++) {
      let score = 0;
      for (let p = 0; p < width; p++) score += Number(q[query + p]) * Number(k[start + other * width + p]);
      const weight = Math.exp(score / 8);
      sum += weight;
      weighted += weight * Number(v[start + other * width + index % width]);
    }
    return weighted / sum;
  }, { scale: 0.1 }),
};

/** @type {import("./index.mjs").Workload} */
const embedding = {
  name: "gather_emb", says: "4096 rows of a table [10000, 256]", bytes: 8 * 4096 * 256, tolerance: 0,
  inputs: () => ({ table: uniform([10000, 256]), ids: integers([4096], 10000) }),
  loop: (table, ids) => {
    const out = new Float32Array(4096 * 256);
    for (let i = 0; i < 4096; i++) {
      const from = ids[i] * 256;
      const to = i * 256;
      for (let j = 0; j < 256; j++) out[to + j] = table[from + j];
    }
    return out;
  },
  lanewise: ({ numpy: np }) => (table, ids) => np.take(table, ids, 0),
  jax: ({ numpy: np }) => (table, ids) => np.take(table, ids, 0),
  tf: (tf) => (table, ids) => tf.gather(table, ids, 0),
  error: sampled((inputs) => (index) => Number(inputs.table?.[Number(inputs.ids?.[index >> 8]) * 256 + (index & 255)])),
};

// Six layers of a transformer -----------------------------------------------------------------------------------------------

const [length, model, hidden, depth] = [64, 64, 256, 6];
const layerWeights = { wq: [model, model], wk: [model, model], wv: [model, model], wo: [model, model], wu: [model, hidden], wd: [hidden, model] };
const transformerWeights = Array.from({ length: depth }, (_, layer) => Object.keys(layerWeights).map((name) => `${name}${layer}`)).flat();

/** The loss in float64. @type {(inputs: Record<string, Float64Array>) => number} */
function transformerLoss(inputs) {
  const product = (/** @type {Float64Array} */ a, /** @type {Float64Array} */ b, /** @type {number} */ m, /** @type {number} */ k, /** @type {number} */ n) => {
    const out = new Float64Array(m * n);
    for (let i = 0; i < m; i++) for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) out[i * n + j] = Number(out[i * n + j]) + Number(a[i * k + p]) * Number(b[p * n + j]);
    return out;
  };
  const rows = (/** @type {Float64Array} */ a, /** @type {number} */ n, /** @type {(row: Float64Array) => Float64Array} */ map) => {
    for (let start = 0; start < a.length; start += n) a.set(map(a.slice(start, start + n)), start);
    return a;
  };
  const normal = (/** @type {Float64Array} */ a) => rows(a.slice(), model, (row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / model;
    const deviation = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / model + 1e-5);
    return row.map((value) => (value - mean) / deviation);
  });
  const softmax = (/** @type {Float64Array} */ a) => rows(a, length, (row) => {
    const sum = row.reduce((total, value) => total + Math.exp(value), 0);
    return row.map((value) => Math.exp(value) / sum);
  });
  const weight = (/** @type {string} */ name) => inputs[name] ?? new Float64Array();
  let x = weight("x");
  for (let layer = 0; layer < depth; layer++) {
    const h = normal(x);
    const [q, k, v] = ["wq", "wk", "wv"].map((name) => product(h, weight(`${name}${layer}`), length, model, model));
    const transposed = Float64Array.from({ length: model * length }, (_, place) => Number(k?.[place % length * model + Math.floor(place / length)]));
    const scores = softmax(product(q ?? x, transposed, length, model, length).map((value) => value / 8));
    const mixed = product(product(scores, v ?? x, length, length, model), weight(`wo${layer}`), length, model, model);
    const y = x.map((value, place) => value + Number(mixed[place]));
    const up = product(normal(y), weight(`wu${layer}`), length, model, hidden).map(exactGelu);
    const down = product(up, weight(`wd${layer}`), length, hidden, model);
    x = y.map((value, place) => value + Number(down[place]));
  }
  return x.reduce((sum, value) => sum + value * value, 0) / x.length;
}

/** @type {import("./index.mjs").Workload} */
const transformer = {
  name: "transformer_grad_L6", says: "gradients of six transformer layers, 64 tokens of width 64", tolerance: 1e-3,
  flops: depth * 3 * 2 * (4 * length * model * model + 2 * length * length * model + 2 * length * model * hidden),
  inputs: () => ({
    x: uniform([length, model]),
    ...Object.fromEntries(transformerWeights.map((name, number) => {
      const shape = layerWeights[/** @type {keyof typeof layerWeights} */ (name.slice(0, 2))];
      const bound = Math.sqrt(3 / Number(shape[0]));
      return [name, uniform(shape, -bound, bound, 100 + number)];
    })),
  }),
  lanewise: ({ numpy: np, nn, grad }) => {
    const normal = (/** @type {any} */ x) => {
      const centred = x.sub(np.mean(x, -1, { keepdims: true }));
      return centred.div(np.sqrt(np.mean(np.square(centred), -1, { keepdims: true }).add(1e-5)));
    };
    const layer = (/** @type {any} */ x, /** @type {any[]} */ [wq, wk, wv, wo, wu, wd]) => {
      const h = normal(x);
      const y = x.add(nn.softmax(h.matmul(wq).matmul(h.matmul(wk).T).div(8), -1).matmul(h.matmul(wv)).matmul(wo));
      return y.add(nn.gelu(normal(y).matmul(wu)).matmul(wd));
    };
    const loss = (/** @type {any[]} */ params, /** @type {any} */ x) => {
      for (let place = 0; place < params.length; place += 6) x = layer(x, params.slice(place, place + 6));
      return np.mean(np.square(x));
    };
    return (x, ...params) => grad(loss)(params, x);
  },
  jax: ({ numpy: np, nn, grad }) => {
    const normal = (/** @type {any} */ x) => {
      const centred = x.ref.sub(np.mean(x, -1, { keepdims: true }));
      return centred.ref.div(np.sqrt(np.mean(np.square(centred), -1, { keepdims: true }).add(1e-5)));
    };
    const layer = (/** @type {any} */ x, /** @type {any[]} */ [wq, wk, wv, wo, wu, wd]) => {
      const h = normal(x.ref);
      const scores = np.matmul(np.matmul(h.ref, wq), np.transpose(np.matmul(h.ref, wk))).mul(0.125);
      const y = x.add(np.matmul(np.matmul(nn.softmax(scores, -1), np.matmul(h, wv)), wo));
      return y.ref.add(np.matmul(nn.gelu(np.matmul(normal(y), wu)), wd));
    };
    const loss = (/** @type {any[]} */ params, /** @type {any} */ x) => {
      for (let place = 0; place < params.length; place += 6) x = layer(x, params.slice(place, place + 6));
      return np.mean(np.square(x));
    };
    return (x, ...params) => grad(loss)(params, x);
  },
  tf: (tf) => {
    const normal = (/** @type {any} */ x) => {
      const centred = tf.sub(x, tf.mean(x, -1, true));
      return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)));
    };
    const gelu = (/** @type {any} */ x) =>
      tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(x, tf.square(x)), 0.044715)), 0.7978845608028654)), 1));
    const layer = (/** @type {any} */ x, /** @type {any[]} */ [wq, wk, wv, wo, wu, wd]) => {
      const h = normal(x);
      const scores = tf.mul(tf.matMul(tf.matMul(h, wq), tf.matMul(h, wk), false, true), 0.125);
      const y = tf.add(x, tf.matMul(tf.matMul(tf.softmax(scores, -1), tf.matMul(h, wv)), wo));
      return tf.add(y, tf.matMul(gelu(tf.matMul(normal(y), wu)), wd));
    };
    return (x, ...params) => tf.grads((...given) => {
      let value = x;
      for (let place = 0; place < given.length; place += 6) value = layer(value, given.slice(place, place + 6));
      return tf.mean(tf.square(value));
    })(params);
  },
  error: (inputs, outputs) => gradientOf(transformerLoss, transformerWeights)(inputs, outputs, "loop"),
};

/** @type {import("./index.mjs").Workload[]} */
export const networks = [forward(1), forward(128), training, convolution, attention, embedding, transformer];
