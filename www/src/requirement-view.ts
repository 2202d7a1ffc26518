import { type Accepted, label, type Requirement } from "cccheck";
import { facts, h, icon } from "./dom.js";
import { daysBetween, language, t } from "./language.js";

/** What the catalogue asks of the product, and by which papers it is met. */
export function renderRequirement(asked: Requirement): HTMLElement {
  const { product, scheme, since, until, accepts, announcement } = asked;
  const days = [since && t("since", { day: since }), until && t("until", { day: until })].filter(Boolean);
  const rows: [string, string | Node, string][] = [
    [t("kind"), `${product} ${kindName(asked) || t("kindUnknown")}`, "kind"],
    [t("duty"), t(duty(asked)), "duty"],
  ];
  if (scheme !== null) {
    rows.push([t("scheme"), [label("scheme", scheme, language()), ...days].join(" · "), "scheme"]);
  }
  if (accepts.length > 0) {
    rows.push([t("accepts"), h("ul", {}, ...accepts.map((paper) => h("li", {}, accepted(paper)))), "accepts"]);
  }
  if (announcement !== "") {
    rows.push([t("basis"), announcement, "basis"]);
  }
  return h("section", { class: "part", id: "requirement" }, h("h3", {}, t("requirement")), facts(rows));
}

/** The duty by name, and by the papers that meet it where all of them are alike. */
function duty({ required, accepts }: Requirement) {
  if (required === null) {
    return "dutyOpen";
  }
  if (!required) {
    return "dutyNone";
  }
  const [paper, ...others] = new Set(accepts.map(({ instrument }) => instrument));
  if (paper === undefined || others.length > 0) {
    return "dutyStands";
  }
  return paper === "self_declaration" ? "dutyDeclared" : "dutyCertified";
}

/** The product kind's name in the page's language; empty if it is not known. */
export function kindName({ productZh, productEn }: Requirement): string {
  return language() === "zh" ? productZh : productEn;
}

function accepted({ instrument, issuedFrom, issuedBefore, usableUntil }: Accepted): string {
  const conditions = [
    issuedFrom && t("issuedFrom", { day: issuedFrom }),
    issuedBefore && t("issuedBefore", { day: issuedBefore }),
    usableUntil && t("usableUntil", { day: usableUntil }),
  ].filter(Boolean);
  return [label("instrument", instrument, language()), ...conditions].join(" · ");
}

/** What changes next for the product, to be noticed in time, and what to do; `null` if nothing is known to change. */
export function renderAhead({ scheme, next }: Requirement, on: string, advice: string): HTMLElement | null {
  const [change, ...later] = next;
  if (change === undefined) {
    return null;
  }
  const lines: string[] = [];
  if (scheme !== null && change.scheme !== null && scheme !== change.scheme) {
    const [before, after] = [label("scheme", scheme, language()), label("scheme", change.scheme, language())];
    lines.push(t("aheadScheme", { before, after }));
  }
  const { acceptFrom, releasedEarlier } = change;
  if (acceptFrom !== null && acceptFrom > on) {
    lines.push(t("aheadAccept", { day: acceptFrom }));
  }
  lines.push(language() === "zh" ? change.zh : change.en);
  if (releasedEarlier !== "unknown") {
    lines.push(t("aheadReleased", { fate: label("releasedEarlier", releasedEarlier, language()) }));
  }
  lines.push(...later.map(({ from, announcement }) => t("aheadLater", { day: from, announcement })));
  return h(
    "section",
    { class: "ahead", id: "ahead", "data-from": change.from, "aria-labelledby": "ahead-title" },
    icon("calendar"),
    h(
      "div",
      {},
      h(
        "h3",
        { id: "ahead-title" },
        t("ahead", { day: change.from }),
        h("span", { class: "tag" }, t("aheadDays", { count: daysBetween(on, change.from) })),
      ),
      ...lines.filter((line) => line !== "").map((line) => h("p", {}, line)),
      advice !== "" && h("p", { class: "seller" }, h("b", {}, t("forSeller")), advice),
      h("p", { class: "small" }, change.announcement),
    ),
  );
}
