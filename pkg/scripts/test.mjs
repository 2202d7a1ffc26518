// Bundles the tests, which use the built package by its name as a user would, and runs them with node:test.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
const TESTS = join(PACKAGE, "test");
const OUT = join(PACKAGE, "dist-test");

if (!existsSync(join(PACKAGE, "dist/inline.js"))) {
  console.error("cccheck: pkg/dist is missing: build the package first (npm run build).");
  process.exit(1);
}
const names = readdirSync(TESTS).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: names.map((name) => join(TESTS, name)),
  outdir: OUT,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  sourcemap: "inline",
  logLevel: "warning",
});
const files = names.map((name) => join(OUT, name.replace(/\.ts$/, ".js")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], { stdio: "inherit" });
process.exit(status ?? 1);
