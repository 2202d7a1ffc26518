import { REHEARSAL } from "../generated/rehearsal.js";
import { createChecker } from "./checker.js";
import { fromBase64Url } from "./core.js";
import { memoryStore } from "./store.js";

/**
 * Rehearses once the page has nothing else to do, as while its files are on their way. Not at all where nobody says when that
 * is.
 */
export function rehearseWhenIdle(): void {
  // A rehearsal that fails is none: what is wrong shows when it is asked for.
  globalThis.requestIdleCallback?.(() => void rehearse().catch(() => undefined));
}

/**
 * Opens a small edition that the package carries, and checks a number that it has and one that its delta revokes. Engines
 * compile a function when it is first called, which is most of what a first opening takes; after this it is done.
 */
async function rehearse(): Promise<void> {
  const { keys, head, reference, snapshot, delta, now, accepted, rejected } = REHEARSAL;
  const file = (text: string) => async () => fromBase64Url("rehearsal", text);
  const source = { head: file(head), blob: file(reference), snapshot: file(snapshot), delta: file(delta) };
  const checker = createChecker({ pin: { keys, lowestSequence: 1 }, source, store: memoryStore() });
  const instant = new Date(now);
  await checker.update(instant);
  for (const number of [accepted, rejected]) {
    checker.check({ number }, { now: instant });
  }
}
