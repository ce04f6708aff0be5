/**
 * @file Numbers that carry exact derivatives of any order: nested, tagged dual numbers over doubles.
 *
 * The oracle computes with them in plain loops, so that its derivatives share nothing with the rules under test.
 */

/** `re + du * epsilon`, where every tag has its own epsilon with epsilon^2 = 0. */
export interface Dual {
  readonly tag: number;
  readonly re: Num;
  readonly du: Num;
}

export type Num = number | Dual;

const isDual = (x: Num): x is Dual => typeof x !== "number";

function tagOf(x: Num): number {
  return isDual(x) ? x.tag : -1;
}

/** The parts of a number with respect to one tag; tags inside are older, so smaller. */
function parts(x: Num, tag: number): readonly [Num, Num] {
  return isDual(x) && x.tag === tag ? [x.re, x.du] : [x, 0];
}

export function dual(tag: number, re: Num, du: Num): Num {
  return du === 0 ? re : { tag, re, du };
}

/** The derivative part for a tag; zero where the number does not depend on it. */
export function tangentPart(x: Num, tag: number): Num {
  return parts(x, tag)[1];
}

export function primalPart(x: Num, tag: number): Num {
  return parts(x, tag)[0];
}

/** The plain number under all tags. */
export function real(x: Num): number {
  return isDual(x) ? real(x.re) : x;
}

export function add(a: Num, b: Num): Num {
  if (!isDual(a) && !isDual(b)) return a + b;
  const tag = Math.max(tagOf(a), tagOf(b));
  const [[a0, a1], [b0, b1]] = [parts(a, tag), parts(b, tag)];
  return dual(tag, add(a0, b0), add(a1, b1));
}

export function mul(a: Num, b: Num): Num {
  if (!isDual(a) && !isDual(b)) return a * b;
  const tag = Math.max(tagOf(a), tagOf(b));
  const [[a0, a1], [b0, b1]] = [parts(a, tag), parts(b, tag)];
  return dual(tag, mul(a0, b0), add(timesTangent(a1, b0), timesTangent(b1, a0)));
}

/** A tangent that is zero contributes nothing, whatever it multiplies. */
function timesTangent(tangent: Num, factor: Num): Num {
  return tangent === 0 ? 0 : mul(tangent, factor);
}

export function neg(a: Num): Num {
  return isDual(a) ? { tag: a.tag, re: neg(a.re), du: neg(a.du) } : -a;
}

export const sub = (a: Num, b: Num): Num => (isDual(a) || isDual(b) ? add(a, neg(b)) : a - b);

/** A function of one number from its value and its derivative. */
export function chain(value: (x: number) => number, derivative: (x: Num) => Num): (x: Num) => Num {
  const apply = (x: Num): Num => (isDual(x) ? dual(x.tag, apply(x.re), timesTangent(x.du, derivative(x.re))) : value(x));
  return apply;
}

export const recip: (x: Num) => Num = chain((x) => 1 / x, (x) => neg(mul(recip(x), recip(x))));
export const div = (a: Num, b: Num): Num => (isDual(a) || isDual(b) ? mul(a, recip(b)) : a / b);
export const exp: (x: Num) => Num = chain(Math.exp, (x) => exp(x));
export const log: (x: Num) => Num = chain(Math.log, (x) => recip(x));
export const sin: (x: Num) => Num = chain(Math.sin, (x) => cos(x));
export const cos: (x: Num) => Num = chain(Math.cos, (x) => neg(sin(x)));
export const tanh: (x: Num) => Num = chain(Math.tanh, (x) => sub(1, mul(tanh(x), tanh(x))));
export const sqrt: (x: Num) => Num = chain(Math.sqrt, (x) => div(0.5, sqrt(x)));

/** An integer power by products. */
export function powInteger(x: Num, exponent: number): Num {
  if (!isDual(x)) return x ** exponent;
  let product: Num = 1;
  for (let count = 0; count < Math.abs(exponent); count++) product = mul(product, x);
  return exponent < 0 ? recip(product) : product;
}

export function pow(x: Num, y: Num): Num {
  return isDual(x) || isDual(y) ? exp(mul(y, log(x))) : x ** y;
}
