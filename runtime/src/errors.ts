/** @file The mistakes and obstacles that the runtime finds. */

import type { ErrorKind } from "@lanewise/compiler/base/errors";

export const codeForbidden: ErrorKind = {
  code: "LW2001",
  title: "this page may not generate code",
  explanation:
    "The js device turns compiled kernels into functions, which a Content-Security-Policy without 'unsafe-eval' forbids. " +
    "Allow it for the page, or use another device.",
};

export const deviceLost: ErrorKind = {
  code: "LW2002",
  title: "the device is gone",
  explanation:
    "A driver that restarts, a page that hides or a machine that sleeps takes a device away with everything that lies on it. " +
    "lanewise opens it again and brings back the arrays whose elements the host still has. What was computed on the device is lost: " +
    "make it again from what the program has on the host.",
};

export const noAdapter: ErrorKind = {
  code: "LW2003",
  title: "there is no WebGPU here",
  explanation:
    "A page needs a browser with WebGPU and a secure address; Node needs the npm package webgpu; both need a driver that gives an adapter. " +
    "`lanewise doctor` says what is missing.",
};

export const refusedShader: ErrorKind = {
  code: "LW2004",
  title: "the driver refuses a shader",
  explanation: "Every shader is checked before it is released, so this is a fault of lanewise or of the driver. The message names the kernel and the line of its text.",
};

export const refusedCommands: ErrorKind = {
  code: "LW2005",
  title: "the driver refuses commands",
  explanation: "Commands are made to keep the limits of the device, so this is a fault of lanewise or of the driver.",
};

export const outOfGpuMemory: ErrorKind = {
  code: "LW2006",
  title: "the device has no memory for an array",
  explanation: "The device refused a buffer, or one is larger than any that it makes. Work on smaller parts, or give back arrays that are not needed.",
};

export const memoryBudget: ErrorKind = {
  code: "LW2007",
  title: "the memory budget of the device is used up",
  explanation:
    "Arrays out of reach give their memory back between turns of the event loop, so a long loop that never awaits keeps all that it makes. " +
    "Await a result now and then, compile the loop's body with jit, or use `using`.",
};

export const badGpuBuffer: ErrorKind = {
  code: "LW2008",
  title: "this GPU buffer cannot be an array",
  explanation:
    "A buffer that becomes an array belongs to the device that lanewise uses, has the usages STORAGE and COPY_SRC, and holds the whole array: " +
    "four bytes an element, also for booleans and 8- and 16-bit numbers.",
};

export const noSuchStorage: ErrorKind = {
  code: "LW2009",
  title: "the device cannot hold this dtype",
  explanation: "WebGPU has no 64-bit floats.",
};

export const measuredTwice: ErrorKind = {
  code: "LW2010",
  title: "the device is being measured already",
  explanation: "A measurement takes in whatever the device is asked to do, so one inside another, or beside it, would count the same work twice.",
};
