import type { Language } from "cccheck";
import { type MessageKey, messages } from "./messages.js";

const KEY = "cccheck.language";

let current: Language = "zh";

/** The language of the page now. */
export function language(): Language {
  return current;
}

/** A text of the page in its language, with {placeholders} filled. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  return messages[key][current].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The language that was chosen here before; otherwise the first one of the browser's that the page speaks, or English. */
export function preferred(): Language {
  let chosen: string | null = null;
  try {
    chosen = localStorage.getItem(KEY);
  } catch {
    // Storage is forbidden: nothing was remembered.
  }
  const spoken = [chosen, ...navigator.languages].find((tag) => tag !== null && /^(zh|en)(-|$)/i.test(tag));
  return spoken?.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** Remembers the language that someone chose. */
export function remember(chosen: Language): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // Storage is forbidden: the choice lasts for this visit.
  }
}

/** Puts the page's fixed texts into a language. */
export function useLanguage(chosen: Language): void {
  current = chosen;
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  document.title = `${t("title")} · cccheck`;
  for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
    element.textContent = t(element.dataset["text"] as MessageKey);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
    element.setAttribute("aria-label", t(element.dataset["label"] as MessageKey));
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset["language"] === chosen));
  }
  document.getElementById("title-other")?.setAttribute("lang", chosen === "zh" ? "en" : "zh-CN");
}

/** An instant (RFC 3339) in China's time, to the minute. */
export function chinaTime(instant: string): string {
  const shifted = new Date(Date.parse(instant) + 8 * 3_600_000).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 16)}`;
}

/** The days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

/** A length of time in its largest whole unit. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 60) {
    return t("seconds", { count: Math.floor(size) });
  }
  if (size < 3_600) {
    return t("minutes", { count: Math.floor(size / 60) });
  }
  return size < 172_800
    ? t("hours", { count: Math.floor(size / 3_600) })
    : t("wholeDays", { count: Math.floor(size / 86_400) });
}
