import type { Held } from "../generated/bindings.js";
import { bytes as checked } from "./core.js";
import { memory, wasm } from "./load.js";

/** How many bytes of a file are hashed by themselves, as SPEC.md says. */
const PIECE = 131_072;

/** Something in the core's memory, which stays there until it is let go of or passed to the core. */
interface Freeable {
  free(): void;
}

/** A copy of these bytes in the core's memory, which hashes them itself if nobody vouches for them. */
export function copied(bytes: Uint8Array): Held {
  const held = new (wasm().Held)(bytes.length, true);
  within(held, bytes.length).set(bytes);
  return held;
}

/** The memory of a file as it is now: it moves as it grows. */
function within(held: Held, size: number): Uint8Array {
  return new Uint8Array(memory().buffer, held.address(), size);
}

/**
 * A file in the core's memory, so that nobody changes after the hashing what is read, with what this host hashed of it there.
 *
 * @throws `TypeError` if the source gave no bytes.
 */
export async function held(coming: Promise<Uint8Array>): Promise<Held> {
  const given = checked("source", await coming);
  const held = copied(given);
  return vouched(held, digests(within(held, given.length)));
}

/**
 * A file that stays in this host's memory, with what was hashed of it. As others may change it there, what the core is given of it
 * later it hashes anew.
 */
export class InHand implements Freeable {
  readonly bytes: Uint8Array;
  readonly hashed: Held;

  private constructor(bytes: Uint8Array, hashed: Held) {
    this.bytes = bytes;
    this.hashed = hashed;
  }

  /** @throws `TypeError` if the source gave no bytes. */
  static async of(coming: Promise<Uint8Array>): Promise<InHand> {
    const bytes = checked("source", await coming);
    const hashes = digests(bytes);
    const held = hashes === undefined ? copied(bytes) : new (wasm().Held)(bytes.length, false);
    return new InHand(bytes, await vouched(held, hashes));
  }

  free(): void {
    this.hashed.free();
  }
}

/** The SHA-256 of each piece by this host. Only secure contexts have the means: elsewhere the core computes it. */
function digests(bytes: Uint8Array): Promise<ArrayBuffer[]> | undefined {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  // All at once, as the memory may move before the next turn.
  const all = async () => Promise.all(pieces(bytes).map((piece) => subtle.digest("SHA-256", piece as BufferSource)));
  return subtle && all();
}

/** The file with these hashes of its pieces, which the core believes. */
async function vouched(held: Held, hashes: Promise<ArrayBuffer[]> | undefined): Promise<Held> {
  try {
    for (const hash of (await hashes) ?? []) {
      held.vouch(new Uint8Array(hash));
    }
    return held;
  } catch (error) {
    held.free();
    throw error;
  }
}

/** An empty file is one piece. */
function pieces(bytes: Uint8Array): Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / PIECE));
  return Array.from({ length: count }, (_, piece) => bytes.subarray(piece * PIECE, (piece + 1) * PIECE));
}

/**
 * All of these files. Where one does not come, those that came are let go of: otherwise they would stay in the core's memory
 * until a garbage collection.
 */
export async function together<T extends readonly (Promise<Freeable> | undefined)[]>(
  files: T,
): Promise<{ [Place in keyof T]: Awaited<T[Place]> }> {
  try {
    return await Promise.all(files);
  } catch (error) {
    for (const file of files) {
      file?.then(
        (file) => file.free(),
        () => undefined,
      );
    }
    throw error;
  }
}
