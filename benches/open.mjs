// Measures in Chromium what a first visit waits for beside the network: starting the module, opening the whole register with
// full verification, and the first check. Every run is a fresh page of a fresh profile. Reads what `scripts/bench snapshot`
// left in target/bench.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { chromium } from "@playwright/test";
import { judged, lines, median, NOW, pin } from "./register.mjs";

const RUNS = 15;
const ROOT = new URL("../", import.meta.url);
const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
const PAGE = '<!doctype html><title>open</title><script type="module" src="/benches/open-page.js"></script>';

const server = createServer(async ({ url }, response) => {
  try {
    const body = url === "/" ? PAGE : await readFile(new URL(`.${url}`, ROOT));
    const type = TYPES[url === "/" ? "html" : url.split(".").at(-1)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const launched = (...more) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", ...more],
  });
const browser = await launched();
// Compiles and optimises all code when the module starts, where others compile a function when it is first called.
const eager = await launched("--js-flags=--no-wasm-lazy-compilation,--no-liftoff");

/** What is measured in a page that nothing was run in before. */
async function fresh(browser, measured, setting) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction((name) => globalThis[name] !== undefined, measured);
  const times = await page.evaluate(([name, given]) => globalThis[name](given), [measured, setting]);
  await context.close();
  return times;
}

function row(name, times, limit = "") {
  const columns = times.map((time) => (time === undefined ? "" : `${time.toFixed(1)} ms`).padStart(14));
  console.log(name.padEnd(32) + columns.join("") + limit);
}

try {
  console.log(`${"".padEnd(32)}${["start", "open", "first check"].map((step) => step.padStart(14)).join("")}`);
  const setting = { pin: pin(), now: NOW.getTime(), number: lines("numbers.txt")[0] };
  // In turns, so that what else the machine does meets all of them.
  const [byWebCrypto, byModule, compiled, floors] = [[], [], [], []];
  for (let run = 0; run < RUNS; run++) {
    byWebCrypto.push(await fresh(browser, "measure", { ...setting, webCrypto: true }));
    byModule.push(await fresh(browser, "measure", { ...setting, webCrypto: false }));
    compiled.push(await fresh(eager, "measure", { ...setting, webCrypto: true }));
    floors.push(await fresh(browser, "floor"));
  }
  for (const [name, runs, limit] of [
    ["hashed by WebCrypto", byWebCrypto, "with WebCrypto"],
    ["hashed by the module", byModule, "without"],
    ["WebCrypto, all compiled before", compiled],
  ]) {
    const times = ["start", "open", "check"].map((step) => median(runs.map((run) => run[step])));
    row(name, times, limit === undefined ? "" : judged(`ms to open in Chromium ${limit}`, times[1]));
  }
  row("only copied and hashed", [undefined, median(floors)]);
} finally {
  await browser.close();
  await eager.close();
  server.close();
}
