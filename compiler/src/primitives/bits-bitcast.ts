/**
 * @file bitcast_convert_type: the same bytes read as another dtype. A smaller one adds a last axis of the parts, the lowest
 * bytes first; a larger one takes the last axis away.
 */

import { at, InternalError } from "../base/assert.ts";
import { byteSize, dtypeClass, tangentDType, type DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { aval as makeAval, zero } from "../ir/build.ts";
import type { Aval, Emitter, Params, Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { fromHalfBits, toHalfBits } from "../kernel/half-floats.ts";
import type { Expr } from "../kernel/types.ts";
import { bind1, describeAval } from "../trace/stack.ts";
import { batchedAxis, definePrimitive, movement, notLinear, printed } from "./define.ts";
import { dtypeUnsupported, shapeMismatch } from "./errors.ts";
import { moveAxis } from "./linear.ts";
import { parseDType } from "./params.ts";

export interface BitcastParams extends Params {
  readonly newDType: DType;
}

const name = "bitcast_convert_type";

/** Dtypes whose bits an operation can take apart: integers and floats of at most 32 bits. */
function hasBits(dtype: DType): boolean {
  const kind = dtypeClass(dtype);
  return (kind === "signed" || kind === "unsigned" || kind === "float") && byteSize(dtype) <= 4;
}

function bitcastShape({ shape, dtype }: Aval, newDType: DType): readonly number[] {
  const [from, to] = [byteSize(dtype), byteSize(newDType)];
  if (from === to) return shape;
  if (from > to) return [...shape, from / to];
  if ((shape.at(-1) ?? 1) * from !== to || shape.length === 0) {
    raise(shapeMismatch, {
      operation: name, expected: `a last axis of ${to / from} elements of ${dtype}, as many as one ${newDType} has bytes for`,
      got: `shape ${formatShape(shape)}`, fix: "reshape the operand so that its last axis holds the parts of one element",
    });
  }
  return shape.slice(0, -1);
}

export const bitcastConvertTypeP: Primitive<BitcastParams> = definePrimitive<BitcastParams>({
  name,
  abstractEval: (inAvals, { newDType }) => {
    const inAval = at(inAvals, 0);
    if (inAval.dtype !== newDType && !(hasBits(inAval.dtype) && hasBits(newDType))) {
      raise(dtypeUnsupported, {
        operation: name, expected: "integers and floats of at most 32 bits, or a dtype to itself", got: `${describeAval(inAval)} to ${newDType}`,
        fix: "convert with astype before or after",
      });
    }
    return [makeAval(bitcastShape(inAval, newDType), newDType)];
  },
  effects: "pure",
  jvp: (primals, _tangents, params) => {
    const primal = bind1(bitcastConvertTypeP, primals, params);
    return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, tangentDType(params.newDType)))] };
  },
  transpose: notLinear("bits are not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, params) => {
    const [operand, axis] = [at(operands, 0), batchedAxis(axes)];
    if (byteSize(operand.aval.dtype) === byteSize(params.newDType)) return { outputs: [bind1(bitcastConvertTypeP, [operand], params)], axes: [axis] };
    return { outputs: [bind1(bitcastConvertTypeP, [moveAxis(operand, axis, 0)], params)], axes: [0] };
  },
  lower: {
    kind: "indexMap",
    emit: (emitter, index, read, { params: { newDType }, inAvals }) => {
      const { dtype } = at(inAvals, 0);
      if (dtype === newDType) return read(0, index);
      const [from, to] = [byteSize(dtype), byteSize(newDType)];
      if (from === to) return ofBits(bitsOf(read(0, index), dtype, emitter), newDType, emitter);
      if (from > to) {
        const places = k.convert(k.mul(at(index, -1), 8 * to), "uint32");
        return ofBits(k.op("shiftRightLogical", bitsOf(read(0, index.slice(0, -1)), dtype, emitter), places), newDType, emitter);
      }
      const parts = Array.from({ length: to / from }, (_, part) =>
        k.op("shiftLeft", bitsOf(read(0, [...index, k.int(part)]), dtype, emitter), 8 * from * part));
      return ofBits(parts.reduce((all, part) => k.or(all, part)), newDType, emitter);
    },
  },
  simplify: (eqn) => (at(eqn.inputs, 0).aval.dtype === eqn.params.newDType ? [at(eqn.inputs, 0)] : null),
  subJaxprs: "none",
  inlinable: "never",
  printParams: ({ newDType }) => [printed("new_dtype", newDType)],
  parseParams: (params) => ({ newDType: parseDType(params.get("new_dtype")) }),
  inPlace: "none",
  facts: movement,
});

/** The bits of an element in the lower part of a uint32, zeros above. */
function bitsOf(value: Expr, dtype: DType, emitter: Emitter): Expr {
  switch (dtype) {
    case "float32": case "int32": case "uint32": case "uint16": case "uint8": return k.bitcast(value, "uint32");
    case "int16": return k.and(k.bitcast(value, "uint32"), 0xffff);
    case "int8": return k.and(k.bitcast(value, "uint32"), 0xff);
    case "float16": case "bfloat16": return toHalfBits(value, dtype, (part, hint) => emitter.let(part, hint));
    default: throw new InternalError(`${dtype} has no bits that a kernel could read`);
  }
}

/** The element that the lower bits of a uint32 stand for; those above may be any. */
function ofBits(bits: Expr, dtype: DType, emitter: Emitter): Expr {
  const signed = (unused: number): Expr => k.op("shiftRightArithmetic", k.op("shiftLeft", k.bitcast(bits, "int32"), unused), unused);
  switch (dtype) {
    case "float32": case "int32": case "uint32": return k.bitcast(bits, dtype);
    case "int16": return signed(16);
    case "int8": return signed(24);
    case "uint16": return k.and(bits, 0xffff);
    case "uint8": return k.and(bits, 0xff);
    case "float16": case "bfloat16": return fromHalfBits(emitter.let(k.and(bits, 0xffff), "bits"), dtype);
    default: throw new InternalError(`${dtype} has no bits that a kernel could write`);
  }
}

/**
 * The operand's bytes as elements of another dtype of the same size; of a smaller one with a last axis of parts, of a
 * larger one without the last axis.
 */
export function bitcastConvertType(operand: Value, newDType: DType): Value {
  return bind1(bitcastConvertTypeP, [operand], { newDType });
}
