// The shared vectors, run the same way in Node and in a browser, on the built package that is passed in.
import type * as Package from "cccheck";
import { type Read, served } from "./served.js";

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

interface HeadCase {
  name: string;
  /** In base64url without padding. */
  head: string;
  now: string;
  seen: Package.Seen | null;
  /** `accepted`, or the code of the refusal. */
  expect: string;
}

interface ReceiptCase {
  name: string;
  /** What the server answers. */
  receipt: string;
  /** What it was asked. */
  request: { claim: Package.Claim; nonce: string };
  now: string;
  /** `accepted`, or the code of the refusal, for who verifies it later. */
  expect: string;
  /** Likewise where it was asked for at that time. */
  asked: string;
}

interface SnapshotCase {
  name: string;
  /** In base64url without padding. */
  head: string;
  /** Likewise. */
  snapshot: string;
  /** Likewise. */
  delta: string | null;
  now: string;
  number: string;
  /** `found`, `not_found`, `not_covered`, or the code of the refusal, be it of the snapshot or of the look-up. */
  expect: string;
  record: Package.RegisterRecord | null;
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
export async function runVectors(api: Api, read: Read): Promise<Result[]> {
  const text = async (name: string) => new TextDecoder().decode(await read(name));
  const lines = async (name: string) => (await text(name)).trimEnd().split("\n");
  const runTexts = async (cases: string, golden: string, answer: (text: string) => unknown) =>
    compare(golden, JSON.parse(await text(cases)) as TextCase[], await lines(golden), (entry) =>
      JSON.stringify(answer(entry.text)),
    );

  const cases = JSON.parse(await text("cases.json")) as Case[];
  const pin = JSON.parse(await text("pin.json")) as Package.Pin;
  const verdicts = await lines("verdicts.jsonl");
  const receipts = (await lines("receipts.jsonl")).map((line) => JSON.parse(line) as ReceiptCase);
  const runCases = async (reading: Package.ReadingMode) => {
    const answers = await checkedAll(api, cases, (head, now) => open(api, pin, served(read, head), reading, now));
    return compare(`verdicts.jsonl, ${reading}`, cases, verdicts, (entry) => answers.get(entry) ?? "no answer");
  };
  return [
    ...(await runTexts("numbers.json", "readings.jsonl", api.parse)),
    ...(await runTexts("texts.json", "candidates.jsonl", (free) => api.find(free).candidates)),
    ...(await Promise.all(
      (await lines("heads.jsonl")).map(async (line) => judged(api, pin, JSON.parse(line) as HeadCase)),
    )),
    ...(await confirmedAll(api, pin, read, receipts)),
    ...(await Promise.all(receipts.map((entry) => verified(api, pin, read, entry)))),
    ...(await Promise.all(
      (await lines("snapshots.jsonl")).map(async (line) => found(api, pin, read, JSON.parse(line) as SnapshotCase)),
    )),
    ...(await runCases("whole")),
    ...(await runCases("lazy")),
  ];
}

/** Whether a head is accepted, which shows where the files that it leads to are asked for, or refused as expected. */
async function judged(api: Api, { keys, lowestSequence }: Package.Pin, entry: HeadCase): Promise<Result> {
  let found = "";
  const follow = async () => {
    found = "accepted";
    throw new Error("there is only a head");
  };
  const source: Package.Source = {
    head: async () => bytesOf(entry.head),
    blob: follow,
    snapshot: follow,
    delta: follow,
  };
  const store: Package.Store = { load: () => entry.seen, save: () => undefined };
  const update = await api.createChecker({ pin: { keys, lowestSequence }, source, store }).update(new Date(entry.now));
  found ||= update.ok ? "opened" : update.error.code;
  const problem = found === entry.expect ? "" : `expected ${entry.expect}, got ${found}`;
  return { name: `heads.jsonl: ${entry.name}`, problem };
}

function bytesOf(base64url: string): Uint8Array {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Whether a snapshot says of a number what it must, or is refused as expected. */
async function found(
  api: Api,
  { keys, lowestSequence }: Package.Pin,
  read: Read,
  entry: SnapshotCase,
): Promise<Result> {
  const { name, delta, number, expect, record } = entry;
  const now = new Date(entry.now);
  const source: Package.Source = {
    head: async () => bytesOf(entry.head),
    blob: () => read("reference"),
    snapshot: async () => bytesOf(entry.snapshot),
    delta: async () => bytesOf(delta ?? ""),
  };
  const checker = api.createChecker({ pin: { keys, lowestSequence }, source, store: api.memoryStore() });
  const update = await checker.update(now);
  // Asks for the companies, too.
  const verdict = checker.check({ number, holder: "somebody" }, { now });
  const { reason } = verdict.findings.find(({ code }) => code === "register.unavailable")?.values ?? {};
  const absent = verdict.outcome === "not_covered" ? "not_covered" : "not_found";
  const looked = verdict.record === null ? absent : "found";
  const fields = (record: Package.RegisterRecord | null) => Object.entries(record ?? {}).toSorted();
  const said = JSON.stringify([update.ok ? (reason ?? looked) : update.error.code, fields(verdict.record)]);
  const expected = JSON.stringify([expect, fields(record)]);
  return {
    name: `snapshots.jsonl: ${name}, ${number}`,
    problem: said === expected ? "" : `expected ${expected}, got ${said}`,
  };
}

/** When the keys of the pin end: after that there is no fresh head. */
const KEYS_EXPIRE = new Date("2036-01-01T00:00:00Z");

/** Whether a receipt is accepted or refused as expected by who verifies it later. */
async function verified(
  api: Api,
  { keys, lowestSequence }: Package.Pin,
  read: Read,
  { name, receipt, request, expect, ...entry }: ReceiptCase,
): Promise<Result> {
  const now = new Date(entry.now);
  const options = { pin: { keys, lowestSequence }, source: served(read, "head"), store: api.memoryStore() };
  const checker = api.createChecker(options);
  const expected = now > KEYS_EXPIRE ? "trust.keys_expired" : expect;
  const verification = await checker.verifyReceipt(receipt, request.claim, { now, nonce: request.nonce });
  const found = verification.ok ? "accepted" : verification.error.code;
  return {
    name: `receipts.jsonl, later: ${name}`,
    problem: found === expected ? "" : `expected ${expected}, got ${found}`,
  };
}

/** Whether each receipt is accepted or refused as expected in answer to a request, with the nonce that it was made for. */
async function confirmedAll(
  api: Api,
  { keys, lowestSequence }: Package.Pin,
  read: Read,
  cases: ReceiptCase[],
): Promise<Result[]> {
  const results: Result[] = [];
  const random = crypto.getRandomValues;
  try {
    for (const { name, receipt, request, now, asked } of cases) {
      const nonce = (request.nonce.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));
      crypto.getRandomValues = (bytes) => {
        (bytes as unknown as Uint8Array).set(nonce);
        return bytes;
      };
      const fetch = async () => new Response(JSON.stringify({ receipt }));
      const source = { source: served(read, "head"), confirmUrl: "https://register.example/v1/confirm" };
      const options = { pin: { keys, lowestSequence }, store: api.memoryStore(), ...source };
      const confirmation = await api
        .createChecker({ ...options, fetch })
        .confirm(request.claim, { now: new Date(now) });
      const found = confirmation.ok ? "accepted" : confirmation.error.code;
      results.push({
        name: `receipts.jsonl: ${name}`,
        problem: found === asked ? "" : `expected ${asked}, got ${found}`,
      });
    }
  } finally {
    crypto.getRandomValues = random;
  }
  return results;
}

/** The answer to each case. One checker serves those of a head, opened when the earliest of them is asked. */
async function checkedAll(
  api: Api,
  cases: Case[],
  opened: (head: string, now: string) => Promise<Package.Checker>,
): Promise<Map<Case, string>> {
  const checkers = new Map<string, Package.Checker>();
  const answers = new Map<Case, string>();
  for (const entry of cases.toSorted((one, other) => Date.parse(one.now) - Date.parse(other.now))) {
    const { head = "head", now } = entry;
    const checker = checkers.get(head) ?? (await opened(head, now));
    checkers.set(head, checker);
    answers.set(entry, await checked(api, checker, entry));
  }
  return answers;
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

/** A hash of nothing that there is. */
const UNKNOWN = "0".repeat(64);

/** A checker that has seen an edition before, as all verdicts among the vectors say. */
async function open(
  api: Api,
  { keys, lowestSequence }: Package.Pin,
  source: Package.Source,
  reading: Package.ReadingMode,
  now: string,
): Promise<Package.Checker> {
  const store = api.memoryStore();
  await store.save({ keysVersion: 1, keys: UNKNOWN, sequence: 1, manifest: UNKNOWN });
  const checker = api.createChecker({ pin: { keys, lowestSequence }, source, reading, store });
  const update = await checker.update(new Date(now));
  if (!update.ok) {
    throw new Error(`${reading} at ${now}: ${update.error.code}, ${update.error.message}`);
  }
  return checker;
}

/** The verdict in JSON, after a look at what the case itself expects. */
async function checked(api: Api, checker: Package.Checker, { claim, now, policy, expect }: Case): Promise<string> {
  const prepared = await checker.prepare(claim);
  if (!prepared.ok) {
    return `${prepared.error.code}, ${prepared.error.message}`;
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
