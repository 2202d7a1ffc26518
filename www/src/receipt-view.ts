import { type Confirmation, explainError, label, type Receipt } from "cccheck";
import { facts, h, icon } from "./dom.js";
import { chinaTime, language, t } from "./language.js";
import { kindName } from "./requirement-view.js";
import { codeOf } from "./standing-view.js";
import { headline } from "./verdict-view.js";

/** Shows the receipt, or why there is none. `notice`: why it is not about what the page now shows, or empty. */
export function renderReceipt(place: HTMLElement, confirmation: Confirmation | null, notice: string): void {
  if (confirmation === null) {
    place.replaceChildren();
  } else if (confirmation.ok) {
    place.replaceChildren(receipt(confirmation.receipt, notice));
  } else {
    const { code, serverCode = code } = confirmation.error;
    place.replaceChildren(
      h(
        "div",
        { class: "alert", id: "confirm-error", "data-code": code },
        icon("unavailable"),
        h(
          "div",
          {},
          h("h3", {}, t("confirmFailed")),
          h("p", {}, explainError(code, language())),
          h("p", { class: "small" }, ...codeOf({ ...confirmation.error, code: serverCode })),
        ),
      ),
    );
  }
}

function receipt({ id, issuedAt, sequence, keyId, verdict, jws }: Receipt, notice: string): HTMLElement {
  const { title, tag } = headline(verdict);
  const rows: [string, string, string][] = [
    [t("receiptDecision"), `${title} · ${tag}`, "decision"],
    [t("receiptNumber"), verdict.number.normalized || t("receiptNoNumber"), "number"],
    [t("receiptTime"), t("chinaTime", { time: chinaTime(issuedAt) }), "time"],
    [t("receiptSequence"), t("edition", { sequence }), "sequence"],
    [t("receiptId"), id, "id"],
    [t("receiptKey"), keyId, "key"],
  ];
  if (verdict.record !== null) {
    rows.splice(2, 0, [t("recordStatus"), label("status", verdict.record.status, language()), "status"]);
  }
  if (verdict.requirement !== null) {
    const { product } = verdict.requirement;
    rows.splice(2, 0, [t("kind"), `${product} ${kindName(verdict.requirement)}`, "kind"]);
  }
  const download = h("button", { type: "button", class: "secondary" }, t("receiptDownload"));
  download.addEventListener("click", () => save(`${id}.jws`, jws));
  const raw = h("textarea", { readonly: "", rows: "5", "aria-label": t("receiptRaw"), class: "mono" }, jws);
  const details = h("details", {}, h("summary", {}, t("receiptRaw")), raw);
  const copy = h("button", { type: "button", class: "secondary" }, t("receiptCopy"));
  copy.addEventListener("click", () => {
    void copyText(jws).then((copied) => {
      if (copied) {
        copy.textContent = t("receiptCopied");
      } else {
        details.open = true;
        raw.select();
      }
    });
  });
  return h(
    "section",
    { class: "receipt", id: "verified-receipt", "data-decision": verdict.decision, "aria-labelledby": "receipt-title" },
    h("h3", { id: "receipt-title", tabindex: "-1" }, icon("key"), t("receipt")),
    h("p", { class: "verified" }, icon("accept"), t("receiptVerified")),
    notice !== "" && h("p", { class: "stale" }, icon("info"), notice),
    facts(rows),
    h("div", { class: "buttons" }, download, copy),
    details,
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/jose" }));
  h("a", { href: url, download: name }).click();
  // The download has taken its own reference by the next task.
  setTimeout(() => URL.revokeObjectURL(url));
}

/** The clipboard exists in secure contexts only. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
