import type { Held } from "../generated/bindings.js";
import { bytes as checked } from "./core.js";
import { memory, wasm } from "./load.js";

/**
 * A file in the core's memory, so that nobody changes after the hashing what is read, with the hash that this host computed
 * there. Only secure contexts have the means: elsewhere the core computes it.
 *
 * @throws `TypeError` if the source gave no bytes.
 */
export async function hashed(given: Uint8Array): Promise<Held> {
  const held = new (wasm().Held)(checked("source", given));
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle !== undefined) {
    const bytes = new Uint8Array(memory().buffer, held.address(), given.length);
    held.vouch(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  }
  return held;
}
