// Measures look-ups through WebAssembly in Node. First the look-up alone, in a module that is built as the one that ships and
// calls it from within, beside the same calls natively, in turns; then whole checks, each with a verdict that is an object.
// Reads what `scripts/bench snapshot` left in target/bench.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { initSync, Lookups } from "../target/bench/lookups/lookups.js";
import { judged, lines, NOW, nanoseconds, opened, read } from "./register.mjs";

const TURNS = 10_000;
/** How often a run looks up every number, and how many runs there are. */
const ROUNDS = 20;
const RUNS = 15;
const KINDS = ["hits", "misses"];
const MODULE = new URL("../pkg/dist/cccheck.wasm", import.meta.url);
const NATIVE = fileURLToPath(new URL("../target/release/lookups", import.meta.url));

/** Nanoseconds for a look-up of each kind, natively, with the sums of what was found. */
function natively(now) {
  const { status, stdout, stderr } = spawnSync(NATIVE, [now, String(ROUNDS)], { encoding: "utf8" });
  if (status !== 0) {
    throw new Error(`${NATIVE}: ${stderr}`);
  }
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(([time, sum]) => ({ time: Number(time), sum: BigInt(sum) }));
}

/** The same through WebAssembly. */
function inModule(register) {
  return KINDS.map((kind) => {
    const begun = process.hrtime.bigint();
    const sum = register[kind](ROUNDS);
    return { time: Number(process.hrtime.bigint() - begun) / (ROUNDS * register.numbers()), sum };
  });
}

function lookups() {
  initSync({ module: new WebAssembly.Module(read("lookups/lookups.wasm")) });
  const now = NOW.toISOString().replace(".000", "");
  const [hits, misses] = ["numbers.txt", "misses.txt"].map((name) => lines(name).join("\n"));
  const register = Lookups.open(read("keys"), read("head"), read("reference"), read("snapshot"), now, hits, misses);
  // Until the engine's best code is there.
  inModule(register);
  const runs = Array.from({ length: RUNS }, () => [natively(now), inModule(register)]);
  if (new Set(runs.flat().map((run) => run.map(({ sum }) => sum).join())).size !== 1) {
    throw new Error("native and WebAssembly do not find the same");
  }
  console.log(`${"".padEnd(34)}${["native ns", "WASM ns", "ratio"].map((head) => head.padStart(11)).join("")}`);
  for (const [place, kind] of KINDS.entries()) {
    const times = runs.map(([native, wasm]) => [native[place].time, wasm[place].time]);
    // What disturbs a run only adds to it.
    const [native, wasm] = [0, 1].map((side) => Math.min(...times.map((pair) => pair[side])));
    const shown = [native.toFixed(0), wasm.toFixed(0), (wasm / native).toFixed(2)];
    const limit = judged(`${kind} in WebAssembly to native`, wasm / native);
    console.log(`look-up, ${kind}`.padEnd(34) + shown.map((value) => value.padStart(11)).join("") + limit);
  }
}

function moduleSize() {
  const served = brotliCompressSync(readFileSync(MODULE)).length;
  console.log(
    "the module by brotli".padEnd(34) +
      `${served} bytes`.padStart(22) +
      judged("bytes of the module as served", served),
  );
}

async function checks() {
  const hits = lines("numbers.txt");
  const misses = lines("misses.txt");
  const { checker, certificates } = await opened();
  const check = (number) => checker.check({ number }, { now: NOW });
  const mustFind = (numbers, isThere) => {
    const wrong = numbers.find((number) => (check(number).record !== null) !== isThere);
    if (wrong !== undefined) {
      throw new Error(`a wrong answer for ${wrong}`);
    }
  };
  const spread = (numbers) => (turn) => check(numbers[(turn * 7919) % numbers.length]);
  const row = (what, value) => console.log(`${what.padEnd(34)}${`${Math.round(value)} ns`.padStart(12)}`);
  mustFind(hits, true);
  mustFind(misses, false);
  console.log(`\n${certificates} certificates, through JavaScript`);
  row("check, the number is there", nanoseconds(TURNS, spread(hits)));
  row("check, the number is not there", nanoseconds(TURNS, spread(misses)));
  row(
    "check without a number",
    nanoseconds(TURNS, () => check("")),
  );
}

moduleSize();
lookups();
await checks();
