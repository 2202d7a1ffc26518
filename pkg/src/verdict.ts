import { wasm } from "./load.js";
import type { Reading, Verdict } from "./types.js";

/**
 * Reads one certificate number as sellers type it: full-width digits, blanks, hyphens, labels, a bracketed version.
 * Never throws for any text; needs `init()`.
 */
export function parse(text: string): Reading {
  return wasm().parse(text) as Reading;
}

/** The verdict as JSON, byte-identical with what `cccheck check --json` prints for the same claim, snapshot and instant. */
export function verdictJson(verdict: Verdict): string {
  return JSON.stringify(verdict);
}
