/** @file What runs in the page and in Node alike: small programs over the public API, for whatever the default device is. */
import {
  blockUntilReady, devicePut, evalShape, get, grad, hessian, jacrev, jit, jvp, LanewiseError, lax, linalg, makeJaxpr, nn, numpy as np, random, tree,
  valueAndGrad, vjp, vmap, type NDArray,
} from "lanewise";

const x = (): NDArray => np.array([0.5, -1.25, 2, 3.5, -0.75, 1]);
const m = (): NDArray => np.arange(12).astype("float32").reshape(3, 4).div(4).sub(1);
const square = (): NDArray => np.array([[4, 1, 0.5], [1, 3, 0.25], [0.5, 0.25, 2]]);

/** Arrays, words and numbers, in lists or objects, or a promise of them. */
export type Outcome = unknown;

function codeOf(run: () => unknown): string {
  try {
    run();
    return "nothing was thrown";
  } catch (error) {
    return error instanceof LanewiseError ? error.code : String(error);
  }
}

/** A network of two layers, and three steps of gradient descent. */
function train(): Outcome {
  const inputs = np.arange(24).astype("float32").reshape(8, 3).sub(12).div(12);
  const targets = np.sum(np.square(inputs), 1, { keepdims: true });
  const loss = (params: Record<string, NDArray>): NDArray => {
    const { w1, b1, w2, b2 } = params as Record<"w1" | "b1" | "w2" | "b2", NDArray>;
    return np.mean(np.square(np.tanh(inputs.matmul(w1).add(b1)).matmul(w2).add(b2).sub(targets)));
  };
  const step = jit((params: Record<string, NDArray>) => {
    const [value, gradients] = valueAndGrad(loss)(params);
    return [value, tree.map((p: NDArray, g: NDArray) => p.sub(g.mul(0.1)), params, gradients)] as const;
  });
  let params: Record<string, NDArray> = {
    w1: random.uniform(random.key(1), [3, 4]).sub(0.5), b1: np.zeros([4]), w2: random.uniform(random.key(2), [4, 1]).sub(0.5), b2: np.zeros([1]),
  };
  const losses: NDArray[] = [];
  for (let round = 0; round < 3; round++) {
    const [value, next] = step(params);
    losses.push(value);
    params = next as Record<string, NDArray>;
  }
  return { losses, params };
}

/** The programs by what they show. */
export const programs: Readonly<Record<string, () => Outcome>> = {
  "eager: arithmetic": () => x().mul(x()).add(1).div(3).sub(x()),
  "eager: functions": () => [np.exp(x()), np.sin(x()), np.tanh(x()), np.log(np.abs(x())), np.sqrt(np.abs(x())), np.pow(np.abs(x()), 1.5)],
  "eager: special values": () => [np.array([NaN, Infinity, -Infinity, -0]), np.log(np.array([-1, 0])), np.sign(np.array([-0, NaN, -2]))],
  "eager: integers": () => [np.arange(7).mul(3).mod(5), np.array([7, -7], "int32").floorDivide(2), np.array([250, 9], "uint8").add(np.array([10, 1], "uint8"))],
  "eager: comparisons and where": () => [x().greater(0), np.where(x().greater(0), x(), x().neg())],
  "eager: every dtype": () => (["int8", "int16", "int32", "uint8", "uint16", "uint32", "float16", "bfloat16", "float32"] as const).map((dtype) => np.array([1, 2, 100], dtype).add(np.array([3, 4, 5], dtype))),
  "eager: shapes": () => [m().T, m().reshape(2, 6), np.concatenate([m(), m()], 1), np.stack([x(), x()]), np.flip(m(), 0), np.pad(m(), 1)],
  "eager: indices": () => [m().get(1), m().get(1, 2), np.take(x(), np.array([5, 0, 2], "int32")), x().at(1).set(9)],
  "eager: reductions": () => [m().sum(), m().sum(0), m().max(1), np.mean(m(), 1), np.argmax(m(), 1), np.prod(x()), np.any(m().greater(1.5))],
  "eager: products": () => [m().matmul(m().T), np.dot(x(), x()), np.inner(m(), m()), np.outer(x(), x())],
  "eager: cumulative sums": () => [np.cumsum(x()), np.cumsum(m(), 0)],
  "eager: sort": () => [np.sort(x()), np.argsort(x()), np.sort(m(), 0)],
  "eager: empty arrays": () => [np.zeros([0, 3]).add(1), np.zeros([0, 3]).sum(), np.zeros([0, 3]).sum(0)],
  "eager: creation": () => [np.linspace(0, 1, 5), np.eye(3), np.full([2, 2], 7), np.arange(2, 9, 2)],
  "eager: large": () => np.arange(300_000).astype("float32").div(1000).sum(),
  "nn: activations": () => [nn.relu(x()), nn.gelu(x()), nn.sigmoid(x()), nn.softmax(m(), -1), nn.logsumexp(m(), -1)],
  "nn: layer norm": () => {
    const centred = m().sub(np.mean(m(), -1, { keepdims: true }));
    return centred.div(np.sqrt(np.mean(np.square(centred), -1, { keepdims: true }).add(1e-5)));
  },
  "lax: convolution": () => lax.conv(np.arange(32).astype("float32").reshape(1, 2, 4, 4), np.arange(36).astype("float32").reshape(2, 2, 3, 3).div(10), [1, 1], "SAME"),
  "linalg: cholesky": () => linalg.cholesky(square()),
  "random: bits and numbers": () => [random.bits(random.key(3), [6]), random.uniform(random.key(4), [5]), random.normal(random.key(5), [5]), random.split(random.key(6), 2).shape],
  "jit: a chain": () => jit((a: NDArray) => np.tanh(a.mul(a).add(1)).mul(np.sin(a)))(x()),
  "jit: trees in and out": () => jit(({ a, b }: { a: NDArray; b: NDArray }) => ({ sum: a.add(b), both: [a, b.mul(2)] }))({ a: x(), b: x() }),
  "jit: scalars and static arguments": () => jit((a: NDArray, power: number) => a.mul(power).add(power), { staticArgnums: 1 })(x(), 3),
  "jit: called often": () => {
    const f = jit((a: NDArray) => a.mul(0.5).add(1));
    let a = x();
    for (let round = 0; round < 20; round++) a = f(a);
    return a;
  },
  "jit: many kernels": () => jit((a: NDArray) => nn.softmax(a.matmul(a.T), -1).matmul(a).sum(0))(m()),
  "jit: a long chain": () => jit((a: NDArray) => {
    for (let round = 0; round < 300; round++) a = a.mul(0.5).add(1);
    return a;
  })(x()),
  "vmap: dot of rows": () => vmap((a: NDArray, b: NDArray) => np.dot(a, b))(m(), m()),
  "vmap: axes": () => vmap((a: NDArray, b: NDArray) => a.add(b), [1, null])(m(), np.ones([3])),
  "vmap of vmap under jit": () => jit(vmap(vmap((a: NDArray, b: NDArray) => a.mul(b), [null, 0]), [0, null]))(x(), x()),
  "grad: of a sum": () => grad((a: NDArray) => np.sum(np.sin(a).mul(a)))(x()),
  "grad: of a matmul": () => grad((a: NDArray) => np.sum(np.square(a.matmul(square()))))(m().get(0).get(np.array([0, 1, 2], "int32")).reshape(1, 3)),
  "grad: per example": () => jit(vmap(grad((a: NDArray) => np.sum(np.tanh(a)))))(m()),
  "jvp, vjp": () => {
    const [value, back] = vjp((a: NDArray) => np.exp(a).mul(a), [x()]);
    return [jvp((a: NDArray) => np.sin(a), [x()], [np.ones([6])]), value, back(np.ones([6]))];
  },
  "jacobian and hessian": () => [jacrev((a: NDArray) => np.square(a))(x()), hessian((a: NDArray) => np.sum(a.mul(a).mul(a)))(x())],
  "train: three steps": () => train(),
  "read: data, item, toString": async () => [[...await x().data()], await x().sum().item(), String(await x().toArray())],
  "read: a tree at once": async () => {
    const read = await get({ a: x(), b: m().sum() });
    return Array.from(tree.leaves(read), (leaf) => (ArrayBuffer.isView(leaf) ? Array.from(leaf as Float32Array) : leaf));
  },
  "read: after other work": async () => {
    const first = x().mul(2);
    await blockUntilReady(first);
    const second = first.add(1);
    return [await first.toArray(), await second.toArray()];
  },
  "put: onto js": async () => {
    const onJs = devicePut(await x().mul(3).data(), "js");
    return [onJs.device, onJs.add(1).toArraySync()];
  },
  "specs: makeJaxpr and evalShape": () => [String(makeJaxpr((a: NDArray) => np.sin(a).sum())("f32[3]")), evalShape((a: NDArray) => a.matmul(a.T), "f32[3,4]")],
  "errors: shapes, names, truth": () => [
    codeOf(() => m().matmul(np.ones([3, 3]))), codeOf(() => np.sum(x(), 5)), codeOf(() => x().reshape(4)),
    codeOf(() => jit((a: NDArray) => ((a as unknown as number) > 0 ? a : a.neg()))(x())),
  ],
  "errors: a used tracer": () => {
    let leaked: NDArray | null = null;
    jit((a: NDArray) => {
      leaked = a;
      return a.add(1);
    })(x());
    return codeOf(() => (leaked ?? x()).add(1));
  },
};
