import { explainError, type Failure, label, type Update } from "cccheck";
import { h, icon } from "./dom.js";
import { chinaTime, duration, language, t } from "./language.js";

type Open = Extract<Update, { ok: true }>;

/** Why something failed: the code, and what tells more of it than the sentence for people. */
export type Detailed = Pick<Failure<string>, "code" | "message" | "values">;

/** The code of a failure with its details. */
export function codeOf({ code, message, values = message }: Detailed): (HTMLElement | string)[] {
  return [h("code", {}, code), values === "" ? "" : ` · ${values}`];
}

/** What is known of the register: the edition in use, and why the newest attempt failed, if it did. */
export interface RegisterState {
  open: Open | null;
  failure: Detailed | null;
}

/** Draws the strip that says which snapshot the checks rest on. */
export function renderStanding(strip: HTMLElement, { open, failure }: RegisterState): void {
  strip.dataset["state"] = open === null ? (failure === null ? "loading" : "none") : open.standing.freshness;
  if (open === null) {
    const text = failure === null ? t("loading") : t("noSnapshot");
    strip.replaceChildren(item(t("snapshot"), text, "sequence"));
    return;
  }
  const { standing, certificates } = open;
  strip.replaceChildren(
    item(t("snapshot"), t("edition", { sequence: standing.sequence }), "sequence"),
    item(t("asOf"), chinaTime(standing.asOf), "as-of"),
    item(t("age"), duration(standing.ageSeconds), "age"),
    item(t("freshness"), label("freshness", standing.freshness, language()), "freshness"),
    ...(certificates === null
      ? []
      : [item(t("certificates"), t("certificateCount", { count: counted(certificates) }), "certificates")]),
    item(t("connection"), failure === null ? t("worksOffline") : t("nowOffline"), "connection"),
  );
}

function counted(certificates: number): string {
  return certificates.toLocaleString(language() === "zh" ? "zh-CN" : "en");
}

function item(name: string, value: string, fact: string): HTMLElement {
  return h("div", { "data-fact": fact }, h("dt", {}, name), h("dd", {}, value));
}

/** Says prominently, in both languages, why nothing can be checked. */
export function renderRefusal(place: HTMLElement, { open, failure }: RegisterState): void {
  const shown = open === null ? failure : null;
  // Drawn again it would be read out again.
  const drawn = `${shown?.code ?? ""} ${language()}`;
  if (place.dataset["drawn"] === drawn) {
    return;
  }
  place.dataset["drawn"] = drawn;
  if (shown === null) {
    place.replaceChildren();
    return;
  }
  const title = shown.code.startsWith("trust.")
    ? t("refusedTitle")
    : shown.code.startsWith("source.")
      ? t("unreachableTitle")
      : t("stopped");
  const meanings = (["zh", "en"] as const).toSorted((one) => (one === language() ? -1 : 1));
  place.replaceChildren(
    h(
      "div",
      { class: "alert", id: "refusal" },
      icon("unavailable"),
      h(
        "div",
        {},
        h("h2", {}, title),
        ...meanings.map((which) => h("p", { lang: which === "zh" ? "zh-CN" : "en" }, explainError(shown.code, which))),
        h("p", { class: "small" }, `${t("reasonCode")} `, ...codeOf(shown)),
      ),
    ),
  );
}
