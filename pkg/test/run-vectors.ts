// The shared vectors, run the same way in Node and in a browser, on the built package that is passed in.
import type * as Package from "cccheck";

type Api = typeof Package;

interface Case {
  name: string;
  claim: Package.Claim;
  now: string;
  policy?: Package.Policy;
  /** The file with the head to open; `head` if missing. */
  head?: string;
  expect: { outcome: string; decision: string; findings: string[] };
}

/** How a case came out: `problem` is empty if it is as expected. */
export interface Result {
  name: string;
  problem: string;
}

/** Runs every case. `read` gives the bytes of a file among the vectors. */
export async function runVectors(api: Api, read: (name: string) => Promise<Uint8Array>): Promise<Result[]> {
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  const cases = JSON.parse(await text("cases.json")) as Case[];
  const lines = (await text("verdicts.jsonl")).trimEnd().split("\n");
  if (lines.length !== cases.length) {
    return [{ name: "verdicts.jsonl", problem: `${lines.length} lines for ${cases.length} cases` }];
  }
  const pin = JSON.parse(await text("pin.json")) as Package.Pin;
  const checkers = new Map<string, Package.Checker>();
  const results: Result[] = [];
  for (const [index, entry] of cases.entries()) {
    const head = entry.head ?? "head";
    const same = cases.filter((other) => (other.head ?? "head") === head).map((other) => other.now);
    const checker = checkers.get(head) ?? (await open(api, pin, read, head, same.toSorted()[0] ?? entry.now));
    checkers.set(head, checker);
    results.push({ name: entry.name, problem: run(api, checker, entry, lines[index] ?? "") });
  }
  return results;
}

/** A checker that has seen the edition before, as all verdicts among the vectors say. */
async function open(
  api: Api,
  { keys, lowestSequence }: Package.Pin,
  read: (name: string) => Promise<Uint8Array>,
  head: string,
  now: string,
): Promise<Package.Checker> {
  const store = api.memoryStore();
  const source: Package.Source = { head: () => read(head), snapshot: () => read("snapshot") };
  let checker: Package.Checker | undefined;
  for (const _ of ["first visit", "second visit"]) {
    checker = api.createChecker({ pin: { keys, lowestSequence }, source, store });
    const update = await checker.update(new Date(now));
    if (!update.ok) {
      throw new Error(`${head} at ${now}: ${update.error.code}, ${update.error.message}`);
    }
  }
  if (checker === undefined) {
    throw new Error("no visit");
  }
  return checker;
}

function run(api: Api, checker: Package.Checker, entry: Case, line: string): string {
  const now = new Date(entry.now);
  const options = entry.policy === undefined ? { now } : { now, policy: entry.policy };
  const verdict = checker.check(entry.claim, options);
  const { outcome, decision } = verdict;
  const found = JSON.stringify({ outcome, decision, findings: verdict.findings.map((finding) => finding.code) });
  const { expect } = entry;
  const expected = JSON.stringify({
    outcome: expect.outcome,
    decision: expect.decision,
    findings: expect.findings,
  });
  if (found !== expected) {
    return `expected ${expected}, got ${found}`;
  }
  const json = api.verdictJson(verdict);
  return json === line ? "" : `the verdict's bytes differ:\n  ${line}\n  ${json}`;
}
