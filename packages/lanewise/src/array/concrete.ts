/** @file `ConcreteArray`: an array whose elements lie on a device. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType, HostArray } from "@lanewise/compiler/base/dtype";
import { isTypedArray } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, sizeOf } from "@lanewise/compiler/base/shape";
import { aval as makeAval, isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Aval, Value } from "@lanewise/compiler/ir/types";
import { currentTrace, describeAval } from "@lanewise/compiler/trace/stack";
import { hasBrand } from "@lanewise/compiler/trace/tracer";
import { WebGpuDevice, type Executor } from "@lanewise/runtime";
import { hostFromNested, hostFromTypedArray, refuseValue, type ConversionContext, type HostData } from "../convert/host.ts";
import { defaultExecutor } from "../devices.ts";
import { donatedArray, keyElements, notAScalar, notAvailable } from "../errors.ts";
import { leadingOffset, rowOf } from "../ops/index.ts";
import { commonType, convertOperand, literalAs, numberLiteral } from "../ops/operands.ts";
import { expandDims, joinRows, requireOneShape } from "../ops/shape.ts";
import { session } from "../session.ts";
import type { ArrayLike, DataOf, ElementOf, GpuBufferLike, IndexEntry, NDArray as PublicArray, Nested, Sharding } from "../types.ts";
import { decodeElement, filledHost, nestElements, userData, userElement } from "./elements.ts";
import { formatArray } from "./format.ts";
import { NDArray, publish } from "./ndarray.ts";
import { raiseDisposed, Storage } from "./storage.ts";

export class ConcreteArray extends NDArray {
  readonly aval: Aval;
  // Null once the array is disposed or donated; the storage lives on where others share it.
  #storage: Storage | null;
  /** The jitted function that it was donated to. */
  #donatedTo: string | null = null;

  constructor(aval: Aval, storage: Storage) {
    super();
    this.aval = aval;
    this.#storage = storage.share();
  }

  get storage(): Storage {
    return this.#storage ?? this.#refuseGone();
  }

  get device(): string {
    return this.storage.device.name;
  }

  get sharding(): Sharding {
    const { device } = this;
    return { kind: "singleDevice", devices: [device], toString: () => `SingleDeviceSharding(${device})` };
  }

  protected lift(operand: ArrayLike, operation: string, argument: string): Value {
    return toValue(operand, operation, argument);
  }

  // Indexing -----------------------------------------------------------------------------------------------------------

  /** Integers alone name one run of memory, which is copied as it stands: no program is compiled for each position. */
  override get(...index: readonly IndexEntry[]): PublicArray {
    const offset = currentTrace() === null ? leadingOffset(this.aval.shape, index) : null;
    return offset === null ? super.get(...index) : publish(this.#copyPart(offset, this.aval.shape.slice(index.length)));
  }

  protected row(index: number): Value {
    if (currentTrace() !== null) return rowOf(this, index);
    const shape = this.aval.shape.slice(1);
    return this.#copyPart(index * sizeOf(shape), shape);
  }

  protected alias(): Value {
    return new ConcreteArray(this.aval, this.storage);
  }

  copy(): PublicArray {
    return publish(this.#copyPart(0, this.aval.shape));
  }

  #copyPart(begin: number, shape: readonly number[]): ConcreteArray {
    const { device, buffer } = this.storage;
    const { dtype, weakType } = this.aval;
    return new ConcreteArray(makeAval(shape, dtype, weakType), new Storage(device, device.copyRange(buffer, dtype, begin, sizeOf(shape))));
  }

  // Reading ------------------------------------------------------------------------------------------------------------

  async data(): Promise<DataOf<DType>> {
    this.#refuseKeys("data()");
    return userData(this.dtype, await this.#read());
  }

  async toArray(): Promise<Nested<ElementOf<DType>>> {
    this.#refuseKeys("toArray()");
    return nestElements(this.dtype, await this.#read(), this.shape) as Nested<ElementOf<DType>>;
  }

  async item(): Promise<ElementOf<DType>> {
    this.#refuseKeys("item()");
    this.#requireOneElement("item()");
    return userElement(this.dtype, at(await this.#read(), 0)) as ElementOf<DType>;
  }

  dataSync(): DataOf<DType> {
    this.#refuseKeys("dataSync()");
    return userData(this.dtype, this.#readSync("dataSync()"));
  }

  toArraySync(): Nested<ElementOf<DType>> {
    this.#refuseKeys("toArraySync()");
    return nestElements(this.dtype, this.#readSync("toArraySync()"), this.shape) as Nested<ElementOf<DType>>;
  }

  itemSync(): ElementOf<DType> {
    this.#refuseKeys("itemSync()");
    this.#requireOneElement("itemSync()");
    return userElement(this.dtype, at(this.#readSync("itemSync()"), 0)) as ElementOf<DType>;
  }

  #read(): Promise<HostArray> {
    const { device, buffer } = this.storage;
    return device.read(buffer, this.dtype);
  }

  #readSync(operation: string): HostArray {
    const { device, buffer } = this.storage;
    if (device.readSync !== null) return device.readSync(buffer, this.dtype);
    return raise(notAvailable, {
      operation, expected: "a device that can be read at once", got: device.name, fix: "await the form without Sync: await x.data()",
    });
  }

  #refuseKeys(operation: string): void {
    if (this.dtype === "float0") {
      raise(keyElements, {
        operation, expected: "an array of numbers", got: describeAval(this.aval), fix: "leave integers and booleans out of what is differentiated",
      });
    }
    if (this.dtype !== "key<fry>") return;
    raise(keyElements, {
      operation, expected: "an array of numbers", got: describeAval(this.aval), fix: "read the words of the keys: random.keyData(keys)",
    });
  }

  #requireOneElement(operation: string): void {
    if (this.size === 1) return;
    raise(notAScalar, {
      operation, expected: "an array of one element", got: `an array of shape ${formatShape(this.shape)}`, fix: "read all elements with toArray() or data(), or take one with x.get(...)",
    });
  }

  /** The number of a 0-d array, at once; null where the device can only be waited for. */
  scalarNow(): number | null {
    const { device, buffer } = this.storage;
    if (this.aval.shape.length > 0 || device.readElementSync === null || this.dtype === "key<fry>") return null;
    return decodeElement(this.dtype, device.readElementSync(buffer, this.dtype, 0));
  }

  async blockUntilReady(): Promise<PublicArray> {
    const { device, buffer } = this.storage;
    await device.settled(buffer);
    return publish(this);
  }

  gpuBuffer(): GpuBufferLike {
    const { device, buffer } = this.storage;
    if (device instanceof WebGpuDevice) return device.gpuBuffer(buffer) as GpuBufferLike;
    return raise(notAvailable, {
      operation: "gpuBuffer()", expected: "an array on webgpu", got: `one on ${device.name}`, fix: 'move it first: devicePut(x, "webgpu")',
    });
  }

  dispose(): void {
    this.#storage?.release();
    this.#storage = null;
  }

  /** Gives the memory to the results of a jitted function; every later use throws and names it. */
  donate(functionName: string): void {
    this.dispose();
    this.#donatedTo = functionName;
  }

  #refuseGone(): never {
    if (this.#donatedTo === null) return raiseDisposed("an array");
    return raise(donatedArray, {
      operation: "an array", expected: "an array that holds its elements", got: `an array of shape ${formatShape(this.shape)} that was donated to ${this.#donatedTo}`,
      fix: `use the result of ${this.#donatedTo}, or do not donate the argument`,
    });
  }

  // JavaScript's conversions -------------------------------------------------------------------------------------------

  toString(): string {
    if (this.#storage === null) return `array(${this.#donatedTo === null ? "disposed" : "donated"}, shape=${formatShape(this.shape)}, dtype=${this.dtype})`;
    const { device, buffer } = this.#storage;
    const { readElementSync } = device;
    if (this.dtype === "float0") return `array(shape=${formatShape(this.shape)}, dtype=float0)`;
    if (readElementSync === null) return `${describeAval(this.aval)} on ${device.name} (await x.data())`;
    const wordAt = (dtype: DType) => (index: number): number => decodeElement(dtype, device.readElementSync?.(buffer, dtype, index) ?? NaN);
    if (this.dtype !== "key<fry>") return formatArray(this.dtype, this.shape, wordAt(this.dtype));
    return `${describeAval(this.aval)} of the words ${formatArray("uint32", [...this.shape, 2], wordAt("uint32"))}`;
  }

  toJSON(): number | boolean {
    return this.#asScalar("JSON.stringify");
  }

  [Symbol.toPrimitive](hint: string): number | boolean | string {
    const scalar = this.#asScalar(hint === "string" ? "conversion to a string or property key" : "conversion to a number");
    return hint === "string" ? String(scalar) : scalar;
  }

  #asScalar(operation: string): number | boolean {
    this.#refuseKeys(operation);
    if (this.aval.shape.length > 0) {
      raise(notAScalar, {
        operation, expected: "a 0-d array", got: `an array of shape ${formatShape(this.shape)} and dtype ${this.dtype}`,
        fix: "use methods (x.add(y), x.mul(2)) in place of operators, x.toString() for text, or await x.toArray() for the elements",
      });
    }
    const scalar = this.scalarNow();
    if (scalar !== null) return this.dtype === "bool" ? scalar !== 0 : scalar;
    return raise(notAvailable, {
      operation, expected: "a device that can be read at once", got: this.device, fix: "read it first: await x.item()",
    });
  }
}

// Making concrete arrays -----------------------------------------------------------------------------------------------

/** An array of host elements, which the caller gives away. */
export function arrayFromHost(data: HostData, weakType = false, executor: Executor = defaultExecutor()): ConcreteArray {
  const { device } = executor;
  return new ConcreteArray(makeAval(data.shape, data.dtype, weakType), new Storage(device, device.adopt(data.host, data.dtype)));
}

function contextOf(operation: string, argument: string): ConversionContext {
  return { operation, argument, x64: session.config.enableX64 };
}

/**
 * What a function of np takes for an array, as a value: numbers, booleans and bigints as scalars that are not yet on any
 * device, typed and nested arrays copied to the default device, arrays as they are.
 */
export function toValue(operand: unknown, operation: string, argument: string): Value {
  if (typeof operand === "number") return numberLiteral(operand);
  if (typeof operand === "boolean") return scalarLiteral(operand ? 1 : 0, "bool");
  if (typeof operand === "bigint") return literalAs(operation, scalarLiteral(Number(operand), "int32", true), "int32", true);
  if (operand instanceof NDArray) return operand;
  const context = contextOf(operation, argument);
  if (isTypedArray(operand)) return arrayFromHost(hostFromTypedArray(operand, null, context));
  if (Array.isArray(operand)) return valueFromNested(operand, null, context);
  if (typeof operand === "object" && operand !== null && hasBrand(operand)) return operand as Value;
  return refuseValue(operand, "", context);
}

/** A nested array; where arrays of lanewise are among the elements, rows are joined one by one. */
export function valueFromNested(value: readonly unknown[], dtype: DType | null, context: ConversionContext): Value {
  if (!holdsArray(value, context)) return arrayFromHost(hostFromNested(value, dtype, context));
  const target = dtype ?? commonType(elementsOf(value, context, "")).dtype;
  const build = (item: unknown, path: string): Value => {
    if (!Array.isArray(item)) return convertOperand(context.operation, toValue(item, context.operation, `${context.argument}${path}`), target);
    if (item.length === 0) return arrayFromHost(hostFromNested(item, target, context));
    const shapes: (readonly number[])[] = [];
    const rows = item.map((entry: unknown, index) => {
      const row = build(entry, `${path}[${index}]`);
      shapes.push(row.aval.shape);
      return expandDims(row, 0, context.operation);
    });
    requireOneShape(context.operation, `${context.argument}${path}`, shapes);
    return joinRows(rows, 0);
  };
  return build(value, "");
}

/** The values at the leaves of a nested array. */
function elementsOf(value: readonly unknown[], context: ConversionContext, path: string): Value[] {
  return value.flatMap((item, index) => {
    const place = `${path}[${index}]`;
    return Array.isArray(item) ? elementsOf(item, context, place) : [toValue(item, context.operation, `${context.argument}${place}`)];
  });
}

// Deeper lists than any array's rank: they hold themselves.
const deepest = 1000;

/** Whether arrays of lanewise are among the elements. @throws LW3001 for a list that holds itself */
function holdsArray(value: readonly unknown[], context: ConversionContext, depth = 0): boolean {
  if (depth > deepest) refuseValue(value, "", context);
  return value.some((item) => item instanceof NDArray || (Array.isArray(item) && holdsArray(item, context, depth + 1)));
}

/** A scalar literal as a 0-d array; other values as they are. */
export function materialize(value: Value): Value {
  if (!isScalarLiteral(value)) return value;
  const { dtype, weakType } = value.aval;
  return arrayFromHost({ dtype, shape: [], host: filledHost(dtype, 1, value.value) }, weakType);
}

/** The array on the device of an executor: itself, or a copy. Values that are no concrete arrays stay. @throws LW3010 */
export function moveTo(value: Value, executor: Executor, operation: string): Value {
  if (!(value instanceof ConcreteArray) || value.storage.device === executor.device) return value;
  const { device, buffer } = value.storage;
  if (device.readSync !== null) return movedArray(value, device.readSync(buffer, value.dtype), executor);
  return raise(notAvailable, {
    operation, expected: `an array on ${executor.device.name}, or one that can be read at once`, got: `an array on ${device.name}`,
    fix: `await the move: await devicePutAsync(x, "${executor.device.name}")`,
  });
}

/** The same of what can only be waited for, too. */
export async function moveLater(value: Value, executor: Executor): Promise<Value> {
  if (!(value instanceof ConcreteArray) || value.storage.device === executor.device) return value;
  const { device, buffer } = value.storage;
  return movedArray(value, await device.read(buffer, value.dtype), executor);
}

function movedArray({ aval: { shape, dtype, weakType } }: ConcreteArray, host: HostArray, executor: Executor): ConcreteArray {
  return arrayFromHost({ shape, dtype, host }, weakType, executor);
}
