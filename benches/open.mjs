// Measures in Chromium what a first visit waits for beside the network: starting the module, opening the whole register with
// full verification, and the first check. Every run is a fresh page of a fresh profile. Reads what `scripts/bench snapshot`
// left in target/bench.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { chromium } from "@playwright/test";
import { judged, lines, median, NOW, pin } from "./register.mjs";

const RUNS = 9;
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

/** Milliseconds of each step in a page that nothing was run in before. */
async function fresh(webCrypto) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => globalThis.measure !== undefined);
  const setting = { pin: pin(), now: NOW.getTime(), number: lines("numbers.txt")[0], webCrypto };
  const times = await page.evaluate((given) => globalThis.measure(given), setting);
  await context.close();
  return times;
}

try {
  console.log(`${"".padEnd(26)}${["start", "open", "first check"].map((step) => step.padStart(14)).join("")}`);
  for (const webCrypto of [true, false]) {
    const runs = [];
    for (let run = 0; run < RUNS; run++) {
      runs.push(await fresh(webCrypto));
    }
    const times = ["start", "open", "check"].map((step) => median(runs.map((run) => run[step])));
    const name = webCrypto ? "hashed by WebCrypto" : "hashed by the module";
    const limit = judged(`ms to open in Chromium ${webCrypto ? "with WebCrypto" : "without"}`, times[1]);
    console.log(name.padEnd(26) + times.map((time) => `${time.toFixed(1)} ms`.padStart(14)).join("") + limit);
  }
} finally {
  await browser.close();
  server.close();
}
