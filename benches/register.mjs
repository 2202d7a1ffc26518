// The register that the native benches left in target/bench, and how runs are timed.

import { appendFileSync, readFileSync } from "node:fs";
import { createChecker, init, memoryStore } from "cccheck";

/** When its head is fresh. */
export const NOW = new Date("2026-11-20T04:00:00Z");

const folder = new URL("../target/bench/", import.meta.url);
/** A file of it. */
export const read = (name) => new Uint8Array(readFileSync(new URL(name, folder)));
/** The lines of a file of it. */
export const lines = (name) => new TextDecoder().decode(read(name)).trim().split("\n");
/** Its keys, as a page ships them. */
export const pin = () => ({ keys: Buffer.from(read("keys")).toString("base64url"), lowestSequence: 1 });

/** The limits: what figures are to be at most. */
export const limits = () =>
  readFileSync(new URL("limits.csv", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));

/** The limit of a figure, as it is printed beside it, and whether it is met: as benches/limits.rs does it. */
export function judged(name, value) {
  const [, most] = limits().find(([other]) => other === name);
  const verdict = value <= Number(most) ? "met" : "MISSED";
  appendFileSync(new URL("judged.csv", folder), `${name},${most},${Number(value.toFixed(3))},${verdict}\n`);
  return `  [at most ${most}: ${verdict}]`;
}

/** A checker with all of it open. */
export async function opened() {
  await init();
  const source = {
    head: async () => read("head"),
    blob: async () => read("reference"),
    snapshot: async () => read("snapshot"),
    delta: async () => read("delta"),
  };
  const checker = createChecker({ pin: pin(), source, store: memoryStore() });
  const updated = await checker.update(NOW);
  if (!updated.ok) {
    throw new Error(`${updated.error.code}: ${updated.error.message}`);
  }
  return { checker, certificates: updated.certificates };
}

/** The middle of several values. */
export function median(values) {
  return values.toSorted((one, other) => one - other)[values.length >> 1];
}

/** The median of five runs, in nanoseconds for each of `count` turns. */
export function nanoseconds(count, turn) {
  return median(
    Array.from({ length: 5 }, () => {
      const begun = process.hrtime.bigint();
      for (let index = 0; index < count; index++) {
        turn(index);
      }
      return Number(process.hrtime.bigint() - begun) / count;
    }),
  );
}
