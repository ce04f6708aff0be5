/** @file Assertions that hold or fail when the types are checked; nothing here runs. */

/** Whether two types are the same, `any` and optionality included. */
export type Same<Left, Right> =
  (<T>() => T extends Left ? 1 : 2) extends (<T>() => T extends Right ? 1 : 2) ? true : false;

/** `same<A, B>()` is an error where the types differ. */
export declare function same<Left, Right>(...proof: Same<Left, Right> extends true ? [] : [never]): void;

/** `accepts<T>(value)` is an error where the value is no T. */
export declare function accepts<T>(value: T): void;
