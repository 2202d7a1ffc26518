// Runs in the page that benches/open.mjs opens.

import { createChecker, init, memoryStore } from "/pkg/dist/browser.js";

async function bytes(path) {
  const response = await fetch(path);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
}

/**
 * Milliseconds that the platform takes for the file alone: to copy it to where WebAssembly reads, and to hash it there. No
 * reader that does so can take less.
 */
globalThis.floor = async () => {
  const snapshot = await bytes("/target/bench/snapshot");
  const begun = performance.now();
  const memory = new WebAssembly.Memory({ initial: Math.ceil(snapshot.length / 65_536) });
  const copy = new Uint8Array(memory.buffer, 0, snapshot.length);
  copy.set(snapshot);
  await crypto.subtle.digest("SHA-256", copy);
  return performance.now() - begun;
};

/** Milliseconds of each step, with every file at hand before. */
globalThis.measure = async ({ pin, now, number, webCrypto }) => {
  if (!webCrypto) {
    Object.defineProperty(crypto, "subtle", { value: undefined });
  }
  const names = ["head", "reference", "snapshot", "delta"];
  const [head, blob, snapshot, delta] = await Promise.all(names.map((name) => bytes(`/target/bench/${name}`)));
  const wasm = await bytes("/pkg/dist/cccheck.wasm");
  const given = { head, blob, snapshot, delta };
  const source = Object.fromEntries(Object.entries(given).map(([kind, file]) => [kind, async () => file]));

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
  return { start: started - begun, open: opened - started, check: checked - opened };
};
