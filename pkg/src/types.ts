import type { FindingCode } from "../generated/texts.js";

export type { FindingCode };

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string;
/** A UTC instant in whole seconds, RFC 3339 with `Z`, such as `2026-01-31T16:00:00Z`. */
export type Instant = string;

/** What a seller states. A field that is absent, `undefined` or `null` is not stated; any other field is an error. */
export interface Claim {
  /** The certificate number as typed. */
  number?: string | null | undefined;
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
  base?: "marketplace" | "strict" | "lenient";
  /** Decisions for single findings that differ from the base. They are taken as they are, whatever the confidence. */
  overrides?: Partial<Record<FindingCode, Decision>>;
  /** How many days before its last day a certificate counts as due to expire; 90 if missing. */
  dueDays?: number;
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
  /** `ccc`: a third-party CCC certificate number. `unknown` alone does not make a number false. */
  kind: "ccc" | "unknown";
  /** The number without labels, blanks and version, as the register writes it. */
  normalized: string;
  /** Year of first issue. */
  year: number | null;
  /** The certification body's two digits. */
  body: string | null;
  /** The product kind's four digits. */
  product: string | null;
  /** The body's six-digit serial. */
  serial: string | null;
  /** The bracketed version that vehicle documents print after the number, such as `B0`. */
  version: string | null;
  /** The day of issue that vehicle documents print after the version. */
  issuedOn: Day | null;
  /** A well-formed number that the text may have meant; never applied silently. */
  suggestion: string | null;
  /** What is wrong with the text, and where. */
  findings: Problem[];
}

/** A known change of scheme that lies ahead. */
export interface NextChange {
  scheme: Scheme;
  /** The day from which the new instrument is accepted. */
  acceptFrom: Day | null;
  /** The day from which it is mandatory. */
  from: Day;
  announcement: string;
}

/** What the catalogue asks of a product kind on a day. */
export interface Requirement {
  /** The four digits of the product kind. */
  product: string;
  productZh: string;
  productEn: string;
  scheme: Scheme;
  /** Since when, as far as the tables reach. */
  since: Day;
  /** Until when, inclusive; `null` if open. */
  until: Day | null;
  announcement: string;
  source: string;
  /** How well the duty is known. */
  dutyConfidence: Confidence;
  /** How well the four digits are known. */
  codeConfidence: Confidence;
  /** What changes next, if a change is known. */
  next: NextChange | null;
}

/** What the register says of one certificate. */
export interface CertificateRecord {
  number: string;
  status: Status;
  /** Since when it has that status, if the register says. */
  statusSince: Day | null;
  /** When the current certificate was issued; renewals move it. */
  issuedOn: Day | null;
  /** The last day of validity, inclusive. */
  expiresOn: Day | null;
  provenance: Provenance;
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
  freshness: Freshness;
  /** Whether this client had no memory of an earlier edition to compare with. */
  firstSeen: boolean;
}

/** The answer to a claim: the same claim, snapshot, policy and instant give the same verdict, byte for byte. */
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
  record: CertificateRecord | null;
  /** What was found, in the order of the rules. */
  findings: Finding[];
  register: Standing | null;
  /** SHA-256 of the policy, in hexadecimal. */
  policy: string;
}

/** The newest edition that a client has accepted; a {@link Store} keeps it between runs. */
export interface Seen {
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
  /** The receipt itself, a compact JWS, to be kept: anyone with the key document can verify it. */
  jws: string;
}

/** The language of a text. */
export type Language = "zh" | "en";
