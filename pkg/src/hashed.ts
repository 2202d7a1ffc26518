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
    try {
      held.vouch(new Uint8Array(await subtle.digest("SHA-256", bytes)));
    } catch (error) {
      held.free();
      throw error;
    }
  }
  return held;
}

/**
 * All of these files. Where one does not come, those that came are let go of: otherwise they would stay in the core's memory
 * until a garbage collection.
 */
export async function together<T extends readonly (Promise<Held> | undefined)[]>(
  files: T,
): Promise<{ [Place in keyof T]: Awaited<T[Place]> }> {
  try {
    return await Promise.all(files);
  } catch (error) {
    for (const file of files) {
      file?.then(
        (held) => held.free(),
        () => undefined,
      );
    }
    throw error;
  }
}
