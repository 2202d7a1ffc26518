import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { transform } from "esbuild";
import type { Result } from "../../pkg/test/run-vectors.js";

const ROOT = resolve(import.meta.dirname, "../..");
const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };
const PAGE = `<!doctype html><title>vectors</title><script type="module" src="/page.js"></script>`;
const SCRIPT = `
import * as cccheck from "/pkg/dist/browser.js";
import { runVectors } from "/run-vectors.js";
const read = async (name) => new Uint8Array(await (await fetch("/tests/vectors/" + name)).arrayBuffer());
globalThis.outcome = cccheck.init().then(() => runVectors(cccheck, read));
`;

test("the shared vectors come out in Chromium as expected, byte for byte", async ({ page }) => {
  const runner = await readFile(join(ROOT, "pkg/test/run-vectors.ts"), "utf8");
  const { code } = await transform(runner, { loader: "ts" });
  const made: Record<string, [string, string]> = {
    "/": ["text/html", PAGE],
    "/page.js": ["text/javascript", SCRIPT],
    "/run-vectors.js": ["text/javascript", code],
  };
  await page.route("http://vectors.test/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    const headers = { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };
    const [contentType, body] = made[pathname] ?? [
      TYPES[pathname.split(".").at(-1) ?? ""] ?? "application/octet-stream",
      await readFile(join(ROOT, pathname)),
    ];
    await route.fulfill({ contentType, body, headers });
  });
  await page.goto("http://vectors.test/");
  const results = await page.evaluate(() => (globalThis as unknown as { outcome: Promise<Result[]> }).outcome);
  expect(results.filter(({ problem }) => problem !== "")).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(800);
});
