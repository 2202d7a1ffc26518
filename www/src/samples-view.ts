import type { Sample } from "./config.js";
import { h } from "./dom.js";
import { language, t } from "./language.js";

/** How many of a group are shown before the rest is folded. */
const SHOWN = { synthetic: 6, quoted: 4 };

/** Offers numbers to try, the made-up ones apart from the quoted ones. */
export function renderSamples(place: HTMLElement, samples: Sample[], take: (sample: Sample) => void): void {
  const group = (kind: Sample["kind"], title: string, note: string) => {
    const all = samples.filter((sample) => sample.kind === kind).map((sample) => button(sample, take));
    const rest = all.slice(SHOWN[kind]);
    return h(
      "section",
      { class: "sample-group", "data-kind": kind },
      h("h3", {}, title),
      h("p", { class: "small" }, note),
      h("ul", {}, ...all.slice(0, SHOWN[kind])),
      rest.length > 0 &&
        h("details", {}, h("summary", {}, t("samplesMore", { count: rest.length })), h("ul", {}, ...rest)),
    );
  };
  place.replaceChildren(
    group("synthetic", t("samplesSynthetic"), t("samplesSyntheticNote")),
    group("quoted", t("samplesQuoted"), t("samplesQuotedNote")),
  );
}

function button(sample: Sample, take: (sample: Sample) => void): HTMLElement {
  const element = h(
    "button",
    { type: "button", class: "sample" },
    h("span", { class: "mono" }, sample.typed),
    h("span", {}, language() === "zh" ? sample.zh : sample.en),
  );
  element.addEventListener("click", () => take(sample));
  return h("li", {}, element);
}
