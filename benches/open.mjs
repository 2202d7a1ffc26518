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
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
});

/** What is measured in a page that nothing was run in before. */
async function fresh(measured, setting) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction((name) => globalThis[name] !== undefined, measured);
  const times = await page.evaluate(([name, given]) => globalThis[name](given), [measured, setting]);
  await context.close();
  return times;
}

function row(name, columns, limit = "") {
  console.log(name.padEnd(32) + columns.map((column) => column.padStart(14)).join("") + limit);
}

const milliseconds = (time) => `${time.toFixed(1)} ms`;

try {
  row("", ["start", "open", "first check", "open, least"]);
  const setting = { pin: pin(), now: NOW.getTime(), number: lines("numbers.txt")[0] };
  // In turns, so that what else the machine does meets all of them.
  const [byWebCrypto, byModule, atOnce, floors] = [[], [], [], []];
  for (let run = 0; run < RUNS; run++) {
    byWebCrypto.push(await fresh("measure", { ...setting, webCrypto: true }));
    byModule.push(await fresh("measure", { ...setting, webCrypto: false }));
    atOnce.push(await fresh("measure", { ...setting, webCrypto: true, atOnce: true }));
    floors.push(await fresh("floor"));
  }
  for (const [name, runs, limit] of [
    ["hashed by WebCrypto", byWebCrypto, "with WebCrypto"],
    ["hashed by the module", byModule, "without"],
    ["WebCrypto, no wait for files", atOnce],
  ]) {
    const times = (step) => runs.map((run) => run[step]);
    // What disturbs a run only adds to it.
    const least = Math.min(...times("open"));
    const medians = ["start", "open", "check"].map((step) => median(times(step)));
    row(
      name,
      [...medians, least].map(milliseconds),
      limit === undefined ? "" : judged(`ms to open in Chromium ${limit}`, least),
    );
  }
  row("only copied and hashed", ["", milliseconds(median(floors)), "", milliseconds(Math.min(...floors))]);
} finally {
  await browser.close();
  server.close();
}
