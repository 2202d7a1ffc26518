// A Node service as others write one: its compiler knows no page, checks the declarations of what it uses, and tells a missing
// value from one that is undefined.

import { type CheckerOptions, type Claim, createChecker, init, type Role, type Source, type Store } from "cccheck";

const kept = new Map<string, unknown>();
const store: Store = { load: async () => kept.get("seen"), save: (seen) => kept.set("seen", seen) };

/** A checker with every option that may be undefined. */
export async function served(source: Source | URL, pin: CheckerOptions["pin"], reading?: "whole" | "lazy") {
  await init();
  return createChecker({ pin, source, store, reading, fetch: undefined, confirmUrl: undefined });
}

/** What the service answers. */
export async function answer(checker: Awaited<ReturnType<typeof served>>, claim: Claim, now?: Date) {
  await checker.update(now);
  const verdict = checker.check(claim, {
    now,
    policy: { base: undefined, overrides: { "status.suspended": undefined } },
  });
  const confirmed = await checker.confirm(claim, { now });
  return confirmed.ok ? { decision: verdict.decision, jws: confirmed.receipt.jws } : { error: confirmed.error.code };
}

/** What a receipt says that came with a listing. */
export async function decided(checker: Awaited<ReturnType<typeof served>>, jws: string, claim: Claim, nonce: string) {
  const verified = await checker.verifyReceipt(jws, claim, { now: undefined, nonce });
  return verified.ok ? verified.receipt.verdict.decision : verified.error.code;
}

/** In what role a company is named. */
export const holder: Role = "applicant";

/** A module that was compiled elsewhere, or its bytes. */
export const started = (module: object, bytes: Uint8Array) => [init(module), init(bytes), init(bytes.buffer)];

// @ts-expect-error a number is no module
export const refused = () => init(5);
