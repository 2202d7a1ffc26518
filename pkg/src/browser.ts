import { load } from "./load.js";
import type { WasmSource } from "./types.js";

export * from "./api.js";

/**
 * Fetches and instantiates the WebAssembly module; by default `cccheck.wasm` beside this file. Idempotent: only the
 * first call's source counts. Call it before anything else.
 *
 * @throws {@link WasmBlockedError} if the page's policy forbids WebAssembly, otherwise {@link CccheckError} with
 * `wasm.unreachable`, `wasm.unsupported` or `wasm.invalid`. A failed call may be repeated.
 */
export function init(source?: WasmSource): Promise<void> {
  return load(() => source ?? new URL("./cccheck.wasm", import.meta.url));
}
