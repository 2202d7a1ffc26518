// Runs in the page that benches/open.mjs opens: measures what the setting asks for, and answers with it.

import { createChecker, init, memoryStore } from "/pkg/dist/browser.js";

/** Milliseconds that the page rests first: a browser goes on starting after it shows a page. */
const REST = 1_500;
/** How many bytes of a file are hashed by themselves. */
const PIECE = 131_072;

async function bytes(path) {
  const response = await fetch(path);
  if (!response.ok) {
    throw new Error(`${path}: HTTP status ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds that the platform takes to hash the snapshot, piece by piece. No reader can take less. */
async function floor() {
  const snapshot = await bytes("/target/bench/snapshot");
  const begun = performance.now();
  const pieces = Array.from({ length: Math.ceil(snapshot.length / PIECE) }, (_, piece) => piece * PIECE);
  await Promise.all(pieces.map((at) => crypto.subtle.digest("SHA-256", snapshot.subarray(at, at + PIECE))));
  return { open: performance.now() - begun };
}

/**
 * Milliseconds of each step. Opening is making a checker, asking for the head, and then for the files that this leads to. Each of
 * the two comes `wait` milliseconds after it was asked for. How long both were waited for is no part of a step, a timer that
 * rang late is.
 */
async function measure({ pin, now, number, webCrypto, wait }) {
  if (!webCrypto) {
    Object.defineProperty(crypto, "subtle", { value: undefined });
  }
  const wasm = await bytes("/pkg/dist/cccheck.wasm");
  const [head, blob, snapshot] = await Promise.all(
    ["head", "reference", "snapshot"].map((name) => bytes(`/target/bench/${name}`)),
  );
  const coming = (file) => async () => {
    await (wait > 0 && pause(wait));
    return file;
  };
  const source = { head: coming(head), blob: coming(blob), snapshot: coming(snapshot), delta: coming(undefined) };
  const idle = observed();

  const begun = performance.now();
  await init(wasm);
  const started = performance.now();
  const checker = createChecker({ pin, source, store: memoryStore() });
  const updated = await checker.update(new Date(now));
  const opened = performance.now();
  const { outcome } = checker.check({ number }, { now: new Date(now) });
  const checked = performance.now();
  if (!updated.ok || outcome !== "checked") {
    throw new Error(`${outcome}: ${JSON.stringify(updated)}`);
  }
  return {
    start: started - begun,
    open: opened - started - 2 * wait,
    check: checked - opened,
    idle: idle.took,
  };
}

/** `took`: milliseconds from where the page was first idle, which is where it rehearses, until it is idle again. */
function observed() {
  const whenIdle = globalThis.requestIdleCallback.bind(globalThis);
  const times = { took: undefined };
  globalThis.requestIdleCallback = (callback) =>
    whenIdle((deadline) => {
      const begun = performance.now();
      callback(deadline);
      whenIdle(() => {
        times.took = performance.now() - begun;
      });
    });
  return times;
}

async function answer() {
  try {
    const setting = await (await fetch("/setting")).json();
    await pause(REST);
    return { times: await (setting === null ? floor() : measure(setting)) };
  } catch (error) {
    return { error: String(error) };
  }
}

await fetch("/measured", { method: "POST", body: JSON.stringify(await answer()) });
