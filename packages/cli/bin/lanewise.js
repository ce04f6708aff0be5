#!/usr/bin/env node
/** @file The command's executable: a file that exists before a build, so that npm can link it. */
import { main } from "../dist/index.js";

const io = {
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
  load: (url) => import(url),
};

process.setSourceMapsEnabled(true);
process.exitCode = await main(process.argv.slice(2), io);
