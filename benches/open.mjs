// Measures in Chromium what a first visit takes beside the network: starting the module, opening the whole register with full
// verification, and the first check; with every file at hand, where nothing was run before, and as a page has it that waits for
// them: meanwhile, which is not counted, their memory is made ready and an opening is rehearsed. Every run is a fresh page of a
// fresh profile. Reads what `scripts/bench snapshot` left in target/bench.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { chromium } from "@playwright/test";
import { judged, lines, median, NOW, pin } from "./register.mjs";

const RUNS = 15;
/** Milliseconds in which the head comes, and then in which the files do. */
const WAIT = 50;
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

const milliseconds = (time) => (time === undefined ? "" : `${time.toFixed(1)} ms`);

function row(name, columns, limit = "") {
  console.log(name.padEnd(34) + columns.map((column) => column.padStart(13)).join("") + limit);
}

try {
  console.log(
    `Medians of ${RUNS} pages, and the least; a wait is ${WAIT} ms for the head and as much for the files, and is not counted`,
  );
  row("", ["start", "first check", "idle again", "open", "open, least"]);
  const setting = { pin: pin(), now: NOW.getTime(), number: lines("numbers.txt")[0] };
  const rows = [
    { name: "hashed by WebCrypto", webCrypto: true, wait: 0, limit: "with WebCrypto" },
    { name: "hashed by the module", webCrypto: false, wait: 0, limit: "without" },
    { name: "by WebCrypto, after a wait", webCrypto: true, wait: WAIT },
  ].map((line) => ({ ...line, runs: [] }));
  const floors = [];
  // In turns, so that what else the machine does meets all of them.
  for (let run = 0; run < RUNS; run++) {
    for (const { webCrypto, wait, runs } of rows) {
      runs.push(await fresh("measure", { ...setting, webCrypto, wait }));
    }
    floors.push(await fresh("floor"));
  }
  for (const { name, runs, limit } of rows) {
    const medians = ["start", "check", "idle", "open"].map((step) => median(runs.map((run) => run[step])));
    const least = Math.min(...runs.map((run) => run.open));
    row(
      name,
      [...medians, least].map(milliseconds),
      limit ? judged(`ms to open in Chromium ${limit}`, medians[3]) : "",
    );
  }
  row(
    "only copied and hashed",
    [undefined, undefined, undefined, median(floors), Math.min(...floors)].map(milliseconds),
  );
} finally {
  await browser.close();
  server.close();
}
