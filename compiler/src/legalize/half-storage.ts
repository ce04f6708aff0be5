/**
 * @file float16 and bfloat16 arrays on targets that hold them as 16-bit words: a load makes a float32 of the bits and a
 * store rounds to the nearest (ties to even), both in integer ops. Bits of a NaN become a NaN, any NaN the quiet one.
 */

import { add, and, bitcast, constant, lt, mul, op, or, ref, select, sub } from "../kernel/expressions.ts";
import type { Expr, Kernel, LoadStmt, Stmt, StoreStmt } from "../kernel/types.ts";
import { freshNames, mapStmts } from "../kernel/walk.ts";

type HalfDType = "float16" | "bfloat16";

/** The kernel with its float16 and bfloat16 buffers as uint16 buffers of their bits. */
export function expandHalfStorage(kernel: Kernel): Kernel {
  const halves = new Map<string, HalfDType>();
  for (const { name, dtype } of kernel.buffers) {
    if (dtype === "float16" || dtype === "bfloat16") halves.set(name, dtype);
  }
  if (halves.size === 0) return kernel;
  const fresh = freshNames(kernel);
  const body = mapStmts(kernel.body, (statement) => {
    if (statement.kind !== "load" && statement.kind !== "store") return statement;
    const dtype = halves.get(statement.buffer);
    if (dtype === undefined) return statement;
    return statement.kind === "load" ? loadOfBits(statement, dtype, fresh) : storeOfBits(statement, dtype, fresh);
  });
  const buffers = kernel.buffers.map((buffer) => (halves.has(buffer.name) ? { ...buffer, dtype: "uint16" as const } : buffer));
  return { ...kernel, buffers, body };
}

function loadOfBits(load: LoadStmt, dtype: HalfDType, fresh: (hint: string) => string): readonly Stmt[] {
  const bits = fresh("bits");
  const type = { dtype: "uint32" as const, width: load.type.width };
  const named = ref(bits, type);
  const value = dtype === "float16" ? fromFloat16Bits(named) : bitcast(shiftLeft(named, 16), "float32");
  return [{ ...load, name: bits, type }, { kind: "let", name: load.name, value }];
}

function storeOfBits(store: StoreStmt, dtype: HalfDType, fresh: (hint: string) => string): readonly Stmt[] {
  const statements: Stmt[] = [];
  const name = (value: Expr, hint: string): Expr => {
    const unique = fresh(hint);
    statements.push({ kind: "let", name: unique, value });
    return ref(unique, value.type);
  };
  const bits = name(bitcast(store.value, "uint32"), "bits");
  const value = dtype === "float16" ? toFloat16Bits(bits, name) : toBfloat16Bits(bits);
  return [...statements, { ...store, value }];
}

type Namer = (value: Expr, hint: string) => Expr;

const shiftLeft = (value: Expr, places: number): Expr => op("shiftLeft", value, places);
const shiftRight = (value: Expr, places: number): Expr => op("shiftRightLogical", value, places);
const uint = (value: number, like: Expr): Expr => constant(value, "uint32", like.type.width);

/** The exponents of float32 and float16 differ by 112; scaling by 2^112 also makes normal numbers of subnormal ones. */
function fromFloat16Bits(bits: Expr): Expr {
  const magnitude = and(bits, 0x7fff);
  const scaled = mul(bitcast(shiftLeft(magnitude, 13), "float32"), 2 ** 112);
  const special = bitcast(or(shiftLeft(magnitude, 13), 0x7f800000), "float32");
  const unsigned = select(lt(magnitude, 0x7c00), scaled, special);
  return bitcast(or(bitcast(unsigned, "uint32"), shiftLeft(and(bits, 0x8000), 16)), "float32");
}

function toFloat16Bits(bits: Expr, name: Namer): Expr {
  const magnitude = name(and(bits, 0x7fffffff), "magnitude");
  // Rebias the exponent, then add just under half of the last place that stays; carries run into the exponent.
  const isOdd = and(shiftRight(magnitude, 13), 1);
  const normal = shiftRight(add(add(sub(magnitude, 0x38000000), 0xfff), isOdd), 13);
  // Added to 0.5, a subnormal float16 has its last place where 0.5 has its own, so the addition rounds it.
  const aligned = op("roundFloat32", add(bitcast(magnitude, "float32"), 0.5));
  const subnormal = sub(bitcast(aligned, "uint32"), 0x3f000000);
  const special = select(op("gt", magnitude, 0x7f800000), uint(0x7e00, bits), uint(0x7c00, bits));
  const finite = select(lt(magnitude, 0x38800000), subnormal, normal);
  const unsigned = select(lt(magnitude, 0x47800000), finite, special);
  return or(unsigned, shiftRight(and(bits, 0x80000000), 16));
}

function toBfloat16Bits(bits: Expr): Expr {
  const isOdd = and(shiftRight(bits, 16), 1);
  const rounded = shiftRight(add(add(bits, 0x7fff), isOdd), 16);
  const isNaN = op("gt", and(bits, 0x7fffffff), 0x7f800000);
  return select(isNaN, uint(0x7fc0, bits), rounded);
}
