import { type Evidence, explain, explainError, type Finding, label, type Requirement, type Verdict } from "cccheck";
import { h, type Icon, icon } from "./dom.js";
import { language, t } from "./language.js";

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
  /** The field is in use and the number still too short to be judged by a reader. */
  typing: boolean;
  change: Change | null;
}

const DIGITS = 16;

/** Whether the verdict speaks of a number that is merely not finished. */
export function isUnfinished(verdict: Verdict): boolean {
  const [finding] = verdict.findings;
  return finding?.code === "number.length" && verdict.number.normalized.length < DIGITS;
}

/** Whether nothing was entered. */
export function isEmpty(verdict: Verdict): boolean {
  return verdict.findings.some((finding) => finding.code === "number.missing");
}

/** The heading and the sentence under it, also for the spoken status. */
export function headline(verdict: Verdict): { title: string; tag: string; text: string } {
  const outcome = label("outcome", verdict.outcome, language());
  const decision = label("decision", verdict.decision, language());
  const decisive = verdict.findings.find(
    (finding) => finding.decision === verdict.decision && finding.severity !== "info",
  );
  const smooth = verdict.outcome === "not_required" ? t("notRequiredText") : t("acceptText");
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
  panel.dataset["face"] = face;
  panel.dataset["outcome"] = verdict.outcome;
  panel.dataset["decision"] = verdict.decision;
  panel.replaceChildren(head(face, verdict), ...(face === "waiting" || face === "typing" ? [] : body(state)));
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
  if (isEmpty(verdict)) {
    return "waiting";
  }
  if (typing && isUnfinished(verdict)) {
    return "typing";
  }
  return verdict.outcome === "checked" ? verdict.decision : verdict.outcome;
}

function head(face: Face, verdict: Verdict): HTMLElement {
  const left = DIGITS - verdict.number.normalized.length;
  const { title, tag, text } =
    face === "waiting"
      ? { title: t("waitingTitle"), tag: "", text: t("waitingText") }
      : face === "typing"
        ? { title: t("typingTitle", { count: left }), tag: "", text: t("typingText") }
        : headline(verdict);
  return headWith(face === "typing" ? "waiting" : face, { title, tag, text });
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

function body({ verdict, change }: PanelState): HTMLElement[] {
  return [
    change && changed(change, verdict),
    findings(verdict.findings),
    verdict.record && record(verdict),
    verdict.requirement && requirement(verdict.requirement),
    evidence(verdict),
  ].filter((part): part is HTMLElement => part instanceof HTMLElement);
}

function changed({ sequence, before }: Change, verdict: Verdict): HTMLElement {
  const text = t("changed", { sequence, before: headline(before).title, after: headline(verdict).title });
  return h("p", { class: "changed" }, icon("info"), text);
}

const WEIGHT = { reject: 0, review: 1, accept: 2 } as const;

function findings(all: Finding[]): HTMLElement | null {
  const ordered = all.toSorted((one, other) => WEIGHT[one.decision] - WEIGHT[other.decision]);
  if (ordered.length === 0) {
    return null;
  }
  return h(
    "section",
    { class: "part" },
    h("h3", {}, t("findings")),
    h("ul", { class: "findings" }, ...ordered.map(finding)),
  );
}

function finding(found: Finding): HTMLElement {
  const { title, seller } = explain(found, language());
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
        h("span", { class: "severity" }, label("severity", found.severity, language())),
        title,
      ),
      h("p", { class: "seller" }, h("b", {}, t("forSeller")), seller),
      found.confirmable && found.decision !== "accept" && h("p", { class: "small" }, t("confirmableFinding")),
      h("code", {}, found.code),
    ),
  );
}

function facts(rows: [string, string | Node, string?][]): HTMLElement {
  return h(
    "dl",
    { class: "facts" },
    ...rows.map(([name, value, part]) =>
      h("div", part === undefined ? {} : { "data-fact": part }, h("dt", {}, name), h("dd", {}, value)),
    ),
  );
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
      [t("issuedOn"), found.issuedOn ?? t("notGiven"), "issued"],
      [t("expiresOn"), found.expiresOn ?? t("notGiven"), "expires"],
      [t("provenance"), label("provenance", found.provenance, language()), "provenance"],
    ]),
  );
}

function requirement(asked: Requirement): HTMLElement {
  const name = language() === "zh" ? asked.productZh : asked.productEn;
  const rows: [string, string | Node, string?][] = [
    [t("kind"), `${asked.product} ${name}`, "kind"],
    [t("scheme"), `${label("scheme", asked.scheme, language())} · ${t("since", { day: asked.since })}`, "scheme"],
    [t("basis"), asked.announcement, "basis"],
  ];
  if (asked.next !== null) {
    const { from, scheme, acceptFrom, announcement } = asked.next;
    const accept = acceptFrom === null ? "" : t("nextAccept", { day: acceptFrom });
    const text = t("nextText", { day: from, scheme: label("scheme", scheme, language()) });
    rows.push([t("next"), `${text}${accept} · ${announcement}`, "next"]);
  }
  return h("section", { class: "part", id: "requirement" }, h("h3", {}, t("requirement")), facts(rows));
}

function evidence(verdict: Verdict): HTMLElement {
  const asked = verdict.requirement;
  const rested = verdict.findings.flatMap((found) => (found.evidence === null ? [] : [found.evidence]));
  if (asked !== null) {
    const name = `${asked.product} ${language() === "zh" ? asked.productZh : asked.productEn} (${asked.announcement})`;
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
