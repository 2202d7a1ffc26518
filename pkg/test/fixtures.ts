import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Checker,
  type Claim,
  createChecker,
  explain,
  memoryStore,
  type Pin,
  type ReadingMode,
  type Seen,
  type Source,
  type Store,
} from "cccheck";
import type * as Bindings from "../generated/bindings.js";
import { served } from "./served.js";

/** The built tests lie one folder below the package, as their sources do. */
const VECTORS = new URL("../../tests/vectors/", import.meta.url);

/** When the vectors' head is fresh. */
export const NOW = new Date("2026-11-20T04:00:00Z");
/** A certificate that the vectors' register has as valid. */
export const VALID = "2020900201000001";
/** One that is valid in their snapshot, and revoked in their delta. */
export const REVOKED = "2021900201000012";

/** A file among the shared vectors. */
export function vector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(name, VECTORS))));
}

/** The vectors' pin. */
export function vectorPin(): Pin {
  const { keys, lowestSequence } = JSON.parse(new TextDecoder().decode(vector("pin.json"))) as Pin;
  return { keys, lowestSequence };
}

/** How many certificates base and delta of the vectors list: those of the register, and one that it has dropped. */
export function listed(): number {
  const lines = new TextDecoder().decode(vector("register.csv")).trimEnd().split("\n");
  return lines.length - 1 + 1;
}

/** What was asked of a source, in the order of the requests, and how many bytes it gave. */
export interface Traffic {
  asked: (keyof Source)[];
  bytes: number;
}

/** A source of the vectors, whose parts a test may replace, with what is asked of it. */
export function vectorSource(parts: Partial<Source> = {}): Source & { traffic: Traffic } {
  const source = { ...served(async (name) => vector(name)), ...parts };
  const traffic: Traffic = { asked: [], bytes: 0 };
  const counted = async (kind: keyof Source, given: Promise<Uint8Array>) => {
    traffic.asked.push(kind);
    const bytes = await given;
    traffic.bytes += bytes.length;
    return bytes;
  };
  return {
    traffic,
    head: () => counted("head", source.head()),
    blob: (name, size) => counted("blob", source.blob(name, size)),
    snapshot: (name, size) => counted("snapshot", source.snapshot(name, size)),
    delta: (name, size) => counted("delta", source.delta(name, size)),
  };
}

/** A head among the vectors by its name, with what a client remembers of it. */
export function vectorHead(name: string): { head: Uint8Array; seen: Seen } {
  const lines = new TextDecoder().decode(vector("heads.jsonl")).trimEnd().split("\n");
  const { head, seen } = lines.map((line) => JSON.parse(line)).find((known) => known.name === name);
  return { head: new Uint8Array(Buffer.from(head, "base64url")), seen };
}

/** A part of a receipt. */
export const jsonPart = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The vectors' key for receipts. */
const receiptKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    createHash("sha256").update("cccheck test key receipt").digest(),
  ]),
  format: "der",
  type: "pkcs8",
});
const receiptPublic = createPublicKey(receiptKey).export({ format: "der", type: "spki" }).subarray(-32);
/** Its id. */
export const RECEIPT_KEY = createHash("sha256").update(Buffer.of(1)).update(receiptPublic).digest("hex").slice(0, 16);

/** A receipt that accepts what was asked, dated so many seconds after `NOW`. */
export function vectorReceipt({ claim, nonce }: { claim: Claim; nonce: string }, seconds = 0): string {
  const iat = NOW.getTime() / 1000 + seconds;
  const verdict = { outcome: "checked", decision: "accept" };
  const payload = { iss: "test.cccheck.example", iat, jti: "1", nonce, sequence: 1, claim, verdict };
  const input = `${jsonPart({ alg: "EdDSA", typ: "cccheck-receipt+jwt", kid: RECEIPT_KEY })}.${jsonPart(payload)}`;
  return `${input}.${sign(null, Buffer.from(input), receiptKey).toString("base64url")}`;
}

/** A checker over a source of the vectors. */
export function vectorChecker(
  parts: Partial<Source> = {},
  { store = memoryStore(), reading = "whole" }: { store?: Store; reading?: ReadingMode } = {},
) {
  const source = vectorSource(parts);
  const checker = createChecker({ pin: vectorPin(), source, store, reading });
  return { checker, traffic: source.traffic };
}

/** The bindings that the package uses, not those of the bundle in which a test is. */
export async function bindings(): Promise<typeof Bindings> {
  return import(new URL("../generated/bindings.js", import.meta.url).href);
}

/** What the core answers from now on to these calls, whoever makes them. */
export async function coreAnswers(...calls: ("open" | "check")[]): Promise<string[]> {
  const { Checker } = await bindings();
  const answers: string[] = [];
  for (const name of calls) {
    const call = Checker.prototype[name] as (...given: unknown[]) => string;
    Object.assign(Checker.prototype, {
      [name](this: Bindings.Checker, ...given: unknown[]) {
        const answer = call.apply(this, given);
        answers.push(answer);
        return answer;
      },
    });
  }
  return answers;
}

/** The reason for which the checker cannot check a number that it would accept. */
export function unavailable(checker: Checker): string {
  const verdict = checker.check({ number: VALID }, { now: NOW });
  assert.equal(verdict.outcome, "unavailable");
  assert.equal(verdict.decision, "review");
  assert.match(explain(verdict.findings[0] ?? assert.fail("no finding"), "zh").title, /无法核对/);
  return verdict.findings[0]?.values["reason"] ?? "";
}

/** The bytes with one bit turned. */
export function flipped(bytes: Uint8Array, index: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
