export {
  type Checker,
  type CheckerOptions,
  type CheckOptions,
  type ConfirmOptions,
  createChecker,
  type Pin,
  type VerifyOptions,
} from "./checker.js";
export type { Confirmation, ConfirmFailure } from "./confirm.js";
export {
  CccheckError,
  type ErrorCode,
  type Failure,
  type ReceiptErrorCode,
  type RefusalCode,
  WasmBlockedError,
} from "./errors.js";
export type { Verification } from "./receipt.js";
export { type HttpSourceOptions, httpSource, type Source } from "./source.js";
export { localStorageStore, memoryStore, type Store } from "./store.js";
export { type Explanation, explain, explainError, type Labelled, label, type Role } from "./texts.js";
export type * from "./types.js";
export { find, parse, verdictJson } from "./verdict.js";
