import type { Verdict } from "cccheck";
import { h } from "./dom.js";
import { language, t } from "./language.js";

/** Shows how the number was read: its four parts with their meaning, or how far it has got. */
export function renderReading(place: HTMLElement, { number, requirement }: Verdict): void {
  const { year, body, product, serial, version, issuedOn, normalized } = number;
  if (year === null || body === null || product === null || serial === null) {
    const digits = /^\d{1,15}$/.test(normalized) ? t("digitsSoFar", { count: normalized.length }) : "";
    place.replaceChildren(...(digits === "" ? [] : [h("p", { class: "progress" }, digits)]));
    return;
  }
  const kind = requirement === null ? "" : language() === "zh" ? requirement.productZh : requirement.productEn;
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
