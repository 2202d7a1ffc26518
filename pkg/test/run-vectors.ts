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

interface TextCase {
  name: string;
  text: string;
}

/** How a case came out: `problem` is empty if it is as expected. */
export interface Result {
  name: string;
  problem: string;
}

/** Runs every case. `read` gives the bytes of a file among the vectors. */
export async function runVectors(api: Api, read: (name: string) => Promise<Uint8Array>): Promise<Result[]> {
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  const lines = async (name: string) => (await text(name)).trimEnd().split("\n");
  const runTexts = async (cases: string, golden: string, answer: (text: string) => unknown) =>
    compare(golden, JSON.parse(await text(cases)) as TextCase[], await lines(golden), (entry) =>
      JSON.stringify(answer(entry.text)),
    );

  const cases = JSON.parse(await text("cases.json")) as Case[];
  const pin = JSON.parse(await text("pin.json")) as Package.Pin;
  const checkers = new Map<string, Package.Checker>();
  for (const { head = "head", now } of cases.toSorted((one, other) => Date.parse(one.now) - Date.parse(other.now))) {
    checkers.set(head, checkers.get(head) ?? (await open(api, pin, read, head, now)));
  }
  return [
    ...(await runTexts("numbers.json", "readings.jsonl", api.parse)),
    ...(await runTexts("texts.json", "candidates.jsonl", (free) => api.find(free).candidates)),
    ...compare("verdicts.jsonl", cases, await lines("verdicts.jsonl"), (entry) =>
      checked(api, checkers.get(entry.head ?? "head"), entry),
    ),
  ];
}

/** The answers beside the lines of a golden file. */
function compare<Entry extends { name: string }>(
  golden: string,
  cases: Entry[],
  lines: string[],
  answer: (entry: Entry) => string,
): Result[] {
  const count = { name: golden, problem: `${lines.length} lines for ${cases.length} cases` };
  const results = cases.map((entry, index) => {
    const [found, line] = [answer(entry), lines[index]];
    return { name: `${golden}: ${entry.name}`, problem: found === line ? "" : `expected ${line}, got ${found}` };
  });
  return lines.length === cases.length ? results : [count, ...results];
}

/** A checker that has seen an edition before, as all verdicts among the vectors say. */
async function open(
  api: Api,
  { keys, lowestSequence }: Package.Pin,
  read: (name: string) => Promise<Uint8Array>,
  head: string,
  now: string,
): Promise<Package.Checker> {
  const store = api.memoryStore();
  await store.save({ keysVersion: 1, keys: "", sequence: 0, manifest: "" });
  const source: Package.Source = { head: () => read(head), snapshot: () => read("snapshot") };
  const checker = api.createChecker({ pin: { keys, lowestSequence }, source, store });
  const update = await checker.update(new Date(now));
  if (!update.ok) {
    throw new Error(`${head} at ${now}: ${update.error.code}, ${update.error.message}`);
  }
  return checker;
}

/** The verdict in JSON, after a look at what the case itself expects. */
function checked(api: Api, checker: Package.Checker | undefined, { claim, now, policy, expect }: Case): string {
  if (checker === undefined) {
    return "no checker";
  }
  const verdict = checker.check(claim, { now: new Date(now), ...(policy === undefined ? {} : { policy }) });
  const { outcome, decision } = verdict;
  const found = JSON.stringify({ outcome, decision, findings: verdict.findings.map(({ code }) => code) });
  const expected = JSON.stringify({
    outcome: expect.outcome,
    decision: expect.decision,
    findings: expect.findings,
  });
  return found === expected ? api.verdictJson(verdict) : `${found} where the case expects ${expected}`;
}
