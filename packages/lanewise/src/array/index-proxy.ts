/**
 * @file Catches `x[i]` and `x[i] = v` on arrays. A Proxy stands as the prototype of the array classes' prototype, so that
 * only names that neither an array nor its class has ever reach it: members cost nothing.
 */

/** A property name that is an integer as JavaScript prints one: `"0"`, `"-1"`. */
const integerName = /^(?:0|-?[1-9]\d*)$/;

/** What an integer name does on an array. */
export interface IndexTraps {
  read(receiver: object, index: number): unknown;
  write(receiver: object, index: number): never;
}

/**
 * A prototype that turns integer names into calls of `traps`. Other unknown names stay undefined, because promises,
 * printers and test libraries probe for them.
 */
export function makeIndexPrototype(traps: IndexTraps): object {
  return new Proxy(Object.create(Object.prototype) as object, {
    get(target, name, receiver: unknown) {
      if (typeof name === "string" && integerName.test(name) && isObject(receiver)) return traps.read(receiver, Number(name));
      return Reflect.get(target, name, receiver);
    },
    set(target, name, value, receiver: unknown) {
      if (typeof name === "string" && integerName.test(name) && isObject(receiver)) return traps.write(receiver, Number(name));
      return Reflect.set(target, name, value, receiver);
    },
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
