import type { Seen } from "./types.js";

/** Keeps what was seen last, which is what stops an older edition, or older keys, from being passed off as new. */
export interface Store {
  /** What was saved last; `null` or `undefined` if nothing was. It is checked, whatever it is. A promise is waited for. */
  load(): unknown;
  /** A promise is waited for. */
  save(seen: Seen): unknown;
}

/** Remembers for as long as the object lives. */
export function memoryStore(): Store {
  let kept: Seen | null = null;
  return {
    load: () => kept,
    save(seen) {
      kept = seen;
    },
  };
}

/** The later of two, by key document and then by sequence; the first if they are as late. */
export function later(one: Seen | null, other: Seen | null): Seen | null {
  if (one === null || other === null) {
    return one ?? other;
  }
  const isOlder =
    one.keysVersion === other.keysVersion ? one.sequence < other.sequence : one.keysVersion < other.keysVersion;
  return isOlder ? other : one;
}

/**
 * Remembers across page loads under this key of `localStorage`. Where storage is forbidden or full it remembers for as
 * long as the object lives; the register of a verdict then says `firstSeen`.
 */
export function localStorageStore(key: string): Store {
  let kept: Seen | null = null;
  return {
    load() {
      try {
        return later(kept, seenFrom(parsed(localStorage.getItem(key))));
      } catch {
        return kept;
      }
    },
    save(seen) {
      kept = seen;
      try {
        localStorage.setItem(key, JSON.stringify(seen));
      } catch {
        // Forbidden or full: this object has it.
      }
    },
  };
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

/** What was saved; `null` if that is not what stands there, as anyone may write there. */
export function seenFrom(value: unknown): Seen | null {
  if (
    typeof value !== "object" ||
    value === null ||
    !("keysVersion" in value && "keys" in value && "sequence" in value && "manifest" in value)
  ) {
    return null;
  }
  const { keysVersion, keys, sequence, manifest } = value;
  return isCount(keysVersion, 2 ** 32 - 1) &&
    isHash(keys) &&
    isCount(sequence, Number.MAX_SAFE_INTEGER) &&
    isHash(manifest)
    ? { keysVersion, keys, sequence, manifest }
    : null;
}

function isCount(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
