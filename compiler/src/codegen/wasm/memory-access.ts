/**
 * @file Loads and stores. A contiguous vector is one or a few instructions; gathers, scatters and masked accesses go element
 * by element, and never touch memory of an element whose mask is false.
 */

import { at, InternalError, required } from "../../base/assert.ts";
import { valueDTypeOf } from "../../kernel/expressions.ts";
import type { Expr, KernelType, LoadStmt, StorageDType, StoreStmt } from "../../kernel/types.ts";
import { placeOf, type Memory, type Place } from "./addresses.ts";
import type { FunctionContext } from "./context.ts";
import { emitExpr, extractLane } from "./expressions.ts";
import { bytesOfStorage, scalarAccess } from "./storage.ts";
import {
  access, getLocal, i32Const, ifElse, instruction, setLocal, type InstructionName, type Local, type Node,
} from "./tree.ts";
import { vectorOf, wasmTypeOf } from "./values.ts";

/** A buffer or array of the kernel. */
export interface MemoryObject extends Memory {
  readonly dtype: StorageDType;
}

export function emitLoad(context: FunctionContext, statement: LoadStmt, memory: MemoryObject): Node[] {
  const { type, index, mask } = statement;
  const target = context.declare(statement.name, wasmTypeOf(type));
  if (type.width === 1) {
    const load = setLocal(target, loadScalar(memory.dtype, elementPlace(context, memory, index)));
    return mask === null ? [load] : [ifElse(emitExpr(context, mask), [load], [setLocal(target, zeroOf(context, type))])];
  }
  const isContiguous = index.type.width === 1;
  if (isContiguous && mask === null) return [setLocal(target, loadVector(context, memory.dtype, type, elementPlace(context, memory, index)))];

  const places = elementPlaces(context, memory, index, type.width);
  const loadElement = (lane: number): Node => setLocal(target, insertStored(memory.dtype, type, target, lane, at(places.places, lane)));
  const fromZero = setLocal(target, zeroOf(context, type));
  const finish = memory.dtype === "bool" ? [setLocal(target, asMask(context, type, getLocal(target)))] : [];
  const lanes = Array.from({ length: type.width }, (_, lane) => lane);
  if (mask === null) return [...places.before, fromZero, ...lanes.map(loadElement), ...finish];

  const held = hold(context, mask, "m");
  const oneByOne = [
    fromZero, ...lanes.map((lane) => ifElse(extractLane(held.value, mask.type, lane), [loadElement(lane)])), ...finish,
  ];
  if (!isContiguous) return [...places.before, ...held.before, ...oneByOne];
  const whole = setLocal(target, loadVector(context, memory.dtype, type, at(places.places, 0)));
  return [...places.before, ...held.before, ifElse(allTrue(held.value, mask.type), [whole], oneByOne)];
}

export function emitStore(context: FunctionContext, statement: StoreStmt, memory: MemoryObject): Node[] {
  const { index, value, mask } = statement;
  const { type } = value;
  if (type.width === 1) {
    const store = storeScalar(memory.dtype, elementPlace(context, memory, index), emitExpr(context, value));
    return mask === null ? [store] : [ifElse(emitExpr(context, mask), [store])];
  }
  const isContiguous = index.type.width === 1;
  if (isContiguous && mask === null) {
    return [storeVector(context, memory.dtype, type, elementPlace(context, memory, index), emitExpr(context, value))];
  }
  const heldValue = hold(context, value, "s");
  const places = elementPlaces(context, memory, index, type.width);
  const before = [...heldValue.before, ...places.before];
  const storeElement = (lane: number): Node =>
    storeScalar(memory.dtype, at(places.places, lane), extractLane(heldValue.value, type, lane));
  const lanes = Array.from({ length: type.width }, (_, lane) => lane);
  if (mask === null) return [...before, ...lanes.map(storeElement)];

  const held = hold(context, mask, "m");
  const oneByOne = lanes.map((lane) => ifElse(extractLane(held.value, mask.type, lane), [storeElement(lane)]));
  if (!isContiguous) return [...before, ...held.before, ...oneByOne];
  const whole = storeVector(context, memory.dtype, type, at(places.places, 0), heldValue.value);
  return [...before, ...held.before, ifElse(allTrue(held.value, mask.type), [whole], oneByOne)];
}

// ---------------------------------------------------------------------------------------------------------------------

interface Held {
  readonly before: readonly Node[];
  readonly value: Node;
}

/** A vector in a local, for several reads. */
function hold(context: FunctionContext, expr: Expr, hint: string): Held {
  const value = emitExpr(context, expr);
  if (value.kind === "local" && value.access === "get") return { before: [], value };
  const local = context.temporary(hint, "v128");
  return { before: [setLocal(local, value)], value: getLocal(local) };
}

function elementPlace(context: FunctionContext, memory: MemoryObject, index: Expr): Place {
  return placeOf(context, memory, index, bytesOfStorage(memory.dtype));
}

/** The places of all elements, and what has to run before they are used. */
function elementPlaces(
  context: FunctionContext, memory: MemoryObject, index: Expr, width: number,
): { readonly before: readonly Node[]; readonly places: readonly Place[] } {
  const bytes = bytesOfStorage(memory.dtype);
  if (index.type.width === 1) {
    const { address, offset } = elementPlace(context, memory, index);
    const local = context.temporary("a", "i32");
    const places = Array.from({ length: width }, (_, lane) => ({ address: getLocal(local), offset: offset + lane * bytes }));
    return { before: [setLocal(local, address)], places };
  }
  const elements = emitExpr(context, index);
  const offsets = context.temporary("a", "v128");
  const inBytes = bytes === 1 ? elements : instruction("i32x4.shl", [elements, i32Const(Math.log2(bytes))]);
  const places = Array.from({ length: width }, (_, lane) => {
    const element = instruction("i32x4.extract_lane", [getLocal(offsets)], lane);
    return { address: instruction("i32.add", [getLocal(memory.base), element]), offset: memory.offset };
  });
  return { before: [setLocal(offsets, inBytes)], places };
}

function allTrue(mask: Node, type: KernelType): Node {
  return instruction(type.width === 4 ? "i32x4.all_true" : "i64x2.all_true", [mask]);
}

function zeroOf(context: FunctionContext, type: KernelType): Node {
  return emitExpr(context, { kind: "const", type, value: 0 });
}

// ---------------------------------------------------------------------------------------------------------------------

function loadScalar(dtype: StorageDType, { address, offset }: Place): Node {
  return access(scalarAccess(dtype).load, [address], offset, bytesOfStorage(dtype));
}

function storeScalar(dtype: StorageDType, { address, offset }: Place, value: Node): Node {
  return access(scalarAccess(dtype).store, [address, value], offset, bytesOfStorage(dtype));
}

/** `target` with an element read from memory; bools come as 0 and 1 and become a mask when all are there. */
function insertStored(dtype: StorageDType, type: KernelType, target: Local, lane: number, place: Place): Node {
  const bytes = bytesOfStorage(dtype);
  const lanes = bytes === 8 ? "v128.load64_lane" : bytes === 4 ? "v128.load32_lane" : null;
  if (lanes !== null) return access(lanes, [place.address, getLocal(target)], place.offset, bytes, lane);
  const position = dtype === "bool" && type.width === 2 ? 2 * lane : lane;
  return instruction("i32x4.replace_lane", [getLocal(target), loadScalar(dtype, place)], position);
}

function asMask(context: FunctionContext, type: KernelType, words: Node): Node {
  const mask = instruction("i32x4.ne", [words, context.vectorConstant(vectorOf(type, [0]))]);
  if (type.width === 4) return mask;
  const [first, again] = context.twice(mask);
  return instruction("i8x16.shuffle", [first, again], [0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11]);
}

/** Consecutive elements, widened to 32 bits. */
function loadVector(context: FunctionContext, dtype: StorageDType, type: KernelType, place: Place): Node {
  const bytes = bytesOfStorage(dtype);
  const load = (name: InstructionName): Node => access(name, [place.address], place.offset, bytes);
  if (bytes === 8) return load("v128.load");
  if (bytes === 4) return load(type.width === 4 ? "v128.load" : "v128.load64_zero");
  const sign = dtype === "int8" || dtype === "int16" ? "s" : "u";
  const widened = (halves: Node): Node => instruction(`i32x4.extend_low_i16x8_${sign}`, [halves]);
  if (bytes === 2) return type.width === 4 ? load(`v128.load16x4_${sign}`) : widened(load("v128.load32_zero"));
  const packed = type.width === 4
    ? load("v128.load32_zero")
    : access("v128.load16_lane", [place.address, zeroOf(context, type)], place.offset, bytes, 0);
  const words = widened(instruction(`i16x8.extend_low_i8x16_${sign}`, [packed]));
  if (dtype !== "bool") return words;
  const mask = instruction("i32x4.ne", [words, context.vectorConstant(vectorOf(type, [0]))]);
  return type.width === 4 ? mask : instruction("i64x2.extend_low_i32x4_s", [mask]);
}

const laneStores: Readonly<Record<number, InstructionName>> = {
  2: "v128.store16_lane", 4: "v128.store32_lane", 8: "v128.store64_lane",
};

/** Consecutive elements, narrowed to the storage's width by dropping upper bytes. */
function storeVector(context: FunctionContext, dtype: StorageDType, type: KernelType, place: Place, value: Node): Node {
  const bytes = bytesOfStorage(dtype);
  const total = bytes * type.width;
  if (total === 16) return access("v128.store", [place.address, value], place.offset, bytes);
  const name = required(laneStores[total], `a store of ${total} bytes`);
  return access(name, [place.address, bytes === 4 ? value : packed(context, dtype, type, value)], place.offset, bytes, 0);
}

/** The lowest bytes of the elements, side by side; of a mask 0 or 1. */
function packed(context: FunctionContext, dtype: StorageDType, type: KernelType, value: Node): Node {
  const stored = valueDTypeOf(dtype);
  if (stored !== type.dtype) throw new InternalError(`a ${type.dtype} vector stored as ${dtype}`);
  const bytes = bytesOfStorage(dtype);
  const stride = dtype === "bool" ? 16 / type.width : 4;
  const [first, again] = context.twice(value);
  const places = Array.from({ length: 16 }, (_, place) => (Math.floor(place / bytes) % type.width) * stride + (place % bytes));
  const narrow = instruction("i8x16.shuffle", [first, again], places);
  if (dtype !== "bool") return narrow;
  return instruction("v128.and", [narrow, context.vectorConstant(Array.from({ length: 16 }, () => 1))]);
}
