#!/usr/bin/env node
// Packs the release as npm packages: "mallcheck", which starts the binary, and
// "@mallcheck/<platform>-<arch>", which carries it and which npm installs only there.
//
//   packaging/npm/pack.mjs VERSION DESTINATION GOOS/GOARCH=FOLDER...
//
// FOLDER is an unpacked release archive.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const os = { linux: "linux", darwin: "darwin", windows: "win32" };
const cpu = { amd64: "x64", arm64: "arm64" };

const [given, destination, ...platforms] = process.argv.slice(2);
const version = given.replace(/^v/, "").replace(/\+.*$/, "");
const work = mkdtempSync(join(tmpdir(), "mallcheck-npm-"));
const common = {
  version,
  license: readFileSync(join(platforms[0].split("=")[1], "LICENSE"), "utf8").includes("Apache License") ? "Apache-2.0" : "MIT",
  repository: { type: "git", url: "git+https://github.com/mallcheck/mallcheck.git" },
  homepage: "https://github.com/mallcheck/mallcheck",
};

function pack(folder, manifest) {
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, null, 2) + "\n");
  execFileSync("npm", ["pack", "--silent", "--pack-destination", resolve(destination)], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

const carriers = {};
for (const platform of platforms) {
  const [target, folder] = platform.split("=");
  const [goos, goarch] = target.split("/");
  const name = `@mallcheck/${os[goos]}-${cpu[goarch]}`;
  const file = goos === "windows" ? "mallcheck.exe" : "mallcheck";
  const room = join(work, `${os[goos]}-${cpu[goarch]}`);
  mkdirSync(join(room, "bin"), { recursive: true });
  cpSync(join(folder, file), join(room, "bin", file));
  cpSync(join(folder, "LICENSE"), join(room, "LICENSE"));
  carriers[name] = version;
  pack(room, {
    name,
    description: `The mallcheck binary for ${os[goos]} on ${cpu[goarch]}; install "mallcheck" instead.`,
    ...common,
    os: [os[goos]],
    cpu: [cpu[goarch]],
    files: ["bin"],
    preferUnplugged: true,
  });
}

const room = join(work, "mallcheck");
mkdirSync(join(room, "bin"), { recursive: true });
cpSync(join(here, "mallcheck.js"), join(room, "bin", "mallcheck.js"));
for (const file of ["LICENSE", "README.md"]) cpSync(join(platforms[0].split("=")[1], file), join(room, file));
pack(room, {
  name: "mallcheck",
  description: "Contract tests for the mall API of a SIM provider: one static binary",
  ...common,
  bin: { mallcheck: "bin/mallcheck.js" },
  files: ["bin"],
  engines: { node: ">=18" },
  optionalDependencies: carriers,
});
rmSync(work, { recursive: true });
