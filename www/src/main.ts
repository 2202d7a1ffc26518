import {
  CccheckError,
  type Checker,
  type Claim,
  type Confirmation,
  createChecker,
  explainError,
  init,
  type Verdict,
} from "cccheck";
import { type Config, readConfig, type Sample } from "./config.js";
import { byId } from "./dom.js";
import { language, remembered, t, useLanguage } from "./language.js";
import { renderCorrection, renderReading } from "./reading-view.js";
import { renderReceipt } from "./receipt-view.js";
import { renderSamples } from "./samples-view.js";
import { type RegisterState, renderRefusal, renderStanding } from "./standing-view.js";
import { type Change, headline, isEmpty, isUnfinished, renderStopped, renderVerdict } from "./verdict-view.js";

const POLL_MS = 3_000;
/** After failures the polls become rarer, down to this. */
const SLOWEST_POLL_MS = 30_000;
/** How long the result must stand still before it is spoken. */
const SPEAK_AFTER_MS = 700;

const number = byId<HTMLInputElement>("number");
const releasedOn = byId<HTMLInputElement>("released-on");
const importedOn = byId<HTMLInputElement>("imported-on");
const submit = byId<HTMLButtonElement>("submit");

/** The page once its checker runs. */
class Storefront {
  readonly #checker: Checker;
  readonly #config: Config;
  #register: RegisterState = { open: null, failure: null };
  #verdict: Verdict;
  #change: Change | null = null;
  #confirmation: Confirmation | null = null;
  /** The claim that was submitted, in JSON. */
  #submitted = "";
  #stale = false;
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
    for (const input of [number, releasedOn, importedOn]) {
      input.addEventListener("input", () => this.#recheck());
    }
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

  #claim(): Claim {
    return {
      number: number.value === "" ? null : number.value,
      releasedOn: releasedOn.value === "" ? null : releasedOn.value,
      importedOn: importedOn.value === "" ? null : importedOn.value,
    };
  }

  /** What was entered has changed. */
  #recheck(): void {
    this.#verdict = this.#checker.check(this.#claim());
    this.#change = null;
    this.#draw();
    const stale = JSON.stringify(this.#claim()) !== this.#submitted;
    if (stale !== this.#stale) {
      this.#stale = stale;
      this.#drawReceipt();
    }
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
    this.#verdict = this.#checker.check(this.#claim());
    const { decision, outcome, register } = this.#verdict;
    const moved = before.register !== null && register !== null && before.register.sequence !== register.sequence;
    if (moved && (before.decision !== decision || before.outcome !== outcome)) {
      this.#change = { sequence: register.sequence, before };
    }
    if (withoutClock(before) !== withoutClock(this.#verdict)) {
      this.#draw();
    }
  }

  #draw(): void {
    const verdict = this.#verdict;
    const typing = document.activeElement === number;
    byId("clear").hidden = number.value === "";
    byId("kind").textContent = kindOf(verdict);
    renderStanding(byId("standing"), this.#register);
    renderRefusal(byId("alerts"), this.#register);
    renderReading(byId("number-reading"), verdict);
    renderCorrection(byId("correction"), verdict.number.suggestion, (suggestion) => this.#take(suggestion));
    renderVerdict(byId("verdict"), { verdict, typing, change: this.#change });
    number.setAttribute("aria-invalid", String(verdict.decision === "reject" && !(typing && isUnfinished(verdict))));
    this.#drawSubmit();
    this.#speak(typing && isUnfinished(verdict));
  }

  #drawReceipt(): void {
    renderReceipt(byId("receipt"), this.#confirmation, this.#stale);
  }

  #drawSubmit(): void {
    const reason = this.#blocked();
    const advice = this.#verdict.decision === "reject" ? t("confirmableReject") : t("confirmable");
    submit.setAttribute("aria-disabled", String(reason !== "" || this.#confirming));
    submit.textContent = t(this.#confirming ? "submitting" : "submit");
    const text = byId("submit-reason");
    text.textContent = reason !== "" ? reason : this.#verdict.confirmable ? advice : "";
    text.dataset["blocked"] = String(reason !== "");
  }

  /** Why submitting would be no use, if so: a rejection that a confirmation could change never stands in the way. */
  #blocked(): string {
    if (isEmpty(this.#verdict)) {
      return t("blockedEmpty");
    }
    return this.#verdict.decision === "reject" && !this.#verdict.confirmable ? t("blockedReject") : "";
  }

  #speak(unfinished: boolean): void {
    clearTimeout(this.#speakTimer);
    if (unfinished || isEmpty(this.#verdict)) {
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
    this.#recheck();
  }

  #try(sample: Sample): void {
    if (sample.kind === "quoted") {
      byId<HTMLInputElement>("name").value = language() === "zh" ? sample.zh : sample.en;
    }
    this.#take(sample.typed);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    byId("form").scrollIntoView({ behavior: still ? "instant" : "smooth", block: "start" });
  }

  async #submit(): Promise<void> {
    if (this.#confirming) {
      return;
    }
    if (this.#blocked() !== "") {
      number.focus();
      return;
    }
    this.#confirming = true;
    this.#drawSubmit();
    const claim = this.#claim();
    this.#confirmation = await this.#checker.confirm(claim);
    this.#confirming = false;
    this.#submitted = JSON.stringify(claim);
    this.#stale = JSON.stringify(this.#claim()) !== this.#submitted;
    this.#drawSubmit();
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
    const update = await this.#checker.update();
    this.#register = update.ok ? { open: update, failure: null } : this.#failed(update.error);
    this.#recheckSame();
    renderStanding(byId("standing"), this.#register);
    renderRefusal(byId("alerts"), this.#register);
    this.#pollMs = update.ok ? POLL_MS : Math.min(this.#pollMs * 2, SLOWEST_POLL_MS);
    clearTimeout(this.#pollTimer);
    this.#pollTimer = window.setTimeout(() => this.#pollNow(), this.#pollMs);
  }

  /** What is left after a failed update: silence ends neither an open snapshot nor a refusal. */
  #failed(failure: { code: string; message: string }): RegisterState {
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

function kindOf({ requirement }: Verdict): string {
  if (requirement === null) {
    return t("productKindNone");
  }
  return `${requirement.product} ${language() === "zh" ? requirement.productZh : requirement.productEn}`;
}

/** The verdict without what changes from second to second. */
function withoutClock(verdict: Verdict): string {
  const register = verdict.register && { ...verdict.register, ageSeconds: 0, asOf: "" };
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
  useLanguage(remembered());
  for (const button of document.querySelectorAll<HTMLElement>("[data-language]")) {
    button.addEventListener("click", () => {
      useLanguage(button.dataset["language"] === "en" ? "en" : "zh");
      redraw();
    });
  }
  const config = readConfig();
  if (config === null) {
    stop("page.not_configured", t("notConfigured"));
    return;
  }
  try {
    await init();
  } catch (error) {
    const code = error instanceof CccheckError ? error.code : "wasm.invalid";
    stop(code, String(error));
    return;
  }
  byId("banner").hidden = !config.synthetic;
  const page = new Storefront(createChecker({ pin: config.pin, source: location.origin }), config);
  redraw = () => page.redraw();
  page.start();
}

void main();
