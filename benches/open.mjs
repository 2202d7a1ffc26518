// Measures in Chromium what a first visit takes beside the network: starting the module, opening the whole register with full
// verification, and the first check, which hashes once more what it reads; with every file at hand, where nothing was run before,
// and as a page has it that waits for them: meanwhile, which is not counted, an opening is rehearsed. Every run is a fresh page of
// a browser of its own with a fresh profile, which nothing drives: being driven takes a page some milliseconds itself. Reads what
// `scripts/bench snapshot` left in target/bench.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { judged, lines, median, NOW, pin } from "./register.mjs";

const RUNS = 15;
/** Milliseconds in which the head comes, and then in which the files do. */
const WAIT = 50;
/** Milliseconds after which a page that has not answered is given up. */
const PATIENCE = 60_000;
const ROOT = new URL("../", import.meta.url);
const TYPES = { html: "text/html", js: "text/javascript", wasm: "application/wasm" };
const PAGE = '<!doctype html><title>open</title><script type="module" src="/benches/open-page.js"></script>';
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
];

/** What the page asks to be told, who waits for what it answers, and how to end its browser. */
let setting;
let answered;
let stop = () => {};
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    stop();
    process.exit(1);
  });
}

const server = createServer(async (request, response) => {
  const { url } = request;
  try {
    if (url === "/measured") {
      answered(JSON.parse(await text(request)));
    }
    const own = { "/": PAGE, "/setting": JSON.stringify(setting), "/measured": "" }[url];
    const body = own ?? (await readFile(new URL(`.${url}`, ROOT)));
    const type = TYPES[url === "/" ? "html" : url.split(".").at(-1)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await once(server.listen(0, "127.0.0.1"), "listening");

/** What is measured in a page that nothing was run in before; without a setting, what the platform takes. */
async function fresh(given = null) {
  setting = given;
  const profile = await mkdtemp(join(tmpdir(), "cccheck-open-"));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const browser = spawn(
    process.env.CHROMIUM || "/usr/bin/chromium",
    [...ARGUMENTS, `--user-data-dir=${profile}`, address],
    { stdio: "ignore", detached: true },
  );
  const ended = once(browser, "exit");
  stop = () => end(browser.pid);
  let timer;
  try {
    const { times, error } = await new Promise((resolve, reject) => {
      answered = resolve;
      timer = setTimeout(() => reject(new Error("the page did not answer")), PATIENCE);
      ended.then(() => reject(new Error("Chromium ended before the page answered")), reject);
    });
    if (error !== undefined) {
      throw new Error(error);
    }
    return times;
  } finally {
    clearTimeout(timer);
    stop();
    await ended.catch(() => undefined);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Ends a browser with all its processes, which are a group of their own. */
function end(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself, or never began.
  }
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
  const given = { pin: pin(), now: NOW.getTime(), number: lines("numbers.txt")[0] };
  const rows = [
    { name: "hashed by WebCrypto", setting: { ...given, webCrypto: true, wait: 0 }, limit: "with WebCrypto" },
    { name: "hashed by the module", setting: { ...given, webCrypto: false, wait: 0 }, limit: "without" },
    { name: "by WebCrypto, after a wait", setting: { ...given, webCrypto: true, wait: WAIT } },
    { name: "only hashed" },
  ].map((line) => ({ ...line, runs: [] }));
  // In turns, so that what else the machine does meets all of them.
  for (let run = 0; run < RUNS; run++) {
    for (const { setting, runs } of rows) {
      runs.push(await fresh(setting));
    }
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
} finally {
  server.closeAllConnections();
  server.close();
}
