/** @file A file in plain JavaScript that runs as a program, with a top-level await. */
import { numpy as np } from "lanewise";

globalThis.seenByTheCommandsTest = await np.add(1, 2).item();
