/**
 * @file The WebGPU device: arrays are storage buffers, programs are compute shaders. Calls are collected and submitted at the
 * end of the turn; only reads wait. Where the GPU device is lost, another one is opened in its place.
 */

import type { Program } from "@lanewise/compiler/artifact/types";
import { at, InternalError } from "@lanewise/compiler/base/assert";
import { allocateHost, shortName, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { DeviceLostError, LanewiseError, raise } from "@lanewise/compiler/base/errors";
import { currentUserFrame } from "@lanewise/compiler/base/source-location";
import type { Device, DeviceBuffer, DeviceMemory, DeviceProbe, Executable, KernelSources, RunsMove } from "../device.ts";
import { badGpuBuffer, deviceLost, measuredTwice } from "../errors.ts";
import { adoptGpu, listAdapters, openGpu, type OpenedGpu } from "./adapter.ts";
import { Connection } from "./connection.ts";
import { newCounters, type Counters } from "./counters.ts";
import { WebGpuExecutable, type Host } from "./executable.ts";
import type { AdapterFacts, AdapterList, GpuLimits, GpuTimes, PowerPreference } from "./facts.ts";
import { GpuArray, type HostCopy } from "./gpu-array.ts";
import { oneLine } from "./gpu-errors.ts";
import { shaderStageCompute, usage } from "./gpu.ts";
import { HostCopies } from "./host-copies.ts";
import { bytesPerElement, fromWords, toWords, type Words } from "./layout.ts";
import type { Block } from "./pool.ts";
import { DispatchTimer } from "./timing.ts";

export interface WebGpuSettings {
  readonly index: number;
  readonly powerPreference?: PowerPreference;
  /** Bytes that all buffers may have together. */
  readonly memoryBudget?: number;
  /** Limits below the device's own, to try out how they are kept. */
  readonly limits?: Partial<GpuLimits>;
}

const defaultBudget = 2 ** 32;
/** More copies take longer to ask for than a program takes to make. */
const mostCopies = 256;

/** What the user calls a GPU buffer or device; the types of WebGPU are not everywhere. */
export type ForeignGpu = object;

export class WebGpuDevice implements Device {
  readonly kind = "webgpu";
  readonly index: number;
  readonly name: string;
  readonly readSync = null;
  readonly readElementSync = null;
  readonly ownsMemory = true;
  readonly counters: Counters = newCounters();
  #settings: WebGpuSettings;
  readonly #copies = new HostCopies();
  readonly #host: Host;
  #connection: Connection;
  /** Resolves when a lost device has been replaced, or cannot be. */
  #reopened: Promise<void> | null = null;
  #isMeasured = false;
  #isClosed = false;

  private constructor(opened: OpenedGpu, settings: WebGpuSettings) {
    this.index = settings.index;
    this.name = `webgpu:${settings.index}`;
    this.#settings = settings;
    this.#connection = this.#connect(opened);
    this.#host = {
      connection: () => this.#usable(),
      blockOf: (buffer) => this.#blockOf(buffer),
      overwritten: (array, madeBy) => {
        this.#copies.drop(array);
        array.madeBy = madeBy;
        array.batch = this.#connection.stream.open();
      },
      arrayIn: (block, byteLength, madeBy) => this.#arrayIn(block, byteLength, madeBy),
    };
  }

  /** Opens a device of its own adapter. @throws LW2003 where there is no adapter */
  static async open(settings: WebGpuSettings): Promise<WebGpuDevice> {
    return new WebGpuDevice(await openGpu(settings.powerPreference), settings);
  }

  /** Uses a GPUDevice that the user has opened, and does not open another one when it is lost. */
  static adopt(device: ForeignGpu, settings: WebGpuSettings): WebGpuDevice {
    return new WebGpuDevice(adoptGpu(device as GPUDevice), settings);
  }

  /** Resolves where a GPUDevice of the user's answers. @throws LW2002 where it is lost */
  static async requireUsable(device: ForeignGpu): Promise<void> {
    const gpu = device as GPUDevice;
    // A lost device resolves both at once, so the loss has to be listened to first.
    const loss = await Promise.race([gpu.lost, gpu.queue.onSubmittedWorkDone().then(() => null, () => gpu.lost)]);
    if (loss === null) return;
    throw new DeviceLostError(deviceLost, {
      operation: "init", argument: "webgpu.device", expected: "a GPUDevice that answers", got: `one that was lost (${loss.reason}: ${loss.message})`,
      fix: "await adapter.requestDevice() of a new adapter",
    });
  }

  /** What WebGPU offers here, without opening a device. */
  static adapters(): Promise<AdapterList> {
    return listAdapters();
  }

  toString(): string {
    return this.name;
  }

  get adapter(): AdapterFacts {
    return this.#connection.opened.adapter;
  }

  get limits(): GpuLimits {
    return this.#connection.limits;
  }

  /** Whether the GPUDevice in use was opened with an optional feature. */
  hasFeature(name: string): boolean {
    return this.#connection.gpu.features.has(name);
  }

  /** The GPUDevice in use. */
  get gpuDevice(): ForeignGpu {
    return this.#connection.gpu;
  }

  /** Takes another GPUDevice in place of one that was lost, and keeps the limits of that. */
  replace(device: ForeignGpu): void {
    if (device === this.#connection.gpu) return;
    this.#connection = this.#connect(adoptGpu(device as GPUDevice));
  }

  /** The settings that it was opened with. */
  get settings(): WebGpuSettings {
    return this.#settings;
  }

  /** Bytes that all buffers may have together from now on. */
  set memoryBudget(bytes: number) {
    this.#settings = { ...this.#settings, memoryBudget: bytes };
    this.#connection.pool.budgetBytes = bytes;
  }

  async probe(): Promise<DeviceProbe> {
    if (this.#connection.lost === null) return { usable: true };
    await this.#reopened;
    const { lost } = this.#connection;
    return lost === null ? { usable: true } : { usable: false, reason: `the device was lost: ${lost}`, fix: "await init({ webgpu: true }) again" };
  }

  // Arrays -------------------------------------------------------------------------------------------------------------

  upload(host: HostArray, dtype: DType): DeviceBuffer {
    return this.adopt(host.slice(), dtype);
  }

  adopt(host: HostArray, dtype: DType): DeviceBuffer {
    const copy: HostCopy = { dtype, host };
    const words = toWords(dtype, host);
    const block = this.#write(words);
    const connection = this.#connection;
    const array = new GpuArray({ connection, block, batch: connection.stream.open().uploads }, words.byteLength, "an upload", copy);
    this.#copies.keep(array);
    return array;
  }

  copyRange(buffer: DeviceBuffer, dtype: DType, begin: number, count: number): DeviceBuffer {
    const connection = this.#usable();
    const { array, block } = this.#blockOf(buffer);
    const bytes = bytesPerElement(dtype);
    const copy = connection.pool.acquire(count * bytes);
    if (count > 0) connection.stream.copy(block.gpu, begin * bytes, copy.gpu, 0, count * bytes);
    const result = this.#arrayIn(copy, count * bytes, "a copy");
    result.batch.include(array.batch);
    connection.stream.rest(copy.size);
    return result;
  }

  moveRuns(sources: readonly DeviceBuffer[], dtype: DType, lengths: readonly number[], moves: readonly RunsMove[]): readonly DeviceBuffer[] | null {
    if (moves.reduce((copies, { rows }) => copies + rows, 0) > mostCopies) return null;
    const { pool, stream } = this.#usable();
    const parts = sources.map((source) => this.#blockOf(source));
    const bytes = bytesPerElement(dtype);
    const blocks: Block[] = [];
    try {
      for (const length of lengths) blocks.push(pool.acquire(length * bytes));
    } catch (error) {
      for (const block of blocks) pool.release(block);
      throw error;
    }
    for (const { from, to, rows, run, fromBegin, fromStride, toBegin, toStride } of moves) {
      const [source, target] = [at(parts, from).block.gpu, at(blocks, to).gpu];
      for (let row = 0; row < (run === 0 ? 0 : rows); row++) {
        stream.copy(source, (fromBegin + row * fromStride) * bytes, target, (toBegin + row * toStride) * bytes, run * bytes);
      }
    }
    const results = blocks.map((block, index) => this.#arrayIn(block, at(lengths, index) * bytes, "a copy"));
    for (const { batch } of results) for (const { array } of parts) batch.include(array.batch);
    stream.rest(blocks.reduce((total, { size }) => total + size, 0));
    return results;
  }

  async read(buffer: DeviceBuffer, dtype: DType): Promise<HostArray> {
    const { array, block } = this.#blockOf(buffer);
    const { connection, batch, byteLength } = array;
    if (byteLength === 0) return allocateHost(dtype, 0);
    const bytes = await connection.stream.read(block, byteLength).catch((error: unknown) => {
      if (error instanceof LanewiseError && connection.lost === null) throw error;
      return null;
    });
    if (bytes === null || connection.lost !== null) return this.#readLost(array);
    const failure = await batch.outcome;
    if (failure !== null) throw failure;
    return fromWords(dtype, bytes, 0, byteLength / bytesPerElement(dtype));
  }

  inspect(buffer: DeviceBuffer, dtype: DType, check: (content: HostArray) => Error | null): void {
    const { array, block } = this.#blockOf(buffer);
    const { connection: { stream }, byteLength } = array;
    if (byteLength === 0) return;
    const finding = stream.read(block, byteLength).then((bytes) => check(fromWords(dtype, bytes, 0, byteLength / bytesPerElement(dtype))), () => null);
    // The commands that fill the array may have been submitted.
    const batch = stream.open();
    batch.include(array.batch);
    batch.check(finding);
    array.batch = batch;
  }

  free(buffer: DeviceBuffer): void {
    const array = arrayOf(buffer);
    if (array.isFreed) return;
    array.isFreed = true;
    this.#copies.drop(array);
    if (array.connection === this.#connection) this.#connection.pool.release(array.block);
  }

  // Programs -----------------------------------------------------------------------------------------------------------

  prepare(program: Program, sources: KernelSources = () => []): Executable {
    if (program.target !== "webgpu") throw new InternalError(`a program for ${program.target} on the device ${this.name}`);
    return new WebGpuExecutable(program, this.#host, sources);
  }

  async settled(buffer?: DeviceBuffer): Promise<void> {
    const array = buffer === undefined ? null : this.#blockOf(buffer).array;
    const connection = this.#usable();
    await connection.stream.settled().catch(() => undefined);
    if (connection.lost !== null) throw await this.#lossOf(connection, array === null ? "the work" : `an array that ${array.madeBy} made`);
    const failure = (await array?.batch.outcome) ?? null;
    if (failure !== null) throw failure;
  }

  /**
   * What the commands of `run` take: each dispatch by the GPU's clock where the device has timestamps, otherwise all of them
   * together by the host's. Whatever else asks something of the device before `run` is over is measured, too.
   *
   * @throws LW2010 where the device is being measured already
   */
  async measure(run: () => unknown): Promise<GpuTimes> {
    const { stream, gpu } = this.#usable();
    if (this.#isMeasured) {
      raise(measuredTwice, { operation: "gpuTimes", expected: `one measurement of ${this.name} at a time`, got: "a second one inside", fix: "await the first one" });
    }
    this.#isMeasured = true;
    try {
      await this.settled();
      const timer = this.hasFeature("timestamp-query") ? new DispatchTimer(gpu) : null;
      stream.timer = timer;
      const begin = performance.now();
      await run();
      await this.settled();
      const microseconds = (performance.now() - begin) * 1000;
      if (timer === null) return { source: "wall clock", microseconds, dispatches: [] };
      const dispatches = await timer.read();
      return { source: "timestamp-query", microseconds: dispatches.reduce((sum, each) => sum + each.microseconds, 0), dispatches };
    } finally {
      stream.timer = null;
      this.#isMeasured = false;
    }
  }

  memory(): DeviceMemory {
    const { pool } = this.#connection;
    return { arrayBytes: pool.liveBytes, arenaBytes: 0, pooledBytes: pool.pooledBytes, budgetBytes: this.#settings.memoryBudget ?? defaultBudget };
  }

  /** Gives unused memory back to the GPU. */
  trim(): void {
    this.#connection.pool.trim();
  }

  /** Ends the use of the GPU. Nothing of the device may be used afterwards. */
  close(): void {
    this.#isClosed = true;
    this.#connection.gpu.destroy();
  }

  // Buffers of the user ------------------------------------------------------------------------------------------------

  /** An array in a buffer of the user's, without a copy. @throws LW2008 where the buffer does not do */
  fromGpuBuffer(buffer: ForeignGpu, dtype: DType, count: number): DeviceBuffer {
    const gpu = buffer as GPUBuffer;
    const bytes = count * bytesPerElement(dtype);
    const needed = usage.storage | usage.copySource;
    if (typeof gpu.size !== "number" || gpu.size < Math.max(4, bytes) || (gpu.usage & needed) !== needed || gpu.mapState !== "unmapped") {
      raise(badGpuBuffer, {
        operation: "fromGPUBuffer", argument: "buffer", expected: `an unmapped buffer of ${Math.max(4, bytes)} bytes or more, with the usages STORAGE and COPY_SRC`,
        got: typeof gpu.size === "number" ? `one of ${gpu.size} bytes with usage 0x${gpu.usage.toString(16)}, ${gpu.mapState}` : "no GPUBuffer",
        fix: `make it with device.createBuffer on the device of ${this.name}: ${shortName(dtype)} takes ${bytesPerElement(dtype)} bytes an element`,
      });
    }
    const connection = this.#usable();
    const batch = connection.stream.open();
    batch.check(this.#refusalOf(gpu, connection));
    const block: Block = { gpu, size: 0, serial: -1, pins: 0, isReturned: false, isShared: true };
    return new GpuArray({ connection, block, batch }, bytes, "fromGPUBuffer");
  }

  /** Whether the device takes a buffer of the user's, which only the driver knows: a buffer does not say what device it is of. */
  async #refusalOf(buffer: GPUBuffer, { gpu }: Connection): Promise<Error | null> {
    const location = currentUserFrame();
    gpu.pushErrorScope("validation");
    gpu.createBindGroup({
      layout: gpu.createBindGroupLayout({ entries: [{ binding: 0, visibility: shaderStageCompute, buffer: { type: "read-only-storage" } }] }),
      entries: [{ binding: 0, resource: { buffer, size: 4 } }],
    });
    const refusal = await gpu.popErrorScope().catch(() => null);
    return refusal === null ? null : new LanewiseError(badGpuBuffer, {
      operation: "fromGPUBuffer", argument: "buffer", expected: `a buffer of the device of ${this.name}`, got: `one that it refuses: ${oneLine(refusal.message)}`,
      fix: "open lanewise on the device that the buffer is of: await init({ webgpu: { device } })", location,
    });
  }

  /** The buffer under an array, with all commands so far submitted. The array's elements are its first bytes. */
  gpuBuffer(buffer: DeviceBuffer): ForeignGpu {
    const { block } = this.#blockOf(buffer);
    block.isShared = true;
    this.#connection.stream.flush();
    return block.gpu;
  }

  // The connection -----------------------------------------------------------------------------------------------------

  #connect(opened: OpenedGpu): Connection {
    const connection = new Connection(opened, this.#settings.limits ?? {}, this.#settings.memoryBudget ?? defaultBudget, this.counters);
    void opened.device.lost.then(({ reason, message }) => this.#onLost(connection, `${reason}: ${message}`));
    return connection;
  }

  #onLost(connection: Connection, reason: string): void {
    connection.lost = reason;
    if (this.#isClosed || connection !== this.#connection || connection.opened.gpu === null) return;
    this.#reopened = openGpu(this.#settings.powerPreference).then(
      (opened) => { this.#connection = this.#connect(opened); },
      // There is no adapter any more: every use of the device says that it is lost.
      () => undefined,
    );
  }

  #usable(): Connection {
    if (this.#connection.lost === null) return this.#connection;
    throw this.#lostError("a device that answers", `one that was lost: ${this.#connection.lost}`,
      this.#connection.opened.gpu === null ? "await init({ webgpu: { device } }) with another GPUDevice" : "await something first: the device is being opened again");
  }

  #blockOf(buffer: DeviceBuffer): { readonly array: GpuArray; readonly block: Block } {
    const array = arrayOf(buffer);
    if (array.isFreed) throw new InternalError("a buffer that was given back is used");
    const connection = this.#usable();
    if (array.connection !== connection) {
      if (array.copy === null) throw this.#lostArray(array, array.connection.lost ?? "it belongs to another device");
      array.block = this.#write(toWords(array.copy.dtype, array.copy.host));
      array.connection = connection;
      array.batch = connection.stream.open().uploads;
    }
    return { array, block: array.block };
  }

  /** A new block with these words. */
  #write(words: Words): Block {
    const { pool, stream } = this.#usable();
    stream.open();
    const block = pool.acquireForUpload(words.byteLength);
    if (words.byteLength > 0) stream.upload(block.gpu, words);
    return block;
  }

  /** An array that the commands of the open batch fill. */
  #arrayIn(block: Block, byteLength: number, madeBy: string): GpuArray {
    const connection = this.#connection;
    return new GpuArray({ connection, block, batch: connection.stream.open() }, byteLength, madeBy);
  }

  /** The elements of an array whose device was lost while they were read: the host's copy, or the error. */
  async #readLost(array: GpuArray): Promise<HostArray> {
    const { connection, copy } = array;
    const loss = await this.#lossOf(connection, `an array that ${array.madeBy} made`);
    if (copy === null) throw loss;
    return copy.host.slice();
  }

  /** The error for what was lost with a connection, once another one stands in its place or cannot. */
  async #lossOf(connection: Connection, what: string): Promise<DeviceLostError> {
    // A failed map tells of the loss before the device does.
    const { reason, message } = await connection.gpu.lost;
    connection.lost ??= `${reason}: ${message}`;
    await this.#reopened;
    return this.#lostError("what was computed before", `${what}, lost with the device (${connection.lost})`, "make it again from what the program has on the host");
  }

  #lostArray(array: GpuArray, reason: string): DeviceLostError {
    return this.#lostError("an array whose elements are there", `one that ${array.madeBy} made, lost with the device (${reason})`,
      "make it again from what the program has on the host");
  }

  #lostError(expected: string, got: string, fix: string): DeviceLostError {
    return new DeviceLostError(deviceLost, { operation: this.name, expected, got, fix });
  }
}

function arrayOf(buffer: DeviceBuffer): GpuArray {
  if (!(buffer instanceof GpuArray)) throw new InternalError("a buffer of another device on webgpu");
  return buffer;
}
