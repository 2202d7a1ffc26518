// Measures the rules through WebAssembly in Node, with a regular expression and a Map as the peers in the same run. Reads the
// register that `cargo bench -p cccheck-registry --bench rules` left in target/bench.

import { readFileSync } from "node:fs";
import { createChecker, find, init, memoryStore, parse } from "cccheck";

const NOW = new Date("2026-11-20T04:00:00Z");
const folder = new URL("../target/bench/", import.meta.url);
const read = (name) => readFileSync(new URL(name, folder));
const page = read("page.txt").toString();
const numbers = read("numbers.txt").toString().split("\n");
const at = (turn) => numbers[(turn * 7919) % numbers.length];

/** The median of five runs, in nanoseconds for each of `count` turns. */
function nanoseconds(count, turn) {
  const runs = Array.from({ length: 5 }, () => {
    const begun = process.hrtime.bigint();
    for (let index = 0; index < count; index++) {
      turn(index);
    }
    return Number(process.hrtime.bigint() - begun) / count;
  });
  return runs.sort((one, other) => one - other)[2];
}

function row(what, value, peer, other) {
  const shown = (nanoseconds) => `${Math.round(nanoseconds)} ns`.padStart(15);
  console.log(
    what.padEnd(31) + shown(value) + (peer ? `${shown(other)}  ${peer}, ratio ${(value / other).toFixed(2)}` : ""),
  );
}

await init();
const checker = createChecker({
  pin: { keys: new Uint8Array(read("keys")), lowestSequence: 1 },
  source: { head: async () => new Uint8Array(read("head")), snapshot: async () => new Uint8Array(read("snapshot")) },
  store: memoryStore(),
});
const begun = process.hrtime.bigint();
const updated = await checker.update(NOW);
if (!updated.ok) {
  throw new Error(updated.error.message);
}
row("open and verify, first", Number(process.hrtime.bigint() - begun));

const plain = /^\d{16}$/;
const digits = nanoseconds(100_000, (turn) => plain.test(at(turn)));
row(
  "parse 16 digits",
  nanoseconds(20_000, (turn) => parse(at(turn))),
  "regular expression",
  digits,
);
const inText = /(?<!\d)\d{16}(?!\d)/g;
const matched = nanoseconds(20, () => page.match(inText).length);
row(
  "find in a page of 100 kB",
  nanoseconds(3, () => find(page)),
  "regular expression",
  matched,
);
const all = read("all.txt").toString().trim().split("\n");
const map = new Map(all.map((number) => [number, { status: "valid", expiresOn: "2030-01-01" }]));
const looked = nanoseconds(200_000, (turn) => map.get(at(turn)));
row(
  "full check, verdict as an object",
  nanoseconds(10_000, (turn) => checker.check({ number: at(turn) }, { now: NOW })),
  `Map of ${map.size} look-up alone`,
  looked,
);
