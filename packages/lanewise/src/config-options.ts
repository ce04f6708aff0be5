/** @file The options that change how everything runs, as data. `config.ts` has the functions that users call. */

export interface Config {
  /** Whether float64 exists. Integers have 32 bits at most either way. */
  readonly enableX64: boolean;
  /** Throws at the first operation that gives NaN; each operation is then waited for. */
  readonly debugNans: boolean;
  /** Runs jitted functions operation by operation. */
  readonly disableJit: boolean;
  /** Logs each compilation with its time. */
  readonly logCompiles: boolean;
  /** Verifies every intermediate form after every stage. */
  readonly verify: boolean;
}

export const defaultConfig: Config = { enableX64: false, debugNans: false, disableJit: false, logCompiles: false, verify: false };

export const configNames = Object.keys(defaultConfig) as readonly (keyof Config)[];

/** The options in a few bits: equal for equal options, for cache keys. */
export function configBits(config: Config): number {
  return configNames.reduce((bits, name) => bits * 2 + (config[name] ? 1 : 0), 0);
}

/** What differs between two such bits, a phrase for each option. */
export function changedOptions(before: number, after: number): readonly string[] {
  return configNames.flatMap((name, place) => {
    const bit = 2 ** (configNames.length - 1 - place);
    const [old, now] = [(before & bit) !== 0, (after & bit) !== 0];
    return old === now ? [] : [`the option ${name} changed from ${old} to ${now}`];
  });
}
