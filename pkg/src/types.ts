import type { FindingCode, NumberKind } from "../generated/texts.js";
import type { Failure, RefusalCode } from "./errors.js";

export type { FindingCode, NumberKind };

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string;
/** A UTC instant in whole seconds, RFC 3339 with `Z`, such as `2026-01-31T16:00:00Z`. */
export type Instant = string;

/** The paper by which conformity is shown. */
export type Instrument = "third_party_certificate" | "self_declaration";

/** What a seller states. A field that is absent, `undefined` or `null` is not stated; any other field is an error. */
export interface Claim {
  /** The number of the certificate or self-declaration, as typed. */
  number?: string | null | undefined;
  /** Which paper it is; a certificate if missing. */
  instrument?: Instrument | null | undefined;
  /** The day on which the paper says it was issued or declared (发证日期、声明日期). */
  issuedOn?: Day | null | undefined;
  /** What is sold: the four digits of its kind, or a shop category or title in words. */
  product?: string | null | undefined;
  /** Attributes of the product that decide its scheme, such as `class_iii`. */
  attributes?: readonly string[] | null | undefined;
  /** The holder of the certificate (持证人), by name or credit code: applicant, manufacturer or factory. */
  holder?: string | null | undefined;
  /** The model (型号) sold. */
  model?: string | null | undefined;
  /**
   * The day on which the goods were made (生产日期). A later day than a change proves a later release; an earlier one
   * proves nothing.
   */
  madeOn?: Day | null | undefined;
  /** The day on which the goods left the factory (出厂). */
  releasedOn?: Day | null | undefined;
  /** The day on which the goods were imported (进口). */
  importedOn?: Day | null | undefined;
  /** The day whose law is asked about; the legal day (UTC+8) of "now" if missing. The evidence stays today's. */
  on?: Day | null | undefined;
}

/** What a platform makes of each finding. */
export interface Policy {
  /** The set of decisions to start from; `marketplace` if missing. */
  base?: "marketplace" | "strict" | "lenient" | undefined;
  /** Decisions for single findings that differ from the base. They are taken as they are, whatever the confidence. */
  overrides?: { readonly [Code in FindingCode]?: Decision | undefined } | undefined;
  /** How many days before its last day a certificate counts as due to expire; 90 if missing. */
  dueDays?: number | undefined;
}

/** What kind of answer a verdict is. `unavailable` is never an accept. */
export type Outcome = "checked" | "not_required" | "not_covered" | "unavailable";
/** What a platform should do with the claim. */
export type Decision = "accept" | "review" | "reject";
/** How serious a finding is for the person who reads it. */
export type Severity = "info" | "notice" | "warning" | "error";
/** How well a fact is known. Only confirmed facts support a rejection. */
export type Confidence = "confirmed" | "likely" | "unsure" | "from_memory";
/** What the register says of a certificate's standing (证书状态). */
export type Status = "valid" | "suspended" | "revoked" | "cancelled" | "expired" | "unknown";
/** Where a record comes from. */
export type Provenance = "register" | "quoted" | "synthetic";
/** How recent the register's word is. */
export type Freshness = "live" | "fresh" | "expired" | "clock_behind";
/** How a product kind must show conformity in a period. */
export type Scheme = "third_party" | "self_declaration_a" | "self_declaration_b" | "merged" | "removed" | "unresolved";

/** Where a finding's fact comes from. */
export interface Evidence {
  /** What the fact is: a certificate number, a catalogue row, an announcement. */
  reference: string;
  /** Who says so. */
  source: string;
  confidence: Confidence;
}

/** What is wrong, before a policy weighs it. */
export interface Problem {
  code: FindingCode;
  /** The values compared, by name. */
  values: Record<string, string>;
  /** Where the fact comes from; `null` if it is the claim itself. */
  evidence: Evidence | null;
}

/** What was found, weighed by the policy. {@link explain} puts it into words. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** What the policy makes of it. */
  decision: Decision;
  /** Whether a confirmation by the server could change it. */
  confirmable: boolean;
  /** The values compared, by name. */
  values: Record<string, string>;
  /** Where the fact comes from; `null` if it is the claim itself. */
  evidence: Evidence | null;
}

/** A text read as a certificate number. */
export interface Reading {
  /** What the number is. `unknown` alone does not make a number false. */
  kind: NumberKind;
  /** The number without labels, blanks and version, in capitals; as the register writes it. */
  normalized: string;
  /** Year of first issue, if this is a CCC number. */
  year: number | null;
  /** The certification body's two digits, if this is a CCC number. */
  body: string | null;
  /** The product kind's four digits, if this is a CCC number. */
  product: string | null;
  /** The body's six-digit serial, if this is a CCC number. */
  serial: string | null;
  /** The bracketed version that vehicle documents print after the number, such as `B0`. */
  version: string | null;
  /** The day of issue that vehicle documents print after the version. */
  issuedOn: Day | null;
  /** A well-formed number that the text may have meant; never applied silently. */
  suggestion: string | null;
  /** What is wrong with the text, and where. */
  findings: Problem[];
  /** Other kinds whose grammar fits as well, unless a label settled it. */
  also: NumberKind[];
  /** How well the grammar of the kind is known; `from_memory` for `unknown`, which has none. */
  confidence: Confidence;
}

/**
 * How strongly a text speaks for a number in it. `high`: a label names the kind, or nothing else has this form.
 * `medium`: the form alone, or a label and a number that is not quite one. `low`: digits that could be something else.
 */
export type Strength = "low" | "medium" | "high";

/** A number found in a text. */
export interface Candidate extends Reading {
  /** Where the number begins, in the units of `String.slice`. */
  start: number;
  /** Where it ends, its printed version included. */
  end: number;
  /** The number as written. Positions in `findings` count from its start. */
  text: string;
  strength: Strength;
}

/** The numbers in a text. */
export interface Search {
  /** In the order of the text; none overlaps another. At most 1,000. */
  candidates: Candidate[];
  /** What was left out: text beyond 1,000,000 characters, or further candidates. `null` if nothing was. */
  cut: "text" | "candidates" | null;
}

/** A paper that is good on a day. */
export interface Accepted {
  instrument: Instrument;
  /** It must have been issued or declared on or after this day. */
  issuedFrom: Day | null;
  /** It must have been issued or declared before this day. */
  issuedBefore: Day | null;
  /** The last day on which it is good. */
  usableUntil: Day | null;
}

/** What an announcement says of goods that were released or imported before a change, while their paper was good. */
export type ReleasedEarlier = "may_sell" | "barred" | "unknown";

/** A change of the catalogue for a product kind. */
export interface Change {
  /** The transition's stable name; `null` where only the catalogue's rows show the change. */
  id: string | null;
  /** The scheme from then on. */
  scheme: Scheme | null;
  /** The day from which the new paper is accepted. */
  acceptFrom: Day | null;
  /** The day from which the new rule is mandatory. */
  from: Day;
  /** The day on which old papers are cancelled. */
  cancelledOn: Day | null;
  releasedEarlier: ReleasedEarlier;
  announcement: string;
  confidence: Confidence;
  /** What changes, in a Chinese sentence; empty if there is none. */
  zh: string;
  /** What changes, in an English sentence; empty likewise. */
  en: string;
}

/** What the catalogue asks of a product kind on a day. */
export interface Requirement {
  /** The four digits of the product kind. */
  product: string;
  /** Its Chinese name; empty if the digits are unknown. */
  productZh: string;
  /** Its English name; empty likewise. */
  productEn: string;
  /** Whether it must be certified or declared; `null` where the facts do not decide. */
  required: boolean | null;
  /** How conformity is shown on that day, if that is known. */
  scheme: Scheme | null;
  /** The papers that are good on that day. */
  accepts: Accepted[];
  /** Since when, as far as the tables reach. */
  since: Day | null;
  /** Until when, inclusive; `null` if open. */
  until: Day | null;
  /** The changes that led here, oldest first. */
  earlier: Change[];
  /** The known changes ahead, nearest first. */
  next: Change[];
  /** The announcement that made it so; empty if there is none. */
  announcement: string;
  /** Where that was read. */
  source: string;
  /** How well the duty is known. */
  dutyConfidence: Confidence | null;
  /** How well the four digits are known. */
  codeConfidence: Confidence | null;
  /** The weaker of the two. */
  confidence: Confidence | null;
}

/** What decides whether a product belongs to a kind. */
export interface Limit {
  /** In words, as the source has it. */
  text: string;
  /** Where that was read. */
  source: string;
  confidence: Confidence;
}

/** A kind that a product may be. */
export interface ProductCandidate {
  /** The four digits; `null` where they are not known. */
  product: string | null;
  productZh: string;
  productEn: string;
  /** The characters of the text that speak for it; more is better. */
  score: number;
  /** The words found, longest first. */
  words: string[];
  /** How well these words are known to mean this kind; a hint decides nothing. */
  confidence: Confidence;
  /** Whether the kind is under the duty on that day; `null` where the facts do not decide. */
  required: boolean | null;
  /** What decides whether the product belongs to it. */
  limits: Limit[];
}

/** What the register says of a certificate or a self-declaration. */
export interface RegisterRecord {
  /** A certificate's. `null` for a self-declaration, whose number the register at hand knows by its hash only. */
  number: string | null;
  status: Status;
  /** Since when it has that status, if the register says. */
  statusSince: Day | null;
  /** When the current certificate was issued, which renewals move, or the declaration was made. */
  issuedOn: Day | null;
  /** The last day of validity, inclusive. */
  expiresOn: Day | null;
  provenance: Provenance;
  /** The models (规格型号) as far as the register gives them; often cut off, wildcarded or "见附件". */
  model: string | null;
}

/** Which register was asked, and how fresh it is. */
export interface Standing {
  /** The name that the keys were made for. */
  origin: string;
  /** Whether the register is made up for demonstration. */
  synthetic: boolean;
  /** The number of this edition; it never falls. */
  sequence: number;
  /** The instant whose state it shows. */
  asOf: Instant;
  /** Seconds from there to the check; negative if the clock is behind. */
  ageSeconds: number;
  /** `live` was judged by the server's clock, as in a receipt; every other by the clock of who checks. */
  freshness: Freshness;
  /** Whether this client remembers neither this edition nor, under the newest keys, an earlier one. */
  firstSeen: boolean;
}

/**
 * The answer to a claim: the same claim, snapshot, policy and instant give the same verdict, byte for byte. A snapshot that turned
 * out to be damaged, as a check came to read there, is let go of: from then on the answer is `unavailable`.
 */
export interface Verdict {
  outcome: Outcome;
  decision: Decision;
  /** Whether a confirmation by the server could change the decision. */
  confirmable: boolean;
  /** The day whose law was applied. */
  on: Day;
  checkedAt: Instant;
  /** The number as it was read. */
  number: Reading;
  requirement: Requirement | null;
  record: RegisterRecord | null;
  /** What was found, in the order of the rules. */
  findings: Finding[];
  register: Standing | null;
  /** SHA-256 of the policy, in hexadecimal. */
  policy: string;
}

/** The newest edition that a client has accepted, or newer keys than its own; a {@link Store} keeps it between runs. */
export interface Seen {
  /** The version of the newest key document that was seen. */
  keysVersion: number;
  /** SHA-256 of that document, in hexadecimal. */
  keys: string;
  /** The sequence of the newest edition under it; 0 until one was opened. */
  sequence: number;
  /** SHA-256 of its manifest, in hexadecimal. */
  manifest: string;
}

/** A server's confirmation whose signature, origin, claim and nonce were checked. */
export interface Receipt {
  /** The receipt's own id. */
  id: string;
  issuedAt: Instant;
  /** The newest published sequence that the server knew. */
  sequence: number;
  /** The id of the receipt key that signed it, in hexadecimal. */
  keyId: string;
  /** The server's verdict. */
  verdict: Verdict;
  /** The receipt itself, a compact JWS, to be kept: whoever has the newest key document can verify it. */
  jws: string;
}

/** The language of a text. */
export type Language = "zh" | "en";

/** What an update came to. */
export type Update =
  | {
      ok: true;
      /** Whether another edition is open than before. */
      changed: boolean;
      standing: Standing;
      /**
       * How many certificates the edition lists, those included that the register dropped since the edition's base was made;
       * `null` if lazy reading has not fetched what tells.
       */
      certificates: number | null;
    }
  | { ok: false; error: Failure<RefusalCode | "source.unreachable" | "store.failed"> };

/** Whether what a check needs is there, and if not, why. */
export type Prepared = { ok: true } | { ok: false; error: Failure<RefusalCode | "source.unreachable"> };

/** How much of the register is fetched. */
export type ReadingMode = "whole" | "lazy";

/** A compiled module. The types of Node alone have no name for it. */
type Module = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : object;

/** Where the WebAssembly module may come from: its address, a response, its bytes, or the compiled module. */
export type WasmSource = string | URL | Response | PromiseLike<Response> | ArrayBuffer | ArrayBufferView | Module;
