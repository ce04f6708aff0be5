/** @file A program with a mistake that is no mistake in the use of lanewise. */
const nothing: { readonly value?: { readonly name: string } } = {};
export const name: string = (nothing.value as { readonly name: string }).name;
