import { type Evidence, explain, explainError, type Finding, type FindingCode, label, type Verdict } from "cccheck";
import { facts, h, type Icon, icon } from "./dom.js";
import { language, t } from "./language.js";
import { kindName, renderAhead, renderRequirement } from "./requirement-view.js";

/** How the panel shows a verdict; `typing` and `waiting` are not verdicts but what comes before one. */
type Face = "accept" | "review" | "reject" | "not_covered" | "not_required" | "unavailable" | "typing" | "waiting";

/** A decision that changed because the register did. */
export interface Change {
  sequence: number;
  before: Verdict;
}

/** What the panel shows. */
export interface PanelState {
  verdict: Verdict;
  /** The number is still being typed. */
  typing: boolean;
  change: Change | null;
  /** Whether a receipt answers what is shown. */
  confirmed: boolean;
  /** Takes the entry to a field. */
  enter(field: Remedy): void;
}

const DIGITS = 16;

/** The fields that a finding may lead to. */
const ENTER = { product: "enterProduct", issuedOn: "enterDeclared", releasedOn: "enterReleased" } as const;

type Remedy = keyof typeof ENTER;

/** The findings that an entry may change. */
const REMEDIES: Partial<Record<FindingCode, Remedy>> = {
  "scheme.kind_needed": "product",
  "scheme.declaration_undated": "issuedOn",
  "scheme.declaration_cancelled": "releasedOn",
  "status.suspended": "releasedOn",
  "status.cancelled": "releasedOn",
  "status.expired": "releasedOn",
  "validity.expired": "releasedOn",
};

/** Whether a number that is still being typed is merely not finished: many others are as long on its way. */
export function isUnfinished({ number, findings }: Verdict): boolean {
  return findings.some(({ code }) => code.startsWith("number.")) && /^\d{1,15}$/.test(number.normalized);
}

/** What has to be entered before there is anything to judge. */
export function awaited({ findings }: Verdict): "number" | "kind" | null {
  if (findings.some(({ code }) => code === "number.missing")) {
    return "number";
  }
  const needsKind = findings.some(({ code }) => code === "scheme.kind_needed");
  const saysMore = findings.some(({ code }) => !BARE_DECLARATION.includes(code));
  return needsKind && !saysMore ? "kind" : null;
}

/** What is found of any declaration without a product. */
const BARE_DECLARATION: FindingCode[] = ["scheme.kind_needed", "record.declaration_not_looked_up"];

/** The heading and the sentence under it, also for the spoken status. */
export function headline(verdict: Verdict): { title: string; tag: string; text: string } {
  const outcome = label("outcome", verdict.outcome, language());
  const decision = label("decision", verdict.decision, language());
  const decisive = verdict.findings.find(
    (finding) => finding.decision === verdict.decision && finding.severity !== "info",
  );
  const known = verdict.record?.number === null ? t("acceptDeclaredText") : t("acceptText");
  const checked = verdict.record === null ? t("acceptDeclarationText") : known;
  const smooth = verdict.outcome === "not_required" ? t("notRequiredText") : checked;
  const reason = decisive?.values["reason"];
  const text =
    verdict.decision === "accept" || decisive === undefined
      ? smooth
      : reason === undefined
        ? explain(decisive, language()).title
        : explainError(reason, language());
  return verdict.outcome === "checked"
    ? { title: decision, tag: outcome, text }
    : { title: outcome, tag: decision, text };
}

/** Draws the panel anew. */
export function renderVerdict(panel: HTMLElement, state: PanelState): void {
  const { verdict } = state;
  const face = faceOf(state);
  const open = new Set(
    [...panel.querySelectorAll<HTMLDetailsElement>("details[open]")].map((details) => details.dataset["part"]),
  );
  // Made first: what cannot be shown must not leave one verdict's face over another's words.
  const parts = [head(face, verdict), ...(face === "waiting" || face === "typing" ? [] : body(state))];
  panel.dataset["face"] = face;
  panel.dataset["outcome"] = verdict.outcome;
  panel.dataset["decision"] = verdict.decision;
  panel.replaceChildren(...parts);
  for (const details of panel.querySelectorAll("details")) {
    details.open = open.has(details.dataset["part"]);
  }
}

/** Draws the panel of a page whose checker cannot run. */
export function renderStopped(panel: HTMLElement, reason: string): void {
  panel.dataset["face"] = "unavailable";
  panel.replaceChildren(headWith("unavailable", { title: t("stopped"), tag: "", text: reason }));
}

function faceOf({ verdict, typing }: PanelState): Face {
  if (awaited(verdict) !== null) {
    return "waiting";
  }
  if (typing) {
    return "typing";
  }
  return verdict.outcome === "checked" ? verdict.decision : verdict.outcome;
}

function head(face: Face, verdict: Verdict): HTMLElement {
  const left = DIGITS - verdict.number.normalized.length;
  const { title, tag, text } =
    face === "waiting"
      ? waitingFor(verdict)
      : face === "typing"
        ? { title: t("typingTitle", { count: left }), tag: "", text: t("typingText") }
        : headline(verdict);
  return headWith(face === "typing" ? "waiting" : face, { title, tag, text });
}

function waitingFor(verdict: Verdict): ReturnType<typeof headline> {
  return awaited(verdict) === "kind"
    ? { title: t("waitingKindTitle"), tag: "", text: t("waitingKindText") }
    : { title: t("waitingTitle"), tag: "", text: t("waitingText") };
}

function headWith(symbol: Icon, { title, tag, text }: ReturnType<typeof headline>): HTMLElement {
  return h(
    "header",
    { class: "verdict-head" },
    icon(symbol),
    h(
      "div",
      {},
      h("p", { class: "eyebrow" }, t("result")),
      h("h2", { id: "verdict-title" }, title, tag !== "" && h("span", { class: "tag" }, tag)),
      h("p", { class: "summary" }, text),
    ),
  );
}

function body({ verdict, change, confirmed, enter }: PanelState): HTMLElement[] {
  const ahead = verdict.findings.find(({ code, decision }) => code === "scheme.change_ahead" && decision === "accept");
  const advice = ahead === undefined ? "" : explain(ahead, language()).seller;
  // What the box on the change says in full is not said again.
  const listed = verdict.findings.filter((found) => found !== ahead);
  return [
    change && changed(change, verdict),
    verdict.requirement && renderAhead(verdict.requirement, verdict.on, advice),
    findings(listed, confirmed, enter),
    verdict.record && record(verdict),
    verdict.requirement && renderRequirement(verdict.requirement),
    evidence(verdict),
  ].filter((part): part is HTMLElement => part instanceof HTMLElement);
}

function changed({ sequence, before }: Change, verdict: Verdict): HTMLElement {
  const text = t("changed", { sequence, before: headline(before).title, after: headline(verdict).title });
  return h("p", { class: "changed" }, icon("info"), text);
}

const WEIGHT = { reject: 0, review: 1, accept: 2 } as const;

function findings(all: Finding[], confirmed: boolean, enter: PanelState["enter"]): HTMLElement | null {
  const ordered = all.toSorted((one, other) => WEIGHT[one.decision] - WEIGHT[other.decision]);
  if (ordered.length === 0) {
    return null;
  }
  return h(
    "section",
    { class: "part" },
    h("h3", {}, t("findings")),
    h("ul", { class: "findings" }, ...ordered.map((found) => finding(found, confirmed, enter))),
  );
}

function finding(found: Finding, confirmed: boolean, enter: PanelState["enter"]): HTMLElement {
  const { title, seller } = explain(found, language());
  // A problem is accepted only where no paper is required: nothing is to be done then.
  const moot = found.decision === "accept" && (found.severity === "error" || found.severity === "warning");
  const symbol: Icon = found.decision === "accept" ? "info" : found.decision;
  return h(
    "li",
    { "data-code": found.code, "data-decision": found.decision },
    icon(symbol),
    h(
      "div",
      {},
      h(
        "p",
        { class: "finding-title" },
        h("span", { class: "severity" }, label("severity", moot ? "info" : found.severity, language())),
        title,
      ),
      moot
        ? h("p", { class: "seller" }, t("noMatter"))
        : h("p", { class: "seller" }, h("b", {}, t("forSeller")), seller),
      found.confirmable &&
        found.decision !== "accept" &&
        h("p", { class: "small" }, t(confirmed ? "confirmedFinding" : "confirmableFinding")),
      remedy(moot ? undefined : REMEDIES[found.code], enter),
      h("code", {}, found.code),
    ),
  );
}

function remedy(field: Remedy | undefined, enter: PanelState["enter"]): HTMLElement | null {
  if (field === undefined) {
    return null;
  }
  const button = h("button", { type: "button", class: "link" }, t(ENTER[field]));
  button.addEventListener("click", () => enter(field));
  return h("p", {}, button);
}

function record({ record: found }: Verdict): HTMLElement | null {
  if (found === null) {
    return null;
  }
  const status = label("status", found.status, language());
  const since = found.statusSince === null ? "" : ` · ${t("since", { day: found.statusSince })}`;
  return h(
    "section",
    { class: "part", id: "record" },
    h("h3", {}, t("record")),
    facts([
      [t("recordStatus"), `${status}${since}`, "status"],
      [t(found.number === null ? "declaredOn" : "issuedOn"), found.issuedOn ?? t("notGiven"), "issued"],
      [t("expiresOn"), found.expiresOn ?? t("notGiven"), "expires"],
      [t("modelListed"), found.model ?? t("notGiven"), "model"],
      [t("provenance"), label("provenance", found.provenance, language()), "provenance"],
    ]),
  );
}

function evidence(verdict: Verdict): HTMLElement {
  const asked = verdict.requirement;
  const rested = verdict.findings.flatMap((found) => (found.evidence === null ? [] : [found.evidence]));
  if (asked !== null && asked.dutyConfidence !== null) {
    const name = `${asked.product} ${kindName(asked)} (${asked.announcement})`;
    rested.push({ reference: name, source: asked.source, confidence: asked.dutyConfidence });
  }
  const once = new Map(rested.map((row) => [`${row.reference} ${row.source}`, row]));
  return h(
    "details",
    { class: "part evidence", "data-part": "evidence" },
    h("summary", {}, t("evidence")),
    once.size === 0
      ? h("p", { class: "small" }, t("evidenceNone"))
      : h("ul", {}, ...[...once.values()].map(evidenceRow)),
    h(
      "p",
      { class: "small" },
      `${t("lawOf", { day: verdict.on })} · ${t("policy", { digest: verdict.policy.slice(0, 12) })}`,
    ),
  );
}

function evidenceRow({ reference, source, confidence }: Evidence): HTMLElement {
  return h(
    "li",
    {},
    h("p", {}, reference),
    h("p", { class: "small" }, ...source.split(/(https?:\/\/[^\s;]+)/).map(linked)),
    h("p", { class: "small" }, t("confidence", { value: label("confidence", confidence, language()) })),
  );
}

function linked(text: string): Node | string {
  return /^https?:\/\//.test(text) ? h("a", { href: text, target: "_blank", rel: "noopener noreferrer" }, text) : text;
}
