// Measures look-ups through WebAssembly in Node, each a whole check whose verdict is an object; what the look-up adds shows
// beside a check that looks nothing up. Reads what `scripts/bench snapshot` left in target/bench.

import { lines, NOW, nanoseconds, opened } from "./register.mjs";

const TURNS = 10_000;
const hits = lines("numbers.txt");
const misses = lines("misses.txt");
const { checker, certificates } = await opened();
const check = (number) => checker.check({ number }, { now: NOW });

function mustFind(numbers, isThere) {
  const wrong = numbers.find((number) => (check(number).record !== null) !== isThere);
  if (wrong !== undefined) {
    throw new Error(`a wrong answer for ${wrong}`);
  }
}

const spread = (numbers) => (turn) => check(numbers[(turn * 7919) % numbers.length]);
const row = (what, value) => console.log(`${what.padEnd(34)}${`${Math.round(value)} ns`.padStart(12)}`);

mustFind(hits, true);
mustFind(misses, false);
console.log(`${certificates} certificates`);
row("check, the number is there", nanoseconds(TURNS, spread(hits)));
row("check, the number is not there", nanoseconds(TURNS, spread(misses)));
row(
  "check without a number",
  nanoseconds(TURNS, () => check("")),
);
