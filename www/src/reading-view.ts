import { label, type Reading } from "cccheck";
import { h } from "./dom.js";
import { language, t } from "./language.js";

/** What the reading is shown beside. */
export interface ReadingState {
  reading: Reading;
  /** The paper is a self-declaration, for whose numbers there is no rule. */
  declared: boolean;
  /** The number is still being typed. */
  typing: boolean;
  /** The name of the number's product kind; empty if it is not known. */
  kind: string;
}

/** Shows how the number was read: its four parts with their meaning, of which other kind it is, or how far it has got. */
export function renderReading(place: HTMLElement, { reading, declared, typing, kind }: ReadingState): void {
  const { year, body, product, serial, version, issuedOn, normalized } = reading;
  if (year === null || body === null || product === null || serial === null) {
    place.replaceChildren(...(declared ? [] : typing ? [progress(reading)] : otherKind(reading)));
    return;
  }
  const parts: [string, string, string][] = [
    [String(year).padStart(4, "0"), t("segmentYear"), "year"],
    [body, t("segmentBody"), "body"],
    [product, t("segmentProduct"), "product"],
    [serial, t("segmentSerial"), "serial"],
  ];
  const printed = [
    version === null ? "" : t("version", { version }),
    issuedOn === null ? "" : t("printedDay", { day: issuedOn }),
  ].filter((text) => text !== "");
  place.replaceChildren(
    h("p", { class: "hidden" }, `${t("readAs")} ${normalized}`),
    h(
      "dl",
      { class: "segments" },
      ...parts.map(([digits, name, part]) =>
        h("div", { "data-segment": part }, h("dt", {}, name), h("dd", {}, digits)),
      ),
    ),
    ...(kind === "" ? [] : [h("p", { class: "kind-name" }, `${product} ${kind}`)]),
    ...(printed.length === 0 ? [] : [h("p", { class: "small" }, printed.join(" · "))]),
  );
}

function progress({ normalized }: Reading): HTMLElement {
  return h("p", { class: "progress" }, t("digitsSoFar", { count: normalized.length }));
}

function otherKind({ kind, also }: Reading): HTMLElement[] {
  if (kind === "unknown") {
    return [];
  }
  const names = also.map((other) => label("kind", other, language())).join(language() === "zh" ? "、" : ", ");
  return [
    h("p", { class: "kind-name", id: "number-kind" }, t("readKind", { kind: label("kind", kind, language()) })),
    ...(names === "" ? [] : [h("p", { class: "small" }, t("readAlso", { kinds: names }))]),
  ];
}

/** Offers the number that the text may have meant. It is only ever taken by the button. */
export function renderCorrection(place: HTMLElement, suggestion: string | null, take: (number: string) => void): void {
  if (suggestion === null) {
    place.replaceChildren();
    return;
  }
  const button = h("button", { type: "button", class: "secondary", id: "use-suggestion" }, t("useSuggestion"));
  button.addEventListener("click", () => take(suggestion));
  const question = h("p", {}, `${t("suggestion")} `, h("b", { class: "mono" }, suggestion));
  place.replaceChildren(h("div", { class: "correction" }, question, button));
}
