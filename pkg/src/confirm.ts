import { argument } from "./core.js";
import { type Failure, messageOf, type ReceiptErrorCode } from "./errors.js";
import { type Judge, judged, refused, type UpdateFailure } from "./receipt.js";
import { request } from "./source.js";
import type { Claim, Receipt } from "./types.js";

/** The most bytes of an answer that are read: a receipt of 64 KiB and what is around it. */
const ANSWER_LIMIT = 98_304;
const TIMEOUT_MS = 20_000;
/** What servers take for a nonce. */
const NONCE = /^[A-Za-z0-9_-]{16,128}$/;
/** How far a server's clock may be from this device's. */
const CLOCK_SKEW_SECONDS = 300n;

/** Why there is no receipt. */
export interface ConfirmFailure
  extends Failure<
    "confirm.unreachable" | "confirm.refused" | "confirm.malformed" | ReceiptErrorCode | UpdateFailure["code"]
  > {
  /** The server's own code, if it refused. */
  serverCode?: string;
}

/** What a confirmation came to. */
export type Confirmation = { ok: true; receipt: Receipt } | { ok: false; error: ConfirmFailure };

/** How to reach the server and judge its answer. */
interface Means {
  url: string;
  nonce: string | undefined;
  fetch: typeof fetch | undefined;
  /** Seconds since 1970. */
  now(): bigint;
  judge: Judge;
}

export async function confirm(claim: Claim, means: Means): Promise<Confirmation> {
  const { url, nonce = randomNonce(), fetch, now, judge } = means;
  if (!NONCE.test(nonce)) {
    throw new TypeError("nonce: 16 to 128 letters, digits, _ and - are expected");
  }
  // Written once: the page may change the claim before the answer comes.
  const asked = argument("request", { claim, nonce });
  const earliest = now() - CLOCK_SKEW_SECONDS;
  let bytes: Uint8Array;
  try {
    const post: RequestInit = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: asked,
      cache: "no-store",
    };
    bytes = await request(url, post, { fetch, timeoutMs: TIMEOUT_MS, limit: ANSWER_LIMIT, errorBody: true });
  } catch (error) {
    return { ok: false, error: { code: "confirm.unreachable", message: messageOf(error) } };
  }
  const answer = read(bytes);
  if (typeof answer !== "string") {
    return { ok: false, error: answer };
  }
  const verified = await judged(answer, asked, judge);
  // Whoever stole a key that has ended can date a receipt back, but not answer a question before it was asked.
  if (verified.ok && BigInt(Date.parse(verified.receipt.issuedAt)) / 1000n < earliest) {
    return refused("receipt.issued_too_early");
  }
  return verified;
}

/** 128 random bits, so that a receipt for an earlier request never answers this one. */
function randomNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The receipt in an answer, not yet verified. */
function read(bytes: Uint8Array): string | ConfirmFailure {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    answer = undefined;
  }
  const { receipt, error } = fieldsOf(answer);
  if (typeof receipt === "string") {
    return receipt;
  }
  const { code, message } = fieldsOf(error);
  if (typeof code === "string") {
    return { code: "confirm.refused", message: typeof message === "string" ? message : code, serverCode: code };
  }
  return { code: "confirm.malformed", message: "the server's answer is neither a receipt nor an error" };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
