// Measures the rules through WebAssembly in Node, with a regular expression and a Map as the peers in the same run. Reads the
// register that `cargo bench -p cccheck-registry --bench rules` left in target/bench.

import { find, init, parse } from "cccheck";
import { lines, NOW, nanoseconds, opened, read } from "./register.mjs";

const page = new TextDecoder().decode(read("page.txt"));
const numbers = lines("numbers.txt");
const at = (turn) => numbers[(turn * 7919) % numbers.length];

function row(what, value, peer, other) {
  const shown = (nanoseconds) => `${Math.round(nanoseconds)} ns`.padStart(15);
  console.log(
    what.padEnd(31) + shown(value) + (peer ? `${shown(other)}  ${peer}, ratio ${(value / other).toFixed(2)}` : ""),
  );
}

await init();
const begun = process.hrtime.bigint();
const { checker } = await opened();
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
const map = new Map(lines("all.txt").map((number) => [number, { status: "valid", expiresOn: "2030-01-01" }]));
const looked = nanoseconds(200_000, (turn) => map.get(at(turn)));
row(
  "full check, verdict as an object",
  nanoseconds(10_000, (turn) => checker.check({ number: at(turn) }, { now: NOW })),
  `Map of ${map.size} look-up alone`,
  looked,
);
