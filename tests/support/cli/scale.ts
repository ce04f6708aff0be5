/** @file A module that the tested file imports. */
export const scale: number = 2;
