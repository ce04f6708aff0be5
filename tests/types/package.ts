/** @file The built declarations of the package can be read by every line of TypeScript that is supported. */
import * as lanewise from "lanewise";

export const everything: object = lanewise;
