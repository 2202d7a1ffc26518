import { REHEARSAL } from "../generated/rehearsal.js";
import type { Checker, CheckerOptions } from "./checker.js";
import { fromBase64Url } from "./core.js";
import { memoryStore } from "./store.js";

let isScheduled = false;

/**
 * Rehearses once, when the page has nothing else to do, as while its files are on their way; not if they have come by then, and
 * not where nobody says when that is. `create` makes a checker.
 */
export function rehearseWhenIdle(create: (options: CheckerOptions) => Checker, haveCome: () => boolean): void {
  if (isScheduled) {
    return;
  }
  isScheduled = true;
  const start = () => {
    if (!haveCome()) {
      // A rehearsal that fails is none: what is wrong shows when it is asked for.
      rehearse(create).catch(() => undefined);
    }
  };
  try {
    globalThis.requestIdleCallback?.(start);
  } catch {
    // What a page put in its place is no reason to have no checker.
  }
}

/**
 * Opens a small edition that the package carries, and checks a number that it has and one that its delta revokes. Engines
 * compile a function when it is first called, which takes a part of a first opening and most of a first check; after this it is
 * done.
 */
async function rehearse(create: (options: CheckerOptions) => Checker): Promise<void> {
  const { keys, head, reference, snapshot, delta, now, accepted, rejected } = REHEARSAL;
  const file = (text: string) => async () => fromBase64Url("rehearsal", text);
  const source = { head: file(head), blob: file(reference), snapshot: file(snapshot), delta: file(delta) };
  const checker = create({ pin: { keys, lowestSequence: 1 }, source, store: memoryStore() });
  const instant = new Date(now);
  await checker.update(instant);
  for (const number of [accepted, rejected]) {
    checker.check({ number }, { now: instant });
  }
}
