import type { Claim } from "cccheck";
import { byId } from "./dom.js";
import { t } from "./language.js";
import type { MessageKey } from "./messages.js";

/** The fields that a claim is read from. */
export const fields = {
  number: byId<HTMLInputElement>("number"),
  issuedOn: byId<HTMLInputElement>("issued-on"),
  product: byId<HTMLInputElement>("product"),
  holder: byId<HTMLInputElement>("holder"),
  model: byId<HTMLInputElement>("model"),
  madeOn: byId<HTMLInputElement>("made-on"),
  releasedOn: byId<HTMLInputElement>("released-on"),
  importedOn: byId<HTMLInputElement>("imported-on"),
};

/** The name of a field. */
export type Field = keyof typeof fields;

const FOLDED: Field[] = ["holder", "model", "madeOn", "releasedOn", "importedOn"];

/** The last day that the rules know. */
const LAST_DAY = "9999-12-31";

const more = byId<HTMLDetailsElement>("more");
const certificate = byId<HTMLInputElement>("paper-certificate");
const declaration = byId<HTMLInputElement>("paper-declaration");

/** Whether the paper is said to be a self-declaration. */
export function isDeclaration(): boolean {
  return declaration.checked;
}

/** What is entered. `kind`: the product kind chosen for the words, if one was. */
export function readClaim(kind: string | null): Claim {
  const stated = (name: Field) => (fields[name].value.trim() === "" ? null : fields[name].value);
  // Browsers let a year grow beyond four digits; such a day is as far in the future as a day can be.
  const day = (name: Field) => ((stated(name)?.length ?? 0) > LAST_DAY.length ? LAST_DAY : stated(name));
  return {
    number: stated("number"),
    instrument: isDeclaration() ? "self_declaration" : "third_party_certificate",
    issuedOn: isDeclaration() ? day("issuedOn") : null,
    product: kind ?? stated("product"),
    holder: stated("holder"),
    model: stated("model"),
    madeOn: day("madeOn"),
    releasedOn: day("releasedOn"),
    importedOn: day("importedOn"),
  };
}

/** Calls back on every change of what is entered. */
export function onEntry(changed: (event: Event) => void): void {
  for (const input of Object.values(fields)) {
    input.addEventListener("input", changed);
  }
  for (const input of [certificate, declaration]) {
    input.addEventListener("change", changed);
  }
}

/** Shows what the chosen paper needs, and how much is entered in the folded part. */
export function drawForm(): void {
  byId("declaration").hidden = !isDeclaration();
  byId("clear").hidden = fields.number.value === "";
  word("number-label", isDeclaration() ? "declarationNumber" : "number");
  word("number-help", isDeclaration() ? "declarationNumberHelp" : "numberHelp");
  word("product-label", isDeclaration() ? "declaredProductName" : "productName");
  word("product-help", isDeclaration() ? "declaredProductHelp" : "productHelp");
  fields.number.placeholder = isDeclaration() ? "" : t("numberPlaceholder");
  const count = FOLDED.filter((name) => fields[name].value.trim() !== "").length;
  byId("more-count").textContent = count === 0 ? "" : t("moreCount", { count });
}

function word(id: string, key: MessageKey): void {
  byId(id).textContent = t(key);
}

/** Takes the entry to a field, also one in the folded part. */
export function enter(name: Field): void {
  if (FOLDED.includes(name)) {
    more.open = true;
  }
  fields[name].focus();
}

/** Starts over with a certificate or a self-declaration of a product in these words. */
export function startWith(number: string, product: string, declared: boolean): void {
  for (const input of Object.values(fields)) {
    input.value = "";
  }
  fields.number.value = number;
  fields.product.value = product;
  (declared ? declaration : certificate).checked = true;
}
