import { fromBase64Url } from "./core.js";
import type { Failure, ReceiptErrorCode } from "./errors.js";
import type { Instant, Receipt, Update, Verdict } from "./types.js";

/** Why an update failed. */
type UpdateFailure = Extract<Update, { ok: false }>["error"];

/** What has come of the verification of a receipt: its own fault, or that the newest keys are not to be had. */
export type Verification =
  | { ok: true; receipt: Receipt }
  | { ok: false; error: Failure<ReceiptErrorCode> | UpdateFailure };

/** What a receipt has come to by the keys that are known. */
export type Judged = { ok: true; receipt: Receipt } | { ok: false; error: Failure<ReceiptErrorCode> };

interface Verified {
  id: string;
  issuedAt: Instant;
  sequence: number;
  payload: string;
}

/** By which keys a receipt is judged. */
export interface Judge {
  /** Looks for newer keys. */
  learn(): Promise<unknown>;
  /** `request` is what the receipt has to answer. */
  verify(jws: string, request: string): Promise<{ value: Verified } | { error: Failure<ReceiptErrorCode> }>;
}

/** Verifies a receipt as the answer to a request. */
export async function judged(jws: string, request: string, { learn, verify }: Judge): Promise<Judged> {
  let verified = await verify(jws, request);
  if ("error" in verified && verified.error.code === "receipt.unknown_key") {
    // It may have been replaced since the last update.
    await learn();
    verified = await verify(jws, request);
  }
  if ("error" in verified) {
    return { ok: false, error: verified.error };
  }
  const { id, issuedAt, sequence, payload } = verified.value;
  const { verdict } = JSON.parse(payload) as { verdict: Verdict };
  const { kid } = part(jws, 0) as { kid: string };
  return { ok: true, receipt: { id, issuedAt, sequence, keyId: kid, verdict, jws } };
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
