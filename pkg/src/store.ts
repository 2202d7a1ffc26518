import type { Seen } from "./types.js";

/** Keeps the newest edition that was accepted, which is what stops an older one from being passed off as new. */
export interface Store {
  /** What was saved last; `null` if nothing was. */
  load(): Seen | null | Promise<Seen | null>;
  save(seen: Seen): void | Promise<void>;
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

/**
 * Remembers across page loads under this key of `localStorage`. Where storage is forbidden or full it remembers for as
 * long as the object lives; the register of a verdict then says `firstSeen`.
 */
export function localStorageStore(key: string): Store {
  const fallback = memoryStore();
  return {
    load() {
      try {
        return seenFrom(localStorage.getItem(key)) ?? fallback.load();
      } catch {
        return fallback.load();
      }
    },
    save(seen) {
      fallback.save(seen);
      try {
        localStorage.setItem(key, JSON.stringify(seen));
      } catch {
        // Forbidden or full: the fallback has it.
      }
    },
  };
}

function seenFrom(text: string | null): Seen | null {
  const value: unknown = text === null ? null : JSON.parse(text);
  const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && Number(count) >= 0;
  if (
    typeof value !== "object" ||
    value === null ||
    !("keysVersion" in value && "keys" in value && "sequence" in value && "manifest" in value)
  ) {
    return null;
  }
  const { keysVersion, keys, sequence, manifest } = value;
  return isCount(keysVersion) && typeof keys === "string" && isCount(sequence) && typeof manifest === "string"
    ? { keysVersion, keys, sequence, manifest }
    : null;
}
