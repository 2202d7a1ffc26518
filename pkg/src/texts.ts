import { NUMBER_KINDS, TEXTS } from "../generated/texts.js";
import type { ErrorCode } from "./errors.js";
import type {
  Confidence,
  Decision,
  Finding,
  Freshness,
  Instrument,
  Language,
  NumberKind,
  Outcome,
  Problem,
  Provenance,
  ReleasedEarlier,
  Scheme,
  Severity,
  Status,
  Strength,
} from "./types.js";

/** A finding in words. */
export interface Explanation {
  /** What was found. */
  title: string;
  /** What the seller can do. */
  seller: string;
  /** What the platform should do. */
  platform: string;
}

/** As what a certificate names a company. */
export type Role = "applicant" | "manufacturer" | "factory" | "credit_code";

/** What {@link label} has words for. */
export interface Labelled {
  outcome: Outcome;
  decision: Decision;
  severity: Severity;
  status: Status;
  scheme: Scheme;
  instrument: Instrument;
  releasedEarlier: ReleasedEarlier;
  /** What a number is; in English as it stands within a sentence. */
  kind: NumberKind;
  strength: Strength;
  role: Role;
  freshness: Freshness;
  provenance: Provenance;
  confidence: Confidence;
}

type Words = Record<Language, string>;

const LABELS: { [Kind in keyof Labelled]: Record<Labelled[Kind], Words> } = {
  outcome: {
    checked: { zh: "已核对", en: "Checked" },
    not_required: { zh: "无需认证", en: "Not required" },
    not_covered: { zh: "快照未包含", en: "Not covered" },
    unavailable: { zh: "无法核对", en: "Could not be checked" },
  },
  decision: {
    accept: { zh: "通过", en: "Accept" },
    review: { zh: "需人工复核", en: "Needs review" },
    reject: { zh: "不通过", en: "Reject" },
  },
  severity: {
    info: { zh: "说明", en: "Information" },
    notice: { zh: "提示", en: "Notice" },
    warning: { zh: "注意", en: "Warning" },
    error: { zh: "问题", en: "Problem" },
  },
  status: {
    valid: { zh: "有效", en: "Valid" },
    suspended: { zh: "暂停", en: "Suspended" },
    revoked: { zh: "撤销", en: "Revoked" },
    cancelled: { zh: "注销", en: "Cancelled" },
    expired: { zh: "过期失效", en: "Expired" },
    unknown: { zh: "状态不详", en: "Unknown" },
  },
  scheme: {
    third_party: { zh: "第三方认证", en: "Third-party certification" },
    self_declaration_a: { zh: "自我声明（程序A）", en: "Self-declaration (programme A)" },
    self_declaration_b: { zh: "自我声明（程序B）", en: "Self-declaration (programme B)" },
    merged: { zh: "并入其他种类", en: "Merged into another kind" },
    removed: { zh: "已调出目录", en: "No longer in the catalogue" },
    unresolved: { zh: "公开资料未能确定", en: "Not decided by public sources" },
  },
  instrument: {
    third_party_certificate: { zh: "第三方认证证书", en: "Third-party certificate" },
    self_declaration: { zh: "自我声明", en: "Self-declaration" },
  },
  releasedEarlier: {
    may_sell: { zh: "可以继续销售", en: "May still be sold" },
    barred: { zh: "不得再销售", en: "May no longer be sold" },
    unknown: { zh: "公开资料未说明", en: "Not said in public sources" },
  },
  kind: NUMBER_KINDS,
  strength: {
    low: { zh: "弱", en: "Weak" },
    medium: { zh: "中", en: "Medium" },
    high: { zh: "强", en: "Strong" },
  },
  role: {
    applicant: { zh: "认证委托人", en: "Applicant" },
    manufacturer: { zh: "生产者", en: "Manufacturer" },
    factory: { zh: "生产企业", en: "Factory" },
    credit_code: { zh: "统一社会信用代码", en: "Credit code" },
  },
  freshness: {
    live: { zh: "实时", en: "Live" },
    fresh: { zh: "有效期内", en: "Fresh" },
    expired: { zh: "已过期", en: "Expired" },
    clock_behind: { zh: "本机时钟有误", en: "Clock is behind" },
  },
  provenance: {
    register: { zh: "登记", en: "Register" },
    quoted: {
      zh: "引自公开商品页面，未与登记核对",
      en: "As quoted on a public listing, not verified with the register",
    },
    synthetic: { zh: "合成演示数据", en: "Synthetic demonstration data" },
  },
  confidence: {
    confirmed: { zh: "已证实", en: "Confirmed" },
    likely: { zh: "很可能", en: "Likely" },
    unsure: { zh: "不确定", en: "Unsure" },
    from_memory: { zh: "未查到出处", en: "No source found" },
  },
};

/** Why a verdict is `unavailable`, where it is not an error of this package. */
type Reason = "register.not_loaded" | "snapshot.malformed" | "snapshot.not_supplied";

const ERRORS: Record<ErrorCode | Reason, Words> = {
  "register.not_loaded": { zh: "尚未载入登记快照", en: "No register snapshot has been loaded yet" },
  "snapshot.malformed": { zh: "快照中的这一部分无法读取", en: "This part of the snapshot cannot be read" },
  "snapshot.not_supplied": {
    zh: "尚未下载快照中与此编号有关的部分",
    en: "The part of the snapshot that this number needs has not been fetched yet",
  },
  "wasm.not_initialised": { zh: "核对程序尚未启动", en: "The checker has not been started" },
  "wasm.blocked": {
    zh: "本页面的安全策略禁止 WebAssembly，核对程序无法运行",
    en: "This page's security policy forbids WebAssembly, so the checker cannot run",
  },
  "wasm.unreachable": {
    zh: "核对程序下载失败，请检查网络",
    en: "The checker could not be downloaded: check the network",
  },
  "wasm.unsupported": {
    zh: "此浏览器或运行环境没有核对程序所需的 WebAssembly：版本或处理器过旧，或该功能已被关闭",
    en: "This browser or runtime lacks the WebAssembly that the checker needs: it or its processor is too old, or it is switched off",
  },
  "wasm.invalid": { zh: "核对程序文件已损坏或版本不符", en: "The checker's file is damaged or of another version" },
  "source.unreachable": {
    zh: "目前无法连接登记快照的来源",
    en: "The source of the register snapshot cannot be reached",
  },
  "store.failed": {
    zh: "无法读写本机保存的快照序号",
    en: "The sequence kept on this device cannot be read or written",
  },
  "confirm.unreachable": {
    zh: "无法连接确认服务器，请联网后重试",
    en: "The confirming server cannot be reached: go online and try again",
  },
  "confirm.refused": { zh: "服务器没有确认这个请求", en: "The server did not confirm this request" },
  "confirm.malformed": { zh: "服务器的回答无法识别", en: "The server's answer cannot be understood" },
  "trust.malformed": {
    zh: "收到的数据格式不正确，可能被改动或截断",
    en: "The data received is malformed: it may have been altered or cut off",
  },
  "trust.unsupported_format": {
    zh: "数据的格式版本本程序不认识：请更新程序；若数据较旧，请登记方重新发布",
    en: "The data has a format version that this program does not know: update the program, or have older data published anew",
  },
  "trust.not_signed": {
    zh: "数据没有所信任密钥的有效签名，来源无法确认",
    en: "The data is not signed by the trusted keys, so anyone may have made it",
  },
  "trust.chain": {
    zh: "密钥文件不能接续本程序所信任的密钥",
    en: "The key documents do not follow on from the keys that this program trusts",
  },
  "trust.keys_rollback": {
    zh: "收到的密钥文件比本机见过的旧，可能有人想恢复已吊销的密钥",
    en: "The key documents are older than those seen on this device: someone may be reviving revoked keys",
  },
  "trust.wrong_origin": { zh: "数据属于另一个登记系统", en: "The data belongs to another register" },
  "trust.rollback": {
    zh: "收到的快照比本机见过的旧，可能有人在回放旧数据",
    en: "The snapshot is older than one seen on this device: someone may be replaying old data",
  },
  "trust.equivocation": {
    zh: "同一序号出现了两份不同的快照",
    en: "Two different snapshots claim the same sequence number",
  },
  "trust.freshness_mismatch": {
    zh: "时效声明与快照清单不相符，可能是拼凑的数据",
    en: "The freshness statement is about another snapshot: the data may have been mixed",
  },
  "trust.witnesses": {
    zh: "见证方的联署不足，无法确认所有人看到的是同一份快照",
    en: "Too few witnesses cosigned, so others may be shown another snapshot",
  },
  "trust.size": {
    zh: "快照文件的大小与签名不符，可能被截断或填充",
    en: "The snapshot file has another size than signed: it may have been cut off or padded",
  },
  "trust.hash": {
    zh: "快照文件的内容与签名不符，已被改动或损坏",
    en: "The snapshot file is not what was signed: it was altered or damaged",
  },
  "trust.keys_expired": {
    zh: "本页面信任的密钥已过期，需要更新页面",
    en: "The keys that this page trusts have expired: the page must be updated",
  },
  "trust.expired": {
    zh: "快照已过期，而本机没有见过同一套密钥下的任何一期，无法确认其可信",
    en: "The snapshot has expired, and this device has seen no edition under its keys, so it cannot be trusted",
  },
  "receipt.malformed": { zh: "这不是回执", en: "This is not a receipt" },
  "receipt.algorithm": {
    zh: "回执采用了不允许的算法或类型",
    en: "The receipt has an algorithm or type that is not allowed",
  },
  "receipt.unknown_key": { zh: "回执的签名密钥不受信任", en: "The receipt is signed by a key that is not trusted" },
  "receipt.signature": { zh: "回执的签名不正确", en: "The receipt's signature is wrong" },
  "receipt.origin": { zh: "回执出自另一个登记系统", en: "The receipt is by another register" },
  "receipt.nonce": { zh: "回执不是对该请求的回答", en: "The receipt does not answer this request" },
  "receipt.claim": { zh: "回执确认的是另一份声明内容", en: "The receipt is about another claim" },
  "receipt.keys_expired": {
    zh: "回执签署时，此处信任的密钥已过期，需要更新",
    en: "The receipt was signed after the keys that are trusted here had expired: they must be updated",
  },
  "receipt.keys_stale": {
    zh: "最新的首部已不新近，或刚刚查询过，暂时无法确定签名密钥是否有效；请稍后重试，并检查本机时钟",
    en: "Whether the key is good is not known for now, as the newest head is not fresh or was just asked for: try again in a minute, and check this device's clock",
  },
  "receipt.issued_too_early": {
    zh: "回执的时间早于本次请求，请校准本机时钟",
    en: "The receipt is dated before the request that it answers: check this device's clock",
  },
  "receipt.issued_in_future": {
    zh: "回执的时间在将来，请校准本机时钟",
    en: "The receipt is dated in the future: check this device's clock",
  },
};

const MISSING: Words = { zh: "不详", en: "unknown" };

/** Short words for a value of a verdict, such as `label("decision", "accept", "zh")`. */
export function label<Kind extends keyof Labelled>(kind: Kind, value: Labelled[Kind], language: Language): string {
  const words: Partial<Record<string, Words>> = LABELS[kind];
  return words[value]?.[language] ?? value;
}

/** A finding in words. A code that this version does not know is its own title. */
export function explain(finding: Finding | Problem, language: Language): Explanation {
  const known: Partial<Record<string, Record<Language, Explanation>>> = TEXTS;
  const texts = known[finding.code]?.[language];
  if (texts === undefined) {
    return { title: finding.code, seller: "", platform: "" };
  }
  const fill = (text: string) => filled(text, finding.values, language);
  return { title: fill(texts.title), seller: fill(texts.seller), platform: fill(texts.platform) };
}

/** A bracket around one value, which says nothing without it. */
const ASIDE = / ?[（(][^（）(){}]*\{(\w+)\}[^（）(){}]*[）)]/g;
const VALUE = /\{(\w+)\}/g;

function filled(text: string, values: Finding["values"], language: Language): string {
  return text
    .replace(ASIDE, (aside, name: string) => (values[name] ? aside : ""))
    .replace(VALUE, (_, name: string) => readable(name, values[name], language));
}

/** The code of an error, or of the reason for an `unavailable` verdict, in a sentence for people; the code itself if this version does not know it. */
export function explainError(code: string, language: Language): string {
  const known: Partial<Record<string, Words>> = ERRORS;
  return known[code]?.[language] ?? code;
}

/** A compared value as people read it: labels for names of the code, instants in China's time, "unknown" for nothing. */
function readable(name: string, value: string | undefined, language: Language): string {
  if (value === undefined || value === "") {
    return MISSING[language];
  }
  switch (name) {
    case "status":
    case "scheme":
    case "instrument":
    case "role":
      return inSentence(label(name, value as Labelled[typeof name], language), language);
    case "kind":
      return label(name, value as NumberKind, language);
    case "candidates":
      // Digits that are not known are four question marks.
      return value.replaceAll("???? ", "").replaceAll("; ", language === "zh" ? "、" : ", ");
    case "reason": {
      const text = explainError(value, language);
      return text === value ? value : `${value}${language === "zh" ? "：" : ": "}${inSentence(text, language)}`;
    }
    case "asOf":
      return chinaTime(value);
    default:
      return value;
  }
}

/** A text that stands alone, as it reads within a sentence. */
function inSentence(text: string, language: Language): string {
  return language === "en" ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function chinaTime(instant: string): string {
  const time = Date.parse(instant);
  if (Number.isNaN(time)) {
    return instant;
  }
  const shifted = new Date(time + 8 * 3_600_000).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 16)} (UTC+8)`;
}
