import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Pin, Source } from "cccheck";

/** The built tests lie one folder below the package, as their sources do. */
const VECTORS = new URL("../../tests/vectors/", import.meta.url);

/** When the vectors' head is fresh. */
export const NOW = new Date("2026-11-20T04:00:00Z");
/** A certificate that the vectors' register has as valid. */
export const VALID = "2020900201000001";

/** A file among the shared vectors. */
export function vector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(fileURLToPath(new URL(name, VECTORS))));
}

/** The vectors' pin. */
export function vectorPin(): Pin {
  const { keys, lowestSequence } = JSON.parse(new TextDecoder().decode(vector("pin.json"))) as Pin;
  return { keys, lowestSequence };
}

/** How many certificates the vectors' register has. */
export function registered(): number {
  const lines = new TextDecoder().decode(vector("register.csv")).trimEnd().split("\n");
  return lines.length - 1;
}

/** A source of the vectors, whose parts a test may replace, that counts downloads. */
export function vectorSource(parts: Partial<Source> = {}): Source & { downloads: number } {
  const source = {
    downloads: 0,
    head: parts.head ?? (async () => vector("head")),
    async snapshot(name: string, size: number) {
      source.downloads += 1;
      return parts.snapshot === undefined ? vector("snapshot") : parts.snapshot(name, size);
    },
  };
  return source;
}

/** The bytes with one bit turned. */
export function flipped(bytes: Uint8Array, index: number): Uint8Array {
  const copy = bytes.slice();
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
