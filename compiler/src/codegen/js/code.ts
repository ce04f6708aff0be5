/** @file Pieces of JavaScript with their binding strength, so that parentheses stand only where they are needed. */

/** How strongly the outermost operator of a piece of code binds. */
export const binding = {
  conditional: 2, or: 3, and: 4, bitOr: 5, equality: 8, relational: 9, shift: 10, sum: 11, product: 12, unary: 14, primary: 18,
} as const;

export interface JsCode {
  readonly text: string;
  readonly binding: number;
}

export function primary(text: string): JsCode {
  return { text, binding: binding.primary };
}

/** The text, in parentheses if its operator binds weaker than `least`. */
export function within(code: JsCode, least: number): string {
  return code.binding < least ? `(${code.text})` : code.text;
}

/** A left-associative operator. */
export function infix(left: JsCode, operator: string, right: JsCode, strength: number): JsCode {
  return { text: `${within(left, strength)} ${operator} ${within(right, strength + 1)}`, binding: strength };
}

/** A bitwise operator, whose operands are bracketed as people do who do not trust its precedence. */
export function bitwise(left: JsCode, operator: string, right: JsCode, strength: number): JsCode {
  return { text: `${within(left, binding.unary)} ${operator} ${within(right, binding.unary)}`, binding: strength };
}

/** `&&` and `||`, which need no parentheses among themselves. */
export function logical(left: JsCode, operator: "&&" | "||", right: JsCode): JsCode {
  const strength = operator === "&&" ? binding.and : binding.or;
  return { text: `${within(left, strength)} ${operator} ${within(right, strength)}`, binding: strength };
}

export function comparison(left: JsCode, operator: string, right: JsCode): JsCode {
  const strength = operator === "===" || operator === "!==" ? binding.equality : binding.relational;
  return { text: `${within(left, binding.sum)} ${operator} ${within(right, binding.sum)}`, binding: strength };
}

export function prefix(operator: string, operand: JsCode): JsCode {
  return { text: `${operator}${within(operand, binding.unary + 1)}`, binding: binding.unary };
}

export function call(name: string, ...args: readonly JsCode[]): JsCode {
  return primary(`${name}(${args.map(({ text }) => text).join(", ")})`);
}

export function conditional(condition: JsCode, whenTrue: JsCode, whenFalse: JsCode): JsCode {
  const branch = (code: JsCode): string => within(code, binding.conditional);
  return {
    text: `${within(condition, binding.or)} ? ${branch(whenTrue)} : ${branch(whenFalse)}`,
    binding: binding.conditional,
  };
}

export function numberCode(value: number): JsCode {
  const isNegative = value < 0 || Object.is(value, -0);
  const text = Object.is(value, -0) ? "-0" : String(value);
  return { text, binding: isNegative ? binding.unary : binding.primary };
}
