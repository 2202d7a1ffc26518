import type { Checker as Core } from "../generated/bindings.js";
import { type Confirmation, confirm } from "./confirm.js";
import { answer, argument, options as fields, fromBase64Url, isBytes, text, value } from "./core.js";
import { Edition } from "./edition.js";
import { wasm } from "./load.js";
import { type Judge, judged, nonceOf, refused, type Verification } from "./receipt.js";
import { rehearseWhenIdle } from "./rehearse.js";
import { httpSource, type Source } from "./source.js";
import { localStorageStore, memoryStore, type Store } from "./store.js";
import type {
  Claim,
  Day,
  Policy,
  Prepared,
  ProductCandidate,
  ReadingMode,
  Requirement,
  Update,
  Verdict,
} from "./types.js";

/** One character more than a receipt may have, so that one that is cut here is refused, too. */
const RECEIPT_LIMIT = 65_537;
/** How long after it looked for a fresh head or an unknown key on behalf of a receipt a checker looks again. */
const LOOK_AGAIN_MS = 60_000;

/** What a client ships with and never fetches from a source. */
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
  /**
   * `whole`, the default: `update` fetches all of the register, and a check reveals nothing. `lazy`: `update` fetches
   * reference tables and a directory, `prepare` the few parts that a claim needs; they reveal to the source a group of some
   * thousands of certificates in which the claim's is, and a smaller one if the claim names a holder. Of a self-declaration
   * whose number reads as a certificate's, they reveal both groups.
   */
  reading?: ReadingMode | undefined;
  /** By default `localStorage` under a key of this pin where there is one, otherwise memory. */
  store?: Store | undefined;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Where `confirm` posts to; `{source}/v1/confirm` if the source is an address. */
  confirmUrl?: string | URL | undefined;
}

/** With what a claim is checked. */
export interface CheckOptions {
  /** The instant of the check; this device's clock if missing. */
  now?: Date | undefined;
  /** The marketplace policy if missing. */
  policy?: Policy | undefined;
}

/** With what a receipt is asked for. */
export interface ConfirmOptions {
  /** The instant; this device's clock if missing. */
  now?: Date | undefined;
  /** What the receipt has to repeat: 16 to 128 of `A-Z a-z 0-9 _ -`; drawn if missing. */
  nonce?: string | undefined;
}

/** With what a receipt is verified. */
export interface VerifyOptions {
  /** The instant; this device's clock if missing. */
  now?: Date | undefined;
  /**
   * What the receipt has to repeat. Who gives each listing a nonce of its own, never used before, with which its page confirms,
   * takes no older receipt. Left out, any nonce will do; `undefined` is refused, as it may be one that was lost.
   */
  nonce?: string;
}

/** Checks claims against the newest snapshot that it has accepted. */
export interface Checker {
  /**
   * Fetches the head, and of the files that it leads to those that are not yet open: as a rule the delta. Calls made while
   * one is under way share its result.
   *
   * A refusal (`trust.…`) lets go of the open snapshot: checks then answer `unavailable` with that code.
   * `source.unreachable` and `store.failed` keep an open snapshot, which ages and expires by itself.
   *
   * `store.failed` is also said of a store that gives something else than it was given, as long as it does.
   *
   * @throws `TypeError` if `now` is no date.
   */
  update(now?: Date): Promise<Update>;
  /**
   * Fetches what the check of this claim needs: nothing in whole reading or without a snapshot, at most a few parts in lazy
   * reading; `ok` also where there is no snapshot to check against. Waits for an update that is under way if something is to be
   * fetched or what is open has expired. Another update may make it necessary again.
   *
   * `source.unreachable` leaves the snapshot as it is; a refusal (`trust.…`) lets go of it, as in `update`.
   *
   * @throws `TypeError` as `check` does.
   */
  prepare(claim: Claim, options?: Pick<CheckOptions, "now">): Promise<Prepared>;
  /**
   * Checks a claim. Synchronous, and without a request of any kind. What it reads of a whole snapshot for the first time is
   * hashed once more: if it was changed meanwhile, the snapshot is let go of, and the answer is `unavailable` with
   * `trust.hash`. In lazy reading a claim that was not prepared is `unavailable` with `snapshot.not_supplied`.
   *
   * @throws `TypeError` if the claim, policy or options have an unknown field or a value of the wrong type, or `now` is no
   * date of the years 1 to 9999.
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
   * Sends the claim to the server, and verifies the receipt that it answers with. If a key signed it that is not known yet, as
   * the server replaced its own, or a newer key document was seen before than is known now, this makes an `update` first, with
   * all that follows from one, and answers with its error if it fails; with `store.failed` where what was seen cannot be read. A
   * client that has seen no head yet goes by the pin's keys: `update` first tells which of them were revoked.
   *
   * @throws `TypeError` as `check` does, before anything is sent, or if the nonce has another form, or there is no address to
   * send to.
   */
  confirm(claim: Claim, options?: ConfirmOptions): Promise<Confirmation>;
  /**
   * Verifies a receipt (`jws`) that was kept or comes from somebody else, such as a seller's page: that this register's server
   * signed it, and for this claim. What it decided is in `receipt.verdict`, and when in `receipt.issuedAt`: it may have changed
   * since.
   *
   * Keys count as of the newest head that this checker has: one that was revoked since is taken until the next `update`. Without
   * a fresh head this makes an `update` first, and answers with its error, or with `receipt.keys_stale` where the newest head is
   * not fresh either; where no `now` is given, every receipt within the minute is answered by that one. Where the key is not
   * known, as it may be newer, this makes one as well, but at most once a minute: within the minute, the answer to any unknown
   * key, the same one too, is `receipt.keys_stale`. A receipt that is no text is as malformed as other nonsense.
   *
   * @throws `TypeError` as `check` does, or if a nonce is given that is no text.
   */
  verifyReceipt(jws: unknown, claim: Claim, options?: VerifyOptions): Promise<Verification>;
}

/**
 * A checker that trusts this pin. It holds no snapshot until `update()` has succeeded. Needs `init()`. The first one rehearses
 * an opening on a tiny edition of the package's own when the page is idle, so that its code is compiled when the files come.
 *
 * @throws `TypeError` if the pin is malformed or not signed by its own root keys, the options are no plain object, or one is
 * missing, unknown or of the wrong type; `CccheckError` before `init()`.
 */
export function createChecker(options: CheckerOptions): Checker {
  const checker = new SnapshotChecker(options);
  rehearseWhenIdle(
    (options) => new SnapshotChecker(options),
    () => checker.hasFiles,
  );
  return checker;
}

class SnapshotChecker implements Checker {
  readonly #core: Core;
  readonly #edition: Edition;
  readonly #confirmUrl: string | undefined;
  readonly #fetch: typeof fetch | undefined;
  /** The last look for a fresh head on behalf of a receipt. */
  #refresh: { at: number; update: Promise<Update> } | undefined;
  /** When it last looked for a key that it did not know. */
  #learnt = Number.NEGATIVE_INFINITY;
  /** While it does. */
  #learning: Promise<Update> | undefined;

  constructor(options: CheckerOptions) {
    const { pin, source, reading = "whole", store, fetch, confirmUrl } = expected(options);
    const keys = typeof pin.keys === "string" ? fromBase64Url("pin.keys", pin.keys) : pin.keys;
    if (!Number.isSafeInteger(pin.lowestSequence) || pin.lowestSequence < 0) {
      throw new TypeError("pin.lowestSequence: a whole number is expected");
    }
    const { Checker } = wasm();
    this.#core = new Checker(BigInt(pin.lowestSequence));
    const pinned = value<number>(this.#core.pin(keys));
    this.#fetch = fetch;
    const isAddress = typeof source === "string" || source instanceof URL;
    const url = confirmUrl ?? (isAddress ? `${String(source).replace(/\/+$/, "")}/v1/confirm` : undefined);
    this.#confirmUrl = url === undefined ? undefined : String(url);
    const from = isAddress ? httpSource(source, { fetch }) : source;
    this.#edition = new Edition(this.#core, from, store ?? defaultStore(keys), reading, pinned);
  }

  /** Whether the files of an edition have come. */
  get hasFiles(): boolean {
    return this.#edition.hasFiles;
  }

  async update(now?: Date): Promise<Update> {
    const at = clock(now);
    // Refuses what is no date before others share the update.
    value(this.#core.standing(at()));
    return this.#edition.update(at);
  }

  async prepare(claim: Claim, options: Pick<CheckOptions, "now"> = {}): Promise<Prepared> {
    const { now } = fields("options", options, ["now"]);
    return this.#edition.prepare(claim, clock(now)());
  }

  check(claim: Claim, options: CheckOptions = {}): Verdict {
    const { now, policy = {} } = fields("options", options, ["now", "policy"]);
    const instant = clock(now)();
    this.#edition.supply(claim);
    return value(this.#core.check(argument("claim", claim), argument("policy", policy), instant));
  }

  requirement(product: string, on: Day = chinaToday()): Requirement | null {
    return value(this.#core.requirement(text("product", product), text("on", on)));
  }

  candidates(words: string, on: Day = chinaToday()): ProductCandidate[] | null {
    return value(this.#core.candidates(text("words", words), text("on", on)));
  }

  async confirm(claim: Claim, options: ConfirmOptions = {}): Promise<Confirmation> {
    const { now: given, nonce } = fields("options", options, ["now", "nonce"]);
    const now = clock(given);
    // Refuses a claim of the wrong shape, or no date.
    this.check(claim, given === undefined ? {} : { now: given });
    if (this.#confirmUrl === undefined) {
      throw new TypeError("confirmUrl: an address is needed beside a source of one's own");
    }
    return confirm(claim, {
      url: this.#confirmUrl,
      nonce: nonce === undefined ? undefined : text("nonce", nonce),
      fetch: this.#fetch,
      now,
      judge: { learn: () => this.#edition.updateAfresh(now), verify: this.#verify(now) },
    });
  }

  async verifyReceipt(jws: unknown, claim: Claim, options: VerifyOptions = {}): Promise<Verification> {
    const given = fields("options", options, ["now", "nonce"]);
    const now = clock(given.now);
    // A seller's page sends what it likes.
    const receipt = typeof jws === "string" ? jws.slice(0, RECEIPT_LIMIT) : "";
    const { nonce = nonceOf(receipt) } = given;
    if (typeof nonce !== "string" || ("nonce" in given && given.nonce === undefined)) {
      throw new TypeError("nonce: a string is expected; where any nonce will do, leave it out");
    }
    // Refuses a claim of the wrong shape, or no date.
    this.check(claim, given.now === undefined ? {} : { now: given.now });
    const request = argument("request", { claim, nonce });
    const isFresh = () => this.#edition.isFresh(now());
    if (!isFresh()) {
      const updated = await (given.now === undefined ? this.#refreshed(now) : this.#edition.update(now));
      if (!isFresh()) {
        return updated.ok ? refused("receipt.keys_stale") : updated;
      }
    }
    // Anyone can make up the name of a key, so that names do not say how often the source is asked.
    const learn = async () => {
      if (performance.now() - this.#learnt >= LOOK_AGAIN_MS) {
        this.#learnt = performance.now();
        this.#learning = this.#edition.updateAfresh(now).finally(() => {
          this.#learning = undefined;
        });
      }
      return this.#learning;
    };
    return judged(receipt, request, { learn, verify: this.#verify(now) });
  }

  /** What came of the last look for a fresh head: receipts that anyone can send do not say how often the source is asked. */
  #refreshed(now: () => bigint): Promise<Update> {
    const at = performance.now();
    if (this.#refresh === undefined || at - this.#refresh.at >= LOOK_AGAIN_MS) {
      this.#refresh = { at, update: this.#edition.update(now) };
    }
    return this.#refresh.update;
  }

  /** Verifies receipts by the newest keys that are known. */
  #verify(now: () => bigint): Judge["verify"] {
    return async (receipt, request) => {
      const seen = await this.#edition.keysSeen();
      return "error" in seen ? seen : answer(this.#core.verifyReceipt(receipt, request, seen.version, now()));
    };
  }
}

/** The options. What a page that is not checked for types gets wrong must not look like a fault of the network later. */
function expected(options: CheckerOptions): CheckerOptions {
  const expect = (isMet: boolean, sentence: string) => {
    if (!isMet) {
      throw new TypeError(sentence);
    }
  };
  const isObject = (value: unknown) => typeof value === "object" && value !== null;
  const own = fields("options", options, ["pin", "source", "reading", "store", "fetch", "confirmUrl"]);
  const { pin, source, reading, store, fetch, confirmUrl } = own;
  const hasMethods = (value: unknown, names: string[]) =>
    isObject(value) && names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
  expect(isObject(pin), "pin: { keys, lowestSequence } is expected");
  const isText = typeof pin.keys === "string";
  expect(isText || isBytes(pin.keys), "pin.keys: base64url or a Uint8Array is expected");
  const isAddress = typeof source === "string" || source instanceof URL;
  const isSource = isAddress || hasMethods(source, ["head", "blob", "snapshot", "delta"]);
  expect(isSource, "source: an address or { head, blob, snapshot, delta } is expected");
  expect(store === undefined || hasMethods(store, ["load", "save"]), "store: { load, save } is expected");
  const isUrl = confirmUrl === undefined || typeof confirmUrl === "string" || confirmUrl instanceof URL;
  expect(isUrl, "confirmUrl: an address is expected");
  expect(fetch === undefined || typeof fetch === "function", "fetch: a function is expected");
  expect(reading === undefined || reading === "whole" || reading === "lazy", 'reading: "whole" or "lazy" is expected');
  return own;
}

/** Named after the pin's last bytes, which belong to a signature: another register or key document has its own memory. */
function defaultStore(keys: Uint8Array): Store {
  if (!("localStorage" in globalThis)) {
    return memoryStore();
  }
  const name = Array.from(keys.slice(-16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return localStorageStore(`cccheck.seen.${name}`);
}

/** The legal day: UTC+8 all year. */
function chinaToday(): Day {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}

/**
 * Seconds since 1970: of the date given, or of this device's clock whenever it is asked.
 *
 * @throws `TypeError` if what is given is no date.
 */
function clock(given: Date | undefined): () => bigint {
  if (given === undefined) {
    return () => BigInt(Math.floor(Date.now() / 1000));
  }
  const milliseconds = Object.prototype.toString.call(given) === "[object Date]" ? given.getTime() : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new TypeError("now: a valid Date is expected");
  }
  const seconds = BigInt(Math.floor(milliseconds / 1000));
  return () => seconds;
}
