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

/**
 * Milliseconds of each step. In most pages the module starts before the files have come; in one where all was at hand `atOnce`,
 * it starts after them.
 */
globalThis.measure = async ({ pin, now, number, webCrypto, atOnce }) => {
  if (!webCrypto) {
    Object.defineProperty(crypto, "subtle", { value: undefined });
  }
  const wasm = await bytes("/pkg/dist/cccheck.wasm");
  let files = atOnce && (await all());
  const begun = performance.now();
  await init(wasm);
  const started = performance.now();
  files ||= await all();
  const source = Object.fromEntries(Object.entries(files).map(([kind, file]) => [kind, async () => file]));

  const arrived = performance.now();
  const checker = createChecker({ pin, source, store: memoryStore() });
  const updated = await checker.update(new Date(now));
  const opened = performance.now();
  const { outcome } = checker.check({ number }, { now: new Date(now) });
  const checked = performance.now();
  if (!updated.ok || outcome !== "checked") {
    throw new Error(`${outcome}: ${JSON.stringify(updated)}`);
  }
  return { start: started - begun, open: opened - arrived, check: checked - opened };
};

/** The files of the register. */
async function all() {
  const [head, blob, snapshot] = await Promise.all(
    ["head", "reference", "snapshot"].map((name) => bytes(`/target/bench/${name}`)),
  );
  return { head, blob, snapshot, delta: new Uint8Array() };
}
