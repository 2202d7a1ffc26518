// Says which limits the measurements of `scripts/bench snapshot` met: what they judged is in target/bench/judged.csv. Fails if one
// is missed or was not measured.

import { limits, lines } from "./register.mjs";

const judged = lines("judged.csv").map((line) => line.split(","));
const missed = limits().flatMap(([name, most]) => {
  const own = judged.filter(([other]) => other === name);
  const beyond = own.filter(([, , , verdict]) => verdict === "MISSED").map(([, , value]) => `${value} ${name}`);
  return (own.length ? beyond : [`not measured: ${name}`]).map((what) => `${what}, at most ${most}`);
});
console.log(`\n${limits().length} limits, ${missed.length ? "MISSED" : "all met"}`);
for (const line of missed) {
  console.log(`  ${line}`);
}
process.exitCode = missed.length ? 1 : 0;
