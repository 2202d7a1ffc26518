import { base64 } from "../generated/inline.js";
import { load } from "./load.js";
import type { WasmSource } from "./types.js";

export * from "./api.js";

/**
 * Instantiates the WebAssembly module that this entry carries inside, so that there is no file to lose in a bundle.
 * Idempotent: only the first call's source counts. Call it before anything else.
 *
 * @throws {@link WasmBlockedError} if the host forbids WebAssembly, otherwise {@link CccheckError} with
 * `wasm.unreachable`, `wasm.unsupported` or `wasm.invalid`. A failed call may be repeated.
 */
export function init(source?: WasmSource): Promise<void> {
  return load(() => source ?? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
