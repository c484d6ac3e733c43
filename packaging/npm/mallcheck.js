#!/usr/bin/env node
// Runs the binary of this platform, which npm installed as an optional dependency.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const name = `@mallcheck/${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "mallcheck.exe" : "mallcheck";

let binary;
try {
  binary = require.resolve(`${name}/bin/${file}`);
} catch {
  console.error(
    `mallcheck: the package ${name} is not installed. ` +
      "Install again without --omit=optional; if there is no such package, mallcheck has no build for this platform.",
  );
  process.exit(2);
}

const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends Ctrl-C to the child as well; what others send to this process goes on to it.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`mallcheck: ${binary} does not start: ${error.message}`);
  process.exit(2);
});
child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
