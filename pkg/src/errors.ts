/** Why signed data was refused, each attack by its name. After a refusal nothing is checked against that data. */
export type RefusalCode =
  | "trust.malformed"
  | "trust.unsupported_format"
  | "trust.chain"
  | "trust.keys_rollback"
  | "trust.not_signed"
  | "trust.wrong_origin"
  | "trust.rollback"
  | "trust.equivocation"
  | "trust.freshness_mismatch"
  | "trust.witnesses"
  | "trust.size"
  | "trust.hash"
  | "trust.keys_expired"
  | "trust.expired";

/** Why a receipt was refused. */
export type ReceiptErrorCode =
  | "receipt.malformed"
  | "receipt.algorithm"
  | "receipt.unknown_key"
  | "receipt.signature"
  | "receipt.origin"
  | "receipt.nonce"
  | "receipt.claim"
  | "receipt.issued_in_future"
  | "receipt.issued_too_early"
  | "receipt.keys_expired"
  | "receipt.keys_stale";

/** Every code that an error of this package can have. */
export type ErrorCode =
  | "wasm.not_initialised"
  | "wasm.blocked"
  | "wasm.unreachable"
  | "wasm.unsupported"
  | "wasm.invalid"
  | "source.unreachable"
  | "store.failed"
  | "confirm.unreachable"
  | "confirm.refused"
  | "confirm.malformed"
  | RefusalCode
  | ReceiptErrorCode;

/** An error that is thrown, with a stable code. */
export class CccheckError extends Error {
  override readonly name: string = "CccheckError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The host forbids WebAssembly: its Content-Security-Policy lacks `'wasm-unsafe-eval'`. Code `wasm.blocked`. */
export class WasmBlockedError extends CccheckError {
  override readonly name = "WasmBlockedError";

  constructor(options?: ErrorOptions) {
    super(
      "wasm.blocked",
      "WebAssembly is blocked: add 'wasm-unsafe-eval' to script-src of this page's policy",
      options,
    );
  }
}

/** An error that is returned. */
export interface Failure<Code extends string = ErrorCode> {
  code: Code;
  /** One English sentence for a log; {@link explainError} has one for people, without the details. */
  message: string;
  /** Of a refusal: what was found and what was expected, such as the sequence offered and the lowest one. */
  values?: string;
}

/** The text of something thrown, for a message, with that of its cause: Node's `fetch` says there what failed. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    return String(thrown);
  }
  const { message, cause } = thrown;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}
