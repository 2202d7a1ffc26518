import type { Checker as Core } from "../generated/bindings.js";
import { type Confirmation, confirm } from "./confirm.js";
import { type Failure, messageOf, type RefusalCode } from "./errors.js";
import { wasm } from "./load.js";
import { httpSource, type Source } from "./source.js";
import { localStorageStore, memoryStore, type Store } from "./store.js";
import type { Claim, Day, Policy, ProductCandidate, Requirement, Seen, Standing, Verdict } from "./types.js";

/** What a client ships with and never fetches beside the snapshot. */
export interface Pin {
  /** The signed key document, as bytes or in base64url without padding. */
  keys: string | Uint8Array;
  /** The lowest sequence that is acceptable. */
  lowestSequence: number;
}

/** How {@link createChecker} gets at the register. */
export interface CheckerOptions {
  pin: Pin;
  /** The base address of {@link httpSource}, or a source of one's own. */
  source: string | URL | Source;
  /** By default `localStorage` under a key of this pin where there is one, otherwise memory. */
  store?: Store;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** Where `confirm` posts to; `{source}/v1/confirm` if the source is an address. */
  confirmUrl?: string | URL;
}

/** With what a claim is checked. */
export interface CheckOptions {
  /** The instant of the check; this device's clock if missing. */
  now?: Date;
  /** The marketplace policy if missing. */
  policy?: Policy;
}

/** What an update came to. */
export type Update =
  | {
      ok: true;
      /** Whether another edition is open than before. */
      changed: boolean;
      standing: Standing;
      /** How many certificates the snapshot holds. */
      certificates: number;
    }
  | { ok: false; error: Failure<RefusalCode | "source.unreachable" | "store.failed"> };

/** Checks claims against the newest snapshot that it has accepted. */
export interface Checker {
  /**
   * Fetches the head and, if it leads to another snapshot, that snapshot. Calls made while one is under way share its
   * result.
   *
   * A refusal (`trust.…`) lets go of the open snapshot: checks then answer `unavailable` with that code.
   * `source.unreachable` and `store.failed` keep an open snapshot, which ages and expires by itself.
   *
   * @throws `TypeError` if `now` is no date or the store gives something else than it was given.
   */
  update(now?: Date): Promise<Update>;
  /**
   * Checks a claim. Synchronous, and without a request of any kind.
   *
   * @throws `TypeError` if the claim or policy has an unknown field or a value of the wrong type.
   */
  check(claim: Claim, options?: CheckOptions): Verdict;
  /**
   * What the catalogue asks of a product kind (four digits) on a day; today in China (UTC+8) if missing. `null` without
   * a snapshot.
   *
   * @throws `TypeError` if the code or day is malformed.
   */
  requirement(product: string, on?: Day): Requirement | null;
  /**
   * The product kinds that words may mean (a shop category or title), best first, at most 8, as of a day; today in China
   * (UTC+8) if missing. Hints to choose from, never a decision. `null` without a snapshot.
   *
   * @throws `TypeError` if the day is malformed.
   */
  candidates(words: string, on?: Day): ProductCandidate[] | null;
  /**
   * Sends the claim to the server, and verifies the receipt that it answers with.
   *
   * @throws `TypeError` as `check` does, before anything is sent, or if there is no address to send to.
   */
  confirm(claim: Claim, options?: Pick<CheckOptions, "now">): Promise<Confirmation>;
}

type Answer<T, Code> = { value: T } | { error: Failure<Code & string> };

/**
 * A checker that trusts this pin. It holds no snapshot until `update()` has succeeded. Needs `init()`.
 *
 * @throws `TypeError` if the pin is malformed or not signed by its own root keys.
 */
export function createChecker(options: CheckerOptions): Checker {
  return new SnapshotChecker(options);
}

class SnapshotChecker implements Checker {
  readonly #core: Core;
  readonly #source: Source;
  readonly #store: Store;
  readonly #confirmUrl: string | undefined;
  readonly #fetch: typeof fetch | undefined;
  #open: { head: Uint8Array; seen: Seen; certificates: number } | undefined;
  #seen: Seen | null = null;
  #refused = false;
  #updating: Promise<Update> | undefined;

  constructor({ pin, source, store, fetch, confirmUrl }: CheckerOptions) {
    const keys = typeof pin.keys === "string" ? fromBase64Url(pin.keys) : pin.keys;
    if (!Number.isSafeInteger(pin.lowestSequence) || pin.lowestSequence < 0) {
      throw new TypeError("pin.lowestSequence: a whole number is expected");
    }
    this.#core = new (wasm().Checker)(keys, BigInt(pin.lowestSequence));
    this.#store = store ?? defaultStore(keys);
    this.#fetch = fetch;
    if (typeof source === "string" || source instanceof URL) {
      this.#source = httpSource(source, { fetch });
      this.#confirmUrl = String(confirmUrl ?? `${String(source).replace(/\/+$/, "")}/v1/confirm`);
    } else {
      this.#source = source;
      this.#confirmUrl = confirmUrl === undefined ? undefined : String(confirmUrl);
    }
  }

  update(now?: Date): Promise<Update> {
    this.#updating ??= this.#update(() => seconds(now)).finally(() => {
      this.#updating = undefined;
    });
    return this.#updating;
  }

  check(claim: Claim, { now, policy }: CheckOptions = {}): Verdict {
    return this.#core.check(claim, policy, seconds(now)) as Verdict;
  }

  requirement(product: string, on: Day = chinaToday()): Requirement | null {
    return this.#core.requirement(product, on) as Requirement | null;
  }

  candidates(words: string, on: Day = chinaToday()): ProductCandidate[] | null {
    return this.#core.candidates(words, on) as ProductCandidate[] | null;
  }

  async confirm(claim: Claim, { now }: Pick<CheckOptions, "now"> = {}): Promise<Confirmation> {
    // Refuses a claim of the wrong shape.
    this.check(claim);
    if (this.#confirmUrl === undefined) {
      throw new TypeError("confirmUrl: an address is needed beside a source of one's own");
    }
    return confirm(claim, {
      url: this.#confirmUrl,
      fetch: this.#fetch,
      verify: (receipt, request) => this.#core.verifyReceipt(receipt, request, seconds(now)),
    });
  }

  async #update(now: () => bigint): Promise<Update> {
    let seen: Seen | null;
    try {
      seen = newest(await this.#store.load(), this.#seen);
    } catch (error) {
      return failed("store.failed", error);
    }
    let head: Uint8Array;
    try {
      head = await this.#source.head();
    } catch (error) {
      return this.#unreachable(error);
    }
    const located: Answer<{ name: string; size: number; isOpen: boolean }, RefusalCode> = this.#core.locate(
      head,
      seen,
      now(),
    );
    if ("error" in located) {
      return this.#refuse(located.error);
    }
    if (this.#open !== undefined && sameBytes(this.#open.head, head)) {
      return this.#succeed(this.#open, false, now());
    }
    const { name, size, isOpen } = located.value;
    let file: Uint8Array | undefined;
    try {
      file = isOpen ? undefined : await this.#source.snapshot(name, size);
    } catch (error) {
      return this.#unreachable(error);
    }
    return this.#openFile(head, file, seen, now());
  }

  /** Without a file, the open one is kept under the newer head. */
  async #openFile(head: Uint8Array, file: Uint8Array | undefined, seen: Seen | null, now: bigint): Promise<Update> {
    const opened: Answer<{ seen: Seen; certificates: number }, RefusalCode> =
      file === undefined ? this.#core.renew(head, seen, now) : this.#core.open(head, file, seen, now);
    if ("error" in opened) {
      return this.#refuse(opened.error);
    }
    const changed = this.#open?.seen.manifest !== opened.value.seen.manifest;
    const open = { head, ...opened.value };
    this.#open = open;
    this.#seen = opened.value.seen;
    this.#refused = false;
    try {
      await this.#store.save(opened.value.seen);
    } catch (error) {
      return failed("store.failed", error);
    }
    return this.#succeed(open, changed, now);
  }

  #succeed({ certificates }: { certificates: number }, changed: boolean, now: bigint): Update {
    return { ok: true, changed, standing: this.#core.standing(now) as Standing, certificates };
  }

  #refuse(error: Failure<RefusalCode>): Update {
    this.#core.close(error.code);
    this.#open = undefined;
    this.#refused = true;
    return { ok: false, error };
  }

  #unreachable(error: unknown): Update {
    // What was refused stays refused: silence afterwards must not replace the reason.
    if (this.#open === undefined && !this.#refused) {
      this.#core.close("source.unreachable");
    }
    return failed("source.unreachable", error);
  }
}

function failed(code: "source.unreachable" | "store.failed", error: unknown): Update {
  return { ok: false, error: { code, message: messageOf(error) } };
}

/** The later, by key document and then by sequence, of what is stored and what this object saw itself: another tab may have moved on, or storage was cleared. */
function newest(stored: Seen | null, own: Seen | null): Seen | null {
  if (stored === null || own === null) {
    return stored ?? own;
  }
  const later =
    stored.keysVersion === own.keysVersion ? stored.sequence > own.sequence : stored.keysVersion > own.keysVersion;
  return later ? stored : own;
}

/** Named after the pin's last bytes, which belong to a signature: another register or key document has its own memory. */
function defaultStore(keys: Uint8Array): Store {
  if (!("localStorage" in globalThis)) {
    return memoryStore();
  }
  const name = Array.from(keys.slice(-16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return localStorageStore(`cccheck.seen.${name}`);
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function fromBase64Url(text: string): Uint8Array {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw new TypeError("pin.keys: base64url is expected");
  }
}

/** The legal day: UTC+8 all year. */
function chinaToday(): Day {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}

function seconds(now: Date = new Date()): bigint {
  const milliseconds = now.getTime();
  if (Number.isNaN(milliseconds)) {
    throw new TypeError("now: not a valid date");
  }
  return BigInt(Math.floor(milliseconds / 1000));
}
