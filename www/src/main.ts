import {
  CccheckError,
  type Checker,
  type Confirmation,
  createChecker,
  explainError,
  init,
  type Verdict,
} from "cccheck";
import { type Config, readConfig, type Sample } from "./config.js";
import { byId, h } from "./dom.js";
import { drawForm, enter, fields, isDeclaration, onEntry, readClaim, startWith } from "./form.js";
import { language, preferred, remember, t, useLanguage } from "./language.js";
import { codeIn, renderProduct } from "./product-view.js";
import { renderCorrection, renderReading } from "./reading-view.js";
import { renderReceipt } from "./receipt-view.js";
import { kindName } from "./requirement-view.js";
import { renderSamples } from "./samples-view.js";
import { type Detailed, type RegisterState, renderRefusal, renderStanding } from "./standing-view.js";
import { awaited, type Change, headline, isUnfinished, renderStopped, renderVerdict } from "./verdict-view.js";

const POLL_MS = 3_000;
/** After failures the polls become rarer, down to this. */
const SLOWEST_POLL_MS = 30_000;
/** How long the result must stand still before it is spoken. */
const SPEAK_AFTER_MS = 700;

const { number, product } = fields;
const submit = byId<HTMLButtonElement>("submit");

/** The page once its checker runs. */
class Storefront {
  readonly #checker: Checker;
  readonly #config: Config;
  #register: RegisterState = { open: null, failure: null };
  #verdict: Verdict;
  #change: Change | null = null;
  /** The product kind chosen for the words. */
  #kind: string | null = null;
  /** Whether the number's last characters came one by one, so that more may follow. */
  #keyed = false;
  #confirmation: Confirmation | null = null;
  /** The claim that was submitted, in JSON. */
  #submitted = "";
  /** What the receipt is no longer about, as it was shown. */
  #notice = "";
  #confirming = false;
  #pollMs = POLL_MS;
  #pollTimer: number | undefined;
  #speakTimer: number | undefined;

  constructor(checker: Checker, config: Config) {
    this.#checker = checker;
    this.#config = config;
    this.#verdict = checker.check({});
  }

  start(): void {
    onEntry((event) => this.#entered(event));
    for (const event of ["focus", "blur"]) {
      number.addEventListener(event, () => this.#fieldEnteredOrLeft());
    }
    byId("clear").addEventListener("click", () => this.#take(""));
    byId("form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    for (const event of ["online", "offline"]) {
      window.addEventListener(event, () => this.#pollNow());
    }
    document.addEventListener("visibilitychange", () => this.#pollNow());
    submit.disabled = false;
    this.#recheck();
    this.redraw();
    this.#pollNow();
  }

  /** Draws everything anew, as after a change of language. */
  redraw(): void {
    byId("samples-card").hidden = this.#config.samples.length === 0;
    renderSamples(byId("samples"), this.#config.samples, (sample) => this.#try(sample));
    this.#drawReceipt();
    this.#draw();
  }

  /** A field has changed. */
  #entered(event: Event): void {
    if (event.target === number) {
      const how = event instanceof InputEvent ? event.inputType : "";
      this.#keyed = how !== "" && !how.startsWith("insertFrom");
    }
    if (event.target === product && !this.#candidates()?.some((candidate) => candidate.product === this.#kind)) {
      this.#kind = null;
    }
    this.#recheck();
  }

  /** What the product's words may mean. */
  #candidates() {
    const words = product.value.trim();
    return words === "" || codeIn(words) !== null ? null : this.#checker.candidates(words);
  }

  #kindName(code: string | null): string {
    const requirement = code === null ? null : this.#checker.requirement(code);
    return requirement === null ? "" : kindName(requirement);
  }

  /** What was entered has changed. */
  #recheck(): void {
    this.#verdict = this.#checker.check(readClaim(this.#kind));
    this.#change = null;
    this.#draw();
    if (this.#confirmation?.ok === false && JSON.stringify(readClaim(this.#kind)) !== this.#submitted) {
      // Why something else got no receipt.
      this.#confirmation = null;
      this.#drawReceipt();
    }
    this.#drawNotice();
  }

  /** Whether the number is still being typed. */
  #isTyping(): boolean {
    return this.#keyed && document.activeElement === number && isUnfinished(this.#verdict);
  }

  /** Only an unfinished number looks different then. Drawing always would take away a button under the pointer's press. */
  #fieldEnteredOrLeft(): void {
    if (isUnfinished(this.#verdict)) {
      this.#draw();
    }
  }

  /** The register may have changed, or the clock has moved on. */
  #recheckSame(): void {
    const before = this.#verdict;
    this.#verdict = this.#checker.check(readClaim(this.#kind));
    const { decision, outcome, register } = this.#verdict;
    const moved = before.register !== null && register !== null && before.register.sequence !== register.sequence;
    if (moved && (before.decision !== decision || before.outcome !== outcome)) {
      this.#change = { sequence: register.sequence, before };
    }
    if (withoutClock(before) !== withoutClock(this.#verdict)) {
      this.#draw();
      this.#drawNotice();
    }
  }

  #draw(): void {
    const verdict = this.#verdict;
    const typing = this.#isTyping();
    const code = codeIn(product.value);
    drawForm();
    byId("to-samples").hidden = this.#config.samples.length === 0 || number.value !== "";
    renderStanding(byId("standing"), this.#register);
    renderRefusal(byId("alerts"), this.#register);
    const { number: reading } = verdict;
    const kind = this.#kindName(reading.product);
    renderReading(byId("number-reading"), { reading, declared: isDeclaration(), typing, kind });
    const suggestion = isDeclaration() ? null : reading.suggestion;
    renderCorrection(byId("correction"), suggestion, (taken) => this.#take(taken));
    const shown = { code, name: this.#kindName(code), candidates: this.#candidates(), chosen: this.#kind };
    renderProduct(byId("kinds"), shown, (chosen) => {
      this.#kind = chosen;
      this.#recheck();
    });
    renderVerdict(byId("verdict"), { verdict, typing, change: this.#change, confirmed: this.#isConfirmed(), enter });
    number.setAttribute("aria-invalid", String(isNumberWrong(verdict) && !typing));
    this.#drawSubmit();
    this.#speak(typing);
  }

  #drawReceipt(): void {
    this.#notice = this.#receiptNotice();
    renderReceipt(byId("receipt"), this.#confirmation, this.#notice);
  }

  /** Draws the receipt anew where its notice changed: otherwise it would close what is open in it. */
  #drawNotice(): void {
    if (this.#receiptNotice() !== this.#notice) {
      this.#drawReceipt();
    }
  }

  /** Why the receipt, if there is one, is not about what is now shown; empty if it is. */
  #receiptNotice(): string {
    if (!this.#confirmation?.ok) {
      return "";
    }
    if (JSON.stringify(readClaim(this.#kind)) !== this.#submitted) {
      return t("receiptStale");
    }
    const { issuedAt, verdict } = this.#confirmation.receipt;
    const { register } = this.#verdict;
    // Before that the server, which asks the live register, knew more.
    const isNewer = register !== null && Date.parse(register.asOf) >= Date.parse(issuedAt);
    if (!isNewer || result(verdict) === result(this.#verdict)) {
      return "";
    }
    const changed = t("receiptOutdated", { title: headline(this.#verdict).title });
    return this.#blocked() === "" ? `${changed}${t("receiptAgain")}` : changed;
  }

  /** Whether there is a receipt, and it is about what is now shown. */
  #isConfirmed(): boolean {
    return this.#confirmation?.ok === true && this.#receiptNotice() === "";
  }

  #drawSubmit(): void {
    // On a narrow page the verdict is far above the fields that come after it.
    const now = byId("submit-result");
    const { title, text: because } = headline(this.#verdict);
    now.hidden = awaited(this.#verdict) !== null || this.#isTyping();
    now.replaceChildren(h("span", {}, t("resultNow")), h("b", {}, title), h("span", {}, because));
    now.dataset["decision"] = this.#verdict.decision;
    const reason = this.#blocked();
    const advice = this.#verdict.decision === "reject" ? t("confirmableReject") : t("confirmable");
    submit.setAttribute("aria-disabled", String(reason !== "" || this.#confirming));
    submit.textContent = t(this.#confirming ? "submitting" : "submit");
    const text = byId("submit-reason");
    const open = this.#isConfirmed() ? t("confirmed") : this.#verdict.confirmable ? advice : "";
    text.textContent = this.#isTyping() ? "" : reason || open;
    // What is not yet entered is no mistake.
    text.dataset["blocked"] = String(reason !== "" && awaited(this.#verdict) === null);
  }

  /** Why submitting would be no use, if so: a rejection that a confirmation could change never stands in the way. */
  #blocked(): string {
    const missing = awaited(this.#verdict);
    if (missing !== null) {
      return t(missing === "kind" ? "blockedKind" : "blockedEmpty");
    }
    return this.#verdict.decision === "reject" && !this.#verdict.confirmable ? t("blockedReject") : "";
  }

  #speak(unfinished: boolean): void {
    clearTimeout(this.#speakTimer);
    if (unfinished || awaited(this.#verdict) !== null) {
      return;
    }
    const { title, tag, text } = headline(this.#verdict);
    this.#speakTimer = window.setTimeout(() => {
      byId("status").textContent = `${title} · ${tag} · ${text}`;
    }, SPEAK_AFTER_MS);
  }

  #take(text: string): void {
    number.value = text;
    number.focus();
    this.#keyed = false;
    this.#recheck();
  }

  #try(sample: Sample): void {
    // A quoted number comes with the product of its listing, in the listing's words.
    const product = sample.declared ?? (sample.kind === "quoted" ? sample.zh : "");
    startWith(sample.typed, product, sample.declared !== null);
    this.#kind = null;
    this.#take(sample.typed);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    byId("form").scrollIntoView({ behavior: still ? "instant" : "smooth", block: "start" });
  }

  async #submit(): Promise<void> {
    if (this.#confirming) {
      return;
    }
    if (this.#blocked() !== "") {
      enter(awaited(this.#verdict) === "kind" ? "product" : "number");
      return;
    }
    this.#confirming = true;
    this.#drawSubmit();
    const claim = readClaim(this.#kind);
    try {
      this.#confirmation = await this.#checker.confirm(claim);
    } finally {
      this.#confirming = false;
    }
    this.#submitted = JSON.stringify(claim);
    this.#draw();
    this.#drawReceipt();
    document.getElementById("receipt-title")?.focus();
  }

  #pollNow(): void {
    clearTimeout(this.#pollTimer);
    if (document.visibilityState === "visible") {
      void this.#poll();
    }
  }

  async #poll(): Promise<void> {
    try {
      await this.#update();
    } catch (error) {
      this.#register = this.#failed({ code: "store.failed", message: String(error) });
      this.#draw();
    } finally {
      clearTimeout(this.#pollTimer);
      this.#pollTimer = window.setTimeout(() => this.#pollNow(), this.#pollMs);
    }
  }

  async #update(): Promise<void> {
    const update = await this.#checker.update();
    this.#register = update.ok ? { open: update, failure: null } : this.#failed(update.error);
    this.#recheckSame();
    renderStanding(byId("standing"), this.#register);
    renderRefusal(byId("alerts"), this.#register);
    this.#pollMs = update.ok ? POLL_MS : Math.min(this.#pollMs * 2, SLOWEST_POLL_MS);
  }

  /** What is left after a failed update: silence ends neither an open snapshot nor a refusal. */
  #failed(failure: Detailed): RegisterState {
    if (failure.code.startsWith("trust.")) {
      return { open: null, failure };
    }
    const { open, failure: earlier } = this.#register;
    const refused = open === null && earlier?.code.startsWith("trust.");
    return { open: open && this.#aged(open), failure: refused ? earlier : failure };
  }

  /** The same edition, as old as it is now. */
  #aged(open: NonNullable<RegisterState["open"]>): RegisterState["open"] {
    const { register } = this.#checker.check({});
    return register === null ? null : { ...open, standing: register };
  }
}

/** Whether it is the number's certificate, not its scheme, that is rejected. */
function isNumberWrong({ findings }: Verdict): boolean {
  return findings.some(({ code, decision }) => decision === "reject" && !code.startsWith("scheme."));
}

/** What a verdict comes to, and the standing of the certificate behind it. */
function result({ decision, outcome, record }: Verdict): string {
  return [decision, outcome, record?.status].join();
}

/** What the panel shows of a verdict: drawn anew for what it does not show, it would lose the focus within. */
function withoutClock(verdict: Verdict): string {
  const register = verdict.register && { ...verdict.register, ageSeconds: 0, asOf: "", sequence: 0, firstSeen: false };
  return JSON.stringify({ ...verdict, checkedAt: "", register });
}

/** The checker cannot run: the page says why, and nothing can be submitted. */
function stop(code: string, message: string): void {
  const draw = () => {
    renderRefusal(byId("alerts"), { open: null, failure: { code, message } });
    renderStopped(byId("verdict"), explainError(code, language()));
  };
  draw();
  redraw = draw;
}

/** Draws anew what is not fixed text, once there is something to draw. */
let redraw = () => {};

async function main(): Promise<void> {
  useLanguage(preferred());
  drawForm();
  for (const button of document.querySelectorAll<HTMLElement>("[data-language]")) {
    button.addEventListener("click", () => {
      const chosen = button.dataset["language"] === "en" ? "en" : "zh";
      remember(chosen);
      useLanguage(chosen);
      drawForm();
      redraw();
    });
  }
  const config = readConfig();
  if (config === null) {
    stop("page.not_configured", t("notConfigured"));
    return;
  }
  byId("banner").hidden = !config.synthetic;
  let checker: Checker;
  try {
    await init();
    checker = createChecker({ pin: config.pin, source: location.origin });
  } catch (error) {
    const code = error instanceof CccheckError ? error.code : "page.not_configured";
    stop(code, String(error));
    return;
  }
  const page = new Storefront(checker, config);
  redraw = () => page.redraw();
  page.start();
}

void main();
