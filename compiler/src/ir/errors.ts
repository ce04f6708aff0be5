/** @file Mistakes in printed jaxprs and array types: codes LW12xx. */

import type { ErrorKind } from "../base/errors.ts";

export const jaxprSyntax: ErrorKind = {
  code: "LW1210",
  title: "the text is not a jaxpr",
  explanation: "The grammar is the one in which jaxprs are printed. An equation begins on a line of its own, no deeper than the first one, "
    + "or after a semicolon; a line that is deeper goes on with the one before.",
};

export const unknownPrimitive: ErrorKind = {
  code: "LW1211",
  title: "the primitive is not known",
  explanation: "Every equation names a primitive; a jaxpr of another program may use one that lanewise does not have.",
};

export const unboundVariable: ErrorKind = {
  code: "LW1212",
  title: "the variable is not bound exactly once",
  explanation: "A jaxpr is closed: each variable is an input, a constant or the result of one earlier equation of the same jaxpr. "
    + "`_` names a result that nothing uses; where it is read, it must be the only one of its jaxpr.",
};

export const arrayTypeSyntax: ErrorKind = {
  code: "LW1213",
  title: "the text is not an array type",
  explanation: "An array type is a short dtype and the extents in brackets: f32[2,3], i32[], bool[4], key<fry>[].",
};
