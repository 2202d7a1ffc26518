import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { build } from "esbuild";
import type { Result } from "../../pkg/test/run-vectors.js";

const ROOT = resolve(import.meta.dirname, "../..");
const TYPES: Record<string, string> = { js: "text/javascript", wasm: "application/wasm" };
const PAGE = `<!doctype html><title>vectors</title><script type="module" src="/page.js"></script>`;
/** Only a secure context has WebCrypto. */
const ORIGIN = "https://vectors.test/";
const SCRIPT = `
import * as cccheck from "/pkg/dist/browser.js";
import { runVectors } from "/run-vectors.js";
const read = async (name) => new Uint8Array(await (await fetch("/tests/vectors/" + name)).arrayBuffer());
globalThis.outcome = cccheck.init().then(() => runVectors(cccheck, read));
`;

test("the shared vectors come out in Chromium as expected, byte for byte", async ({ page }) => {
  const runner = join(ROOT, "pkg/test/run-vectors.ts");
  const { outputFiles } = await build({ entryPoints: [runner], bundle: true, format: "esm", write: false });
  const made: Record<string, [string, string]> = {
    "/": ["text/html", PAGE],
    "/page.js": ["text/javascript", SCRIPT],
    "/run-vectors.js": ["text/javascript", outputFiles[0]?.text ?? ""],
  };
  await page.route(`${ORIGIN}**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const headers = { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'" };
    const [contentType, body] = made[pathname] ?? [
      TYPES[pathname.split(".").at(-1) ?? ""] ?? "application/octet-stream",
      await readFile(join(ROOT, pathname)),
    ];
    await route.fulfill({ contentType, body, headers });
  });
  await page.goto(ORIGIN);
  const results = await page.evaluate(() => (globalThis as unknown as { outcome: Promise<Result[]> }).outcome);
  expect(results.filter(({ problem }) => problem !== "")).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(800);
});
