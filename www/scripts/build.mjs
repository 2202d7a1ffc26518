// Builds the pages into dist/: one bundle, the style sheet, the WebAssembly beside them, and .br twins of what is large.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const PAGES = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCE = join(PAGES, "src");
const DIST = join(PAGES, "dist");
const WASM = join(dirname(PAGES), "pkg/dist/cccheck.wasm");

if (!existsSync(WASM)) {
  console.error("cccheck: pkg/dist/cccheck.wasm is missing: build the package first (npm run build does both).");
  process.exit(1);
}
rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
await build({
  entryPoints: { storefront: join(SOURCE, "main.ts") },
  outdir: DIST,
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  sourcemap: "linked",
  // Chromium compiles functions while it loads such a script, on another thread, and not when each is first called.
  banner: { js: "//# allFunctionsCalledOnLoad" },
  logLevel: "warning",
});
await build({
  entryPoints: [join(SOURCE, "storefront.css")],
  outdir: DIST,
  minify: true,
  target: ["chrome111", "firefox113", "safari16.4"],
  logLevel: "warning",
});
for (const name of ["index.html", "favicon.svg"]) {
  copyFileSync(join(SOURCE, name), join(DIST, name));
}
copyFileSync(WASM, join(DIST, "cccheck.wasm"));
for (const name of ["storefront.js", "storefront.css", "cccheck.wasm"]) {
  const bytes = readFileSync(join(DIST, name));
  const packed = brotliCompressSync(bytes);
  writeFileSync(join(DIST, `${name}.br`), packed);
  console.log(`${name}: ${(bytes.length / 1000).toFixed(1)} kB raw, ${(packed.length / 1000).toFixed(1)} kB brotli`);
}
