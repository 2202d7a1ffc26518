import type { ProductCandidate } from "cccheck";
import { byId, h } from "./dom.js";
import { language, t } from "./language.js";

/** What is known of the product that was entered. */
export interface ProductState {
  /** The four digits, if that is what was typed. */
  code: string | null;
  /** The name of the kind with this code; empty if there is none. */
  name: string;
  /** What the words may mean; `null` without words or without a snapshot. */
  candidates: ProductCandidate[] | null;
  /** The kind chosen from them. */
  chosen: string | null;
}

/** The four digits of a product kind, if a text is no more than that. */
export function codeIn(text: string): string | null {
  const code = text.trim().normalize("NFKC");
  return /^\d{4}$/.test(code) ? code : null;
}

/** Shows the kinds that the words may mean, to choose from; or the name of the kind whose code was typed. */
export function renderProduct(place: HTMLElement, state: ProductState, choose: (kind: string | null) => void): void {
  // Drawn again, the choice would lose the focus.
  const drawn = JSON.stringify([state.code, state.name, state.candidates, language()]);
  if (place.dataset["drawn"] === drawn && (state.chosen !== null || chosenIn(place) === "")) {
    return;
  }
  place.dataset["drawn"] = drawn;
  place.replaceChildren(...content(state, choose));
  const count = state.candidates?.length ?? 0;
  byId("kinds-status").textContent = count === 0 ? "" : t("kindsFound", { count });
}

function chosenIn(place: HTMLElement): string {
  return place.querySelector<HTMLInputElement>("input:checked")?.value ?? "";
}

function content(state: ProductState, choose: (kind: string | null) => void): HTMLElement[] {
  const { code, name, candidates } = state;
  if (code !== null) {
    return name === "" ? [] : [h("p", { class: "kind-name" }, `${code} ${name}`)];
  }
  if (candidates === null) {
    return [];
  }
  if (candidates.length === 0) {
    return [h("p", { class: "help" }, t("kindsNone"))];
  }
  return [choices(state, candidates, choose)];
}

function choices(
  { chosen }: ProductState,
  candidates: ProductCandidate[],
  choose: (kind: string | null) => void,
): HTMLElement {
  const items = candidates.map((candidate, index) => choice(candidate, index, chosen));
  const open = h("input", { type: "radio", name: "kind", id: "kind-open", value: "" });
  open.checked = chosen === null;
  const fieldset = h(
    "fieldset",
    { class: "kinds" },
    h("legend", {}, t("kinds")),
    h(
      "ul",
      {},
      ...items,
      h("li", { class: "kind" }, open, h("label", { for: "kind-open" }, h("span", {}, t("kindOpen")))),
    ),
  );
  fieldset.addEventListener("change", () => {
    const kind = chosenIn(fieldset);
    for (const details of fieldset.querySelectorAll("details")) {
      details.open = details.dataset["kind"] === kind;
    }
    choose(kind === "" ? null : kind);
  });
  return fieldset;
}

function choice(candidate: ProductCandidate, index: number, chosen: string | null): HTMLElement {
  const { product, productZh, productEn, required, words, limits } = candidate;
  const name = language() === "zh" ? productZh : productEn;
  const id = `kind-${index}`;
  const radio = h("input", { type: "radio", name: "kind", id, value: product ?? "" });
  radio.disabled = product === null;
  radio.checked = product !== null && product === chosen;
  const duty = required === null ? "dutyOpen" : required ? "dutyStands" : "dutyNone";
  return h(
    "li",
    { class: "kind", "data-kind": product ?? "" },
    radio,
    h(
      "div",
      {},
      h("label", { for: id }, h("span", {}, product !== null && h("b", { class: "mono" }, product), ` ${name}`)),
      h(
        "p",
        { class: "small" },
        t(duty),
        ` · ${t("kindWords", { words: words.join(language() === "zh" ? "、" : ", ") })}`,
        product === null && ` · ${t("kindNoCode")}`,
      ),
      limits.length > 0 &&
        h(
          "details",
          { "data-kind": product ?? "", ...(radio.checked ? { open: "" } : {}) },
          h("summary", {}, t("limits")),
          h("ul", { lang: "en" }, ...limits.map(({ text }) => h("li", {}, text))),
        ),
    ),
  );
}
