import type { Checker as Core, Held } from "../generated/bindings.js";
import { answer, argument, bytes, value } from "./core.js";
import { type Failure, messageOf, type RefusalCode } from "./errors.js";
import { copied, held, InHand, together } from "./hashed.js";
import { HEAD_LIMIT, type Source } from "./source.js";
import { later, type Store, seenFrom } from "./store.js";
import type { Claim, Prepared, ReadingMode, Seen, Standing, Update } from "./types.js";

/** What the core answers where it may refuse. */
type Answer<T> = { value: T } | { error: Failure<RefusalCode> };

/** A file as it was signed; of a chunk that a check needs, where in the snapshot it begins. */
interface SignedFile {
  name: string;
  size: number;
  at: number | null;
}

/** Where a head leads, and what of it is open. */
interface Located {
  reference: SignedFile;
  directory: SignedFile;
  snapshot: SignedFile;
  delta: SignedFile | null;
  hasReference: boolean;
  hasBase: boolean;
  hasDelta: boolean;
  seen: Seen;
}

/** What the core opens. What is missing stays as it is open. */
interface Files {
  reference: Held | undefined;
  directory: Held | undefined;
  snapshot: InHand | undefined;
  delta: Held | undefined;
}

/** The edition with which the core is open. */
interface Open {
  head: Uint8Array;
  seen: Seen;
  certificates: number | null;
}

/** Keeps the core open with the newest edition that it accepts. */
export class Edition {
  readonly #core: Core;
  readonly #source: Source;
  readonly #store: Store;
  readonly #reading: ReadingMode;
  /** The version of the pinned key document. */
  readonly #pinned: number;
  readonly #fetching = new Map<string, Promise<Uint8Array>>();
  #open: Open | undefined;
  /** The open snapshot in whole reading, until the core has been given all of it. */
  #snapshot: InHand | undefined;
  /** What the store has, and the manifest of which a caller was last told. */
  #saved: Open | undefined;
  #told: string | undefined;
  #seen: Seen | null = null;
  /** Whether newer keys are in it that the store does not have yet. */
  #isUnsaved = false;
  #refusal: Failure<RefusalCode> | undefined;
  #updating: Promise<Update> | undefined;
  #hasFiles = false;

  constructor(core: Core, source: Source, store: Store, reading: ReadingMode, pinned: number) {
    this.#core = core;
    this.#source = source;
    this.#store = store;
    this.#reading = reading;
    this.#pinned = pinned;
  }

  /** Whether all files of an edition have come, be they good or not. */
  get hasFiles(): boolean {
    return this.#hasFiles;
  }

  update(now: () => bigint): Promise<Update> {
    this.#updating ??= this.#update(now).finally(() => {
      this.#updating = undefined;
    });
    return this.#updating;
  }

  /** An update that begins now: one that is under way may know an older head. */
  async updateAfresh(now: () => bigint): Promise<Update> {
    await this.#updating;
    return this.update(now);
  }

  /** Gives the core what the check of a claim needs of a snapshot that is read whole. */
  supply(claim: Claim): void {
    while (this.#snapshot !== undefined) {
      const snapshot = this.#snapshot;
      const needed = this.#needs(claim);
      if (needed.length === 0) {
        return;
      }
      for (const { name, size, at } of needed) {
        this.#supply(claim, name, copied(snapshot.take(at, size)));
      }
      if (snapshot.isSpent) {
        this.#snapshot = undefined;
      }
    }
  }

  /** Whether an edition is open that is fresh. */
  isFresh(now: bigint): boolean {
    return this.#open !== undefined && value<Standing>(this.#core.standing(now)).freshness === "fresh";
  }

  /** The version of the newest key document that is remembered; 0 if none is. */
  async keysSeen(): Promise<{ version: number } | ReturnType<typeof failed<"store.failed">>> {
    try {
      const seen = await this.#remembered();
      return { version: seen?.keysVersion ?? 0 };
    } catch (error) {
      return failed("store.failed", error);
    }
  }

  async prepare(claim: Claim, now: bigint): Promise<Prepared> {
    // What is open and good answers at once, however slow the source is.
    const isGood = this.#open !== undefined && value<Standing>(this.#core.standing(now)).freshness !== "expired";
    if (!isGood || this.#lacks(claim).length > 0) {
      await this.#updating;
    }
    for (let needed = this.#lacks(claim); needed.length > 0; needed = this.#lacks(claim)) {
      let files: Held[];
      try {
        files = await together(needed.map((file) => held(this.#piece(file))));
      } catch (error) {
        return failed("source.unreachable", error);
      }
      for (const [place, file] of files.entries()) {
        this.#supply(claim, needed[place]?.name, file);
      }
    }
    return this.#refusal === undefined ? { ok: true } : { ok: false, error: this.#refusal };
  }

  async #update(now: () => bigint): Promise<Update> {
    let seen: Seen | null;
    try {
      seen = await this.#remembered();
    } catch (error) {
      return failed("store.failed", error);
    }
    let head: Uint8Array;
    try {
      head = bytes("source.head", await this.#source.head()).subarray(0, HEAD_LIMIT + 1);
    } catch (error) {
      return this.#unreachable(error);
    }
    let memory = argument("seen", seen);
    const located: Answer<Located> = answer(this.#core.locate(head, memory, now()));
    if ("error" in located) {
      return { ok: false, error: this.#refuse(located.error) };
    }
    if (this.#open !== undefined && sameBytes(this.#open.head, head)) {
      return this.#succeed(this.#open, now);
    }
    const keys = { ...located.value.seen, sequence: 0 };
    if (keys.keysVersion > Math.max(this.#pinned, seen?.keysVersion ?? 0)) {
      this.#seen = keys;
      this.#isUnsaved = true;
      memory = argument("seen", keys);
    }
    const unsaved = await this.#keepKeys();
    let files: Files;
    try {
      files = await this.#fetch(located.value);
    } catch (error) {
      const unreachable = this.#unreachable(error);
      return unsaved ?? unreachable;
    }
    return this.#openFiles({ head, seen: located.value.seen }, memory, files, now);
  }

  /**
   * Keeps newer keys than before, whatever becomes of the files: who cuts these off must not keep it at revoked ones. Says if that
   * failed; it is tried again at the next update.
   */
  async #keepKeys(): Promise<Update | undefined> {
    if (!this.#isUnsaved) {
      return undefined;
    }
    try {
      const latest = await this.#remembered();
      if (latest !== null) {
        await this.#store.save(latest);
      }
      this.#isUnsaved = false;
      return undefined;
    } catch (error) {
      return failed("store.failed", error);
    }
  }

  /** The later of what is stored and what this object saw itself: another tab may have moved on, or storage was cleared. */
  async #remembered(): Promise<Seen | null> {
    const stored: unknown = (await this.#store.load()) ?? null;
    if (stored !== null && seenFrom(stored) === null) {
      throw new Error("it gave something else than it was given");
    }
    return later(seenFrom(stored), this.#seen);
  }

  /** What a head leads to and is not yet open. */
  async #fetch({ reference, directory, snapshot, delta, hasReference, hasBase, hasDelta }: Located): Promise<Files> {
    const stop = new AbortController();
    // Also where it throws at once, it is refused like what comes.
    const get = async (kind: "blob" | "snapshot" | "delta", { name, size }: SignedFile) =>
      bounded(await this.#source[kind](name, size, stop.signal), size);
    const isWhole = this.#reading === "whole";
    const rules = hasBase && hasReference ? undefined : held(get("blob", reference));
    const whole = hasBase || !isWhole ? undefined : InHand.of(get("snapshot", snapshot));
    // A snapshot begins with its directory.
    const begin = whole?.then((snapshot) => snapshot.take(0, directory.size));
    try {
      const [tables, index, base, changes] = await together([
        rules,
        hasBase ? undefined : held(begin ?? get("blob", directory)),
        whole,
        (hasBase && hasDelta) || !isWhole || delta === null ? undefined : held(get("delta", delta)),
      ] as const);
      return { reference: tables, directory: index, snapshot: base, delta: changes };
    } catch (error) {
      stop.abort();
      throw error;
    }
  }

  async #openFiles(
    found: Omit<Open, "certificates">,
    memory: string,
    files: Files,
    now: () => bigint,
  ): Promise<Update> {
    this.#hasFiles = true;
    const { reference, directory, snapshot, delta } = files;
    // While the files came, another tab may have moved on.
    let latest: string;
    try {
      latest = argument("seen", await this.#remembered());
    } catch (error) {
      free(files);
      return failed("store.failed", error);
    }
    if (latest !== memory) {
      const located: Answer<Located> = answer(this.#core.locate(found.head, latest, now()));
      if ("error" in located) {
        free(files);
        return { ok: false, error: this.#refuse(located.error) };
      }
    }
    const opened: Answer<number | null> = answer(this.#core.open(reference, directory, snapshot?.hashed, delta, now()));
    if ("error" in opened) {
      return { ok: false, error: this.#refuse(opened.error) };
    }
    const open = { ...found, certificates: opened.value };
    this.#open = open;
    this.#snapshot = snapshot ?? this.#snapshot;
    this.#seen = open.seen;
    this.#refusal = undefined;
    return this.#succeed(open, now);
  }

  #needs(claim: Claim): SignedFile[] {
    return value(this.#core.needs(argument("claim", claim)));
  }

  /** What is to be fetched for the check of a claim. */
  #lacks(claim: Claim): SignedFile[] {
    this.supply(claim);
    return this.#needs(claim);
  }

  /** A part of the snapshot or delta, fetched once for all claims that need it at the same time. */
  #piece({ name, size }: SignedFile): Promise<Uint8Array> {
    const fetching =
      this.#fetching.get(name) ??
      this.#source
        .blob(name, size)
        .then((file) => bounded(file, size))
        .finally(() => this.#fetching.delete(name));
    this.#fetching.set(name, fetching);
    return fetching;
  }

  #supply(claim: Claim, name: string | undefined, file: Held): void {
    const isNeeded = () => this.#needs(claim).some((needed) => needed.name === name);
    // While it came, another claim may have had it supplied, or another edition was opened.
    if (!isNeeded()) {
      file.free();
      return;
    }
    const supplied: Answer<null> = answer(this.#core.supply(file));
    if ("error" in supplied) {
      this.#refuse(supplied.error);
    } else if (isNeeded()) {
      this.#refuse({ code: "trust.hash", message: `another file came in place of ${name}` });
    }
  }

  /** Says what is open, once that is remembered. */
  async #succeed(open: Open, now: () => bigint): Promise<Update> {
    try {
      if (this.#saved !== open) {
        const latest = await this.#remembered();
        if (latest !== null) {
          await this.#store.save(latest);
        }
        this.#saved = open;
        this.#isUnsaved = false;
      }
    } catch (error) {
      return failed("store.failed", error);
    }
    // Meanwhile a part of it may have been refused.
    if (this.#refusal !== undefined) {
      return { ok: false, error: this.#refusal };
    }
    const changed = this.#told !== open.seen.manifest;
    this.#told = open.seen.manifest;
    return { ok: true, changed, standing: value(this.#core.standing(now())), certificates: open.certificates };
  }

  #refuse(error: Failure<RefusalCode>): Failure<RefusalCode> {
    this.#core.close(error.code);
    this.#open = undefined;
    this.#snapshot = undefined;
    this.#told = undefined;
    this.#refusal = error;
    return error;
  }

  #unreachable(error: unknown): Update {
    // What was refused stays refused: silence afterwards must not replace the reason.
    if (this.#open === undefined && this.#refusal === undefined) {
      this.#core.close("source.unreachable");
    }
    return failed("source.unreachable", error);
  }
}

function failed<Code extends "source.unreachable" | "store.failed">(code: Code, error: unknown) {
  return { ok: false, error: { code, message: messageOf(error) } } as const;
}

/**
 * A file as far as it can be the one that was signed: one byte more shows that it is not, and the rest need not be copied.
 *
 * @throws `TypeError` if the source gave no bytes.
 */
function bounded(file: Uint8Array, size: number): Uint8Array {
  return bytes("source", file).subarray(0, size + 1);
}

function free(files: Files): void {
  for (const file of Object.values(files)) {
    file?.free();
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
