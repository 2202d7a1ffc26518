/** A number that a visitor may try. */
export interface Sample {
  /** As a seller would type it. */
  typed: string;
  /** As the register writes it. */
  number: string;
  /** The product kind of a self-declaration; `null` for a certificate, whose number shows it. */
  declared: string | null;
  zh: string;
  en: string;
  /** `quoted`: a real number as quoted on a public listing. */
  kind: "quoted" | "synthetic";
}

/** What the server writes into the page; the pin never comes over the way of the snapshot. */
export interface Config {
  pin: { keys: string; lowestSequence: number };
  origin: string;
  synthetic: boolean;
  samples: Sample[];
}

/** The page's configuration, or `null` if a server that does not know the page has served it. */
export function readConfig(): Config | null {
  const config = JSON.parse(document.getElementById("cccheck-config")?.textContent || "{}") as Partial<Config>;
  if (config.pin === undefined) {
    return null;
  }
  return { origin: "", synthetic: true, samples: [], ...config, pin: config.pin };
}
