import { fromBase64Url } from "./core.js";
import type { Failure, ReceiptErrorCode } from "./errors.js";
import { explainError } from "./texts.js";
import type { Instant, Receipt, Update, Verdict } from "./types.js";

/** Why an update failed. */
export type UpdateFailure = Extract<Update, { ok: false }>["error"];

/** What the verification of a receipt came to: its own fault, or that the newest keys are not to be had. */
export type Verification =
  | { ok: true; receipt: Receipt }
  | { ok: false; error: Failure<ReceiptErrorCode> | UpdateFailure };

interface Verified {
  id: string;
  issuedAt: Instant;
  sequence: number;
  payload: string;
}

type Answer = { value: Verified } | { error: Failure<ReceiptErrorCode> | UpdateFailure };

/** By which keys a receipt is judged. */
export interface Judge {
  /** Looks for newer keys. What came of that; nothing if it did not look, as it did a moment ago. */
  learn(): Promise<Update | undefined>;
  /** `request` is what the receipt has to answer. */
  verify(jws: string, request: string): Promise<Answer>;
}

/** Verifies a receipt as the answer to a request. */
export async function judged(jws: string, request: string, { learn, verify }: Judge): Promise<Verification> {
  const isUnknown = (answer: Answer) => "error" in answer && answer.error.code === "receipt.unknown_key";
  let verified = await verify(jws, request);
  if (isUnknown(verified)) {
    // It may have been replaced since the last update.
    const learnt = await learn();
    verified = await verify(jws, request);
    if (isUnknown(verified) && !learnt?.ok) {
      return learnt ?? refused("receipt.keys_stale");
    }
  }
  if ("error" in verified) {
    return { ok: false, error: verified.error };
  }
  const { id, issuedAt, sequence, payload } = verified.value;
  const { verdict } = JSON.parse(payload) as { verdict: Verdict };
  const { kid } = part(jws, 0) as { kid: string };
  return { ok: true, receipt: { id, issuedAt, sequence, keyId: kid, verdict, jws } };
}

/** A refusal by this package rather than by the core. */
export function refused(code: ReceiptErrorCode): { ok: false; error: Failure<ReceiptErrorCode> } {
  return { ok: false, error: { code, message: explainError(code, "en") } };
}

/** The nonce that a receipt says it answers, not yet verified; empty if it says none. */
export function nonceOf(jws: string): string {
  try {
    const { nonce } = part(jws, 1) as { nonce?: unknown };
    return typeof nonce === "string" ? nonce : "";
  } catch {
    return "";
  }
}

/** The JSON in a part of a compact JWS. */
function part(jws: string, place: number): unknown {
  return JSON.parse(new TextDecoder().decode(fromBase64Url("receipt", jws.split(".")[place] ?? "")));
}
