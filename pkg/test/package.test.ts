import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "cccheck-package-"));
after(() => rmSync(dir, { recursive: true }));

/** A program that imports the package by name, in one file. */
async function bundle(platform: "node" | "browser", contents: string): Promise<string> {
  const outfile = join(dir, `${platform}-${contents.length}.mjs`);
  await build({
    stdin: { contents, resolveDir: PACKAGE },
    outfile,
    platform,
    bundle: true,
    format: "esm",
    logLevel: "error",
  });
  return outfile;
}

describe("the package", () => {
  it("works in Node as one bundled file, with no file beside it", async () => {
    const file = await bundle(
      "node",
      `import { init, parse } from "cccheck"; await init(); console.log(parse("2020900201000001").kind);`,
    );
    assert.equal(execFileSync(process.execPath, [file], { cwd: tmpdir(), encoding: "utf8" }), "ccc\n");
  });

  it("leaves nothing behind if nothing of it is used", async () => {
    const file = await bundle("browser", `import "cccheck";`);
    assert.equal(readFileSync(file, "utf8").trim(), "");
  });

  it("gives browsers the module as a file beside the script, and only there", async () => {
    const source = `import { init } from "cccheck"; globalThis.started = init();`;
    const browser = readFileSync(await bundle("browser", source), "utf8");
    assert.match(browser, /new URL\("\.\/cccheck\.wasm", import\.meta\.url\)/);
    const node = readFileSync(await bundle("node", source), "utf8");
    assert.doesNotMatch(node, /cccheck\.wasm/);
  });

  it("packs what its entries name", () => {
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--json", "--loglevel=error"], { cwd: PACKAGE, encoding: "utf8" }),
    ) as [{ files: { path: string }[] }];
    const paths = new Set(packed.files.map(({ path }) => path));
    for (const path of ["dist/inline.js", "dist/browser.js", "dist/browser.d.ts", "dist/cccheck.wasm", "LICENSE-MIT"]) {
      assert.ok(paths.has(path), path);
    }
    for (const path of ["generated/bindings.js", "generated/inline.js", "generated/texts.js", "generated/texts.d.ts"]) {
      assert.ok(paths.has(path), path);
    }
    assert.ok(![...paths].some((path) => path.includes("test")), [...paths].join(" "));
  });
});
