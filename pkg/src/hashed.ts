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
  return vouched(held, hash(within(held, given.length)));
}

/**
 * A file that stays in this host's memory, with what was hashed of it. As others may change it there, what the core is given of it
 * later it hashes anew.
 */
export class InHand implements Freeable {
  readonly hashed: Held;
  readonly #bytes: Uint8Array;
  readonly #size: number;
  #left: number;

  private constructor(bytes: Uint8Array, hashed: Held) {
    this.hashed = hashed;
    this.#bytes = bytes;
    this.#size = bytes.length;
    this.#left = bytes.length;
  }

  /** @throws `TypeError` if the source gave no bytes. */
  static async of(coming: Promise<Uint8Array>): Promise<InHand> {
    const given = checked("source", await coming);
    // WebCrypto reads no memory that others share.
    const isShared = Object.prototype.toString.call(given.buffer) === "[object SharedArrayBuffer]";
    const bytes = isShared ? given.slice() : given;
    const hashing = hash(bytes);
    const held = hashing === undefined ? copied(bytes) : new (wasm().Held)(bytes.length, false);
    return new InHand(bytes, await vouched(held, hashing));
  }

  /** Some bytes, which are not taken twice; none where a page took the memory away, as by a transfer. */
  take(at: number | null, size: number): Uint8Array {
    this.#left -= size;
    const start = at ?? this.#size;
    return this.#bytes.length === this.#size ? this.#bytes.subarray(start, start + size) : new Uint8Array();
  }

  /** Whether all was taken. */
  get isSpent(): boolean {
    return this.#left <= 0;
  }

  free(): void {
    this.hashed.free();
  }
}

/**
 * The hash of a file by this host, as SPEC.md says: of one piece its SHA-256, of several the SHA-256 over theirs. Only secure
 * contexts have the means: elsewhere the core computes it.
 */
function hash(bytes: Uint8Array): Promise<Uint8Array> | undefined {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  const sha256 = async (piece: Uint8Array) => new Uint8Array(await subtle.digest("SHA-256", piece as BufferSource));
  const hashing = async () => {
    const count = Math.ceil(bytes.length / PIECE);
    if (count <= 1) {
      return sha256(bytes);
    }
    // All at once, as the memory may move before the next turn.
    const pieces = Array.from({ length: count }, (_, piece) => bytes.subarray(piece * PIECE, (piece + 1) * PIECE));
    const hashes = await Promise.all(pieces.map(sha256));
    return sha256(Uint8Array.from(hashes.flatMap((hash) => [...hash])));
  };
  return subtle && hashing();
}

/** The file with this hash, which the core believes. */
async function vouched(held: Held, hashing: Promise<Uint8Array> | undefined): Promise<Held> {
  try {
    if (hashing !== undefined) {
      held.vouch(await hashing);
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
