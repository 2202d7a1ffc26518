import { text as checked } from "./core.js";
import { wasm } from "./load.js";
import type { Reading, Search, Verdict } from "./types.js";

/**
 * Reads one certificate number as sellers type it: full-width digits, blanks, hyphens, labels, a bracketed version.
 * Never throws for any text; needs `init()`.
 *
 * @throws `TypeError` if it is given something else.
 */
export function parse(text: string): Reading {
  return JSON.parse(wasm().parse(checked("text", text))) as Reading;
}

/**
 * Looks for certificate numbers of every known kind in a text: a listing, what a scanner read, a page. Linear in the
 * text, and never throws for any; needs `init()`. Of digits that blanks divide, as in tables of numbers, a hundred thousand
 * characters take half a second: a page or a service that must answer meanwhile searches in a worker.
 *
 * @throws `TypeError` if it is given something else.
 */
export function find(text: string): Search {
  return JSON.parse(wasm().find(checked("text", text))) as Search;
}

/** The verdict as JSON, byte-identical with what `cccheck check --json` prints for the same claim, snapshot and instant. */
export function verdictJson(verdict: Verdict): string {
  return JSON.stringify(verdict);
}
