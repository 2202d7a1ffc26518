// Builds the package from the core's WebAssembly and the texts in data/: bindings, texts, one .wasm, dist/.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parseCsv } from "./csv.mjs";

const PACKAGE = dirname(dirname(fileURLToPath(import.meta.url)));
const ROOT = dirname(PACKAGE);
const CORE = join(ROOT, "target/module/wasm32-unknown-unknown/wasm/cccheck.wasm");
const GENERATED = join(PACKAGE, "generated");
const DIST = join(PACKAGE, "dist");
/** The most bytes that the module may have by brotli, as it is served, whatever compiler makes it. What is larger is not built. */
const LIMIT = 71_000;

function fail(sentence) {
  console.error(`cccheck: ${sentence}`);
  process.exit(1);
}

function run(command, args, hint) {
  const path = `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`;
  const { error, status } = spawnSync(command, args, { stdio: "inherit", env: { ...process.env, PATH: path } });
  if (error?.code === "ENOENT") {
    fail(`${command} is missing: ${hint}.`);
  }
  if (error || status !== 0) {
    fail(`${command} failed (${error?.message ?? `exit ${status}`}); its own message is above.`);
  }
}

function bindings() {
  if (!existsSync(CORE)) {
    fail(`${relative(ROOT, CORE)} is missing: build the core for WebAssembly first (scripts/build does).`);
  }
  run(
    "wasm-bindgen",
    ["--target", "web", "--omit-default-module-path", "--out-name", "bindings", "--out-dir", GENERATED, CORE],
    "run scripts/setup, and put its bin folder on PATH (scripts/build does)",
  );
  // The types of the face name the bindings, and `Symbol.dispose` is in no library before ESNext.
  const types = join(GENERATED, "bindings.d.ts");
  writeFileSync(types, readFileSync(types, "utf8").replace(/^ *\[Symbol\.dispose\].*\n/gm, ""));
  const small = readFileSync(join(PACKAGE, "scripts/wasm-opt.args"), "utf8")
    .split("\n")
    .filter((line) => /^-/.test(line));
  run("wasm-opt", [...small, join(GENERATED, "bindings_bg.wasm"), "-o", join(DIST, "cccheck.wasm")], "run npm ci");
  rmSync(join(GENERATED, "bindings_bg.wasm"));
  rmSync(join(GENERATED, "bindings_bg.wasm.d.ts"));
}

/** The rows of a table in data/, of which these columns must be filled. */
function table(name, columns) {
  const rows = parseCsv(readFileSync(join(ROOT, "data", name), "utf8"));
  for (const row of rows) {
    const empty = columns.find((column) => !row[column]);
    if (empty !== undefined) {
      fail(`data/${name}: ${row.code} has no ${empty}.`);
    }
  }
  return rows;
}

const union = (codes) => codes.map((code) => `\n  | "${code}"`).join("");

function texts() {
  const parts = ["title", "seller", "platform"];
  const languages = ["zh", "en"];
  const findings = table(
    "findings.csv",
    languages.flatMap((language) => parts.map((part) => `${part}_${language}`)),
  );
  const kinds = table("number-kinds.csv", ["name_zh", "name_en"]);
  const inLanguage = (row, language) => Object.fromEntries(parts.map((part) => [part, row[`${part}_${language}`]]));
  const textTable = Object.fromEntries(
    findings.map((row) => [row.code, { zh: inLanguage(row, "zh"), en: inLanguage(row, "en") }]),
  );
  const kindTable = Object.fromEntries(kinds.map((row) => [row.code, { zh: row.name_zh, en: row.name_en }]));
  writeFileSync(
    join(GENERATED, "texts.js"),
    `export const TEXTS = ${JSON.stringify(textTable)};
export const NUMBER_KINDS = ${JSON.stringify(kindTable)};
`,
  );
  writeFileSync(
    join(GENERATED, "texts.d.ts"),
    `/** The stable code of a finding. */
export type FindingCode =${union(Object.keys(textTable))};

/** What a number can be. */
export type NumberKind =${union(Object.keys(kindTable))};

interface Texts {
  title: string;
  seller: string;
  platform: string;
}

/** The texts of every finding, with {placeholders}. */
export declare const TEXTS: Record<FindingCode, { zh: Texts; en: Texts }>;

/** What every kind of number is called within a sentence. */
export declare const NUMBER_KINDS: Record<NumberKind, { zh: string; en: string }>;
`,
  );
}

function inline() {
  const base64 = readFileSync(join(DIST, "cccheck.wasm")).toString("base64");
  writeFileSync(join(GENERATED, "inline.js"), `export const base64 = "${base64}";\n`);
  writeFileSync(
    join(GENERATED, "inline.d.ts"),
    "/** The WebAssembly module in base64. */\nexport declare const base64: string;\n",
  );
}

function rehearsal() {
  const edition = readFileSync(join(ROOT, "tests/vectors/rehearsal.json"), "utf8").trim();
  const type = Object.keys(JSON.parse(edition))
    .map((name) => `${name}: string`)
    .join("; ");
  writeFileSync(join(GENERATED, "rehearsal.js"), `export const REHEARSAL = ${edition};\n`);
  writeFileSync(
    join(GENERATED, "rehearsal.d.ts"),
    `/** A small edition, its files in base64url. */\nexport declare const REHEARSAL: { ${type} };\n`,
  );
}

function licences() {
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    if (!existsSync(join(ROOT, name))) {
      fail(`${name} is missing at the root, and the package must carry it.`);
    }
    copyFileSync(join(ROOT, name), join(PACKAGE, name));
  }
}

/** Chromium compiles functions while it loads such a script, on another thread, and not when each is first called. */
const EAGER = "//# allFunctionsCalledOnLoad\n";

function compiledOnLoad() {
  const scripts = readdirSync(DIST).filter((name) => name.endsWith(".js"));
  for (const path of [join(GENERATED, "bindings.js"), ...scripts.map((name) => join(DIST, name))]) {
    writeFileSync(path, EAGER + readFileSync(path, "utf8"));
  }
}

function sizes() {
  const kb = (size) => `${(size / 1000).toFixed(1)} kB`;
  const bytes = readFileSync(join(DIST, "cccheck.wasm"));
  const brotli = brotliCompressSync(bytes).length;
  console.log(`cccheck.wasm: ${kb(bytes.length)} raw, ${kb(gzipSync(bytes).length)} gzip, ${kb(brotli)} brotli`);
  if (brotli > LIMIT) {
    fail(
      `cccheck.wasm has ${brotli} bytes by brotli, and may have ${LIMIT}: see "Size of the module" in CONTRIBUTING.md.`,
    );
  }
}

rmSync(DIST, { recursive: true, force: true });
rmSync(GENERATED, { recursive: true, force: true });
mkdirSync(DIST);
mkdirSync(GENERATED);
bindings();
texts();
inline();
rehearsal();
run("tsc", ["-p", PACKAGE], "run npm ci");
compiledOnLoad();
licences();
sizes();
