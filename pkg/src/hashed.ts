import type { Held } from "../generated/bindings.js";
import { bytes as checked } from "./core.js";
import { memory, wasm } from "./load.js";

/** The largest file for which memory is made ready before it comes. */
const MOST_READY = 2 ** 26;

/**
 * A file in the core's memory, so that nobody changes after the hashing what is read, with the hash that this host computed
 * there. Only secure contexts have the means: elsewhere the core computes it. The memory for its signed size is made ready while
 * it comes.
 *
 * @throws `TypeError` if the source gave no bytes.
 */
export async function hashed(size: number, coming: Promise<Uint8Array>): Promise<Held> {
  // It may be rejected before it is waited for.
  Promise.resolve(coming).catch(() => undefined);
  const { Held } = wasm();
  let held = new Held(size > MOST_READY ? 0 : size);
  try {
    const given = checked("source", await coming);
    if (given.length !== size || size > MOST_READY) {
      const ready = held;
      held = new Held(given.length);
      ready.free();
    }
    // Of the memory as it is now: it may have grown.
    const bytes = () => new Uint8Array(memory().buffer, held.address(), given.length);
    bytes().set(given);
    const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
    if (subtle !== undefined) {
      held.vouch(new Uint8Array(await subtle.digest("SHA-256", bytes())));
    }
    return held;
  } catch (error) {
    held.free();
    throw error;
  }
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
