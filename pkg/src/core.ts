import type { ErrorCode } from "./errors.js";
import { explainError } from "./texts.js";

/** How deep plain data may nest; a request with its claim's attributes nests three deep. */
const MAX_NESTING = 4;

/** What the core answers: `misuse` is a sentence about an argument, `values` what was found and what was expected. */
type Answered<T> = T | { misuse: string } | { error: { code: ErrorCode; values: string } };

/**
 * A text for the core, which reads memory that it does not own if it is given something else.
 *
 * @throws `TypeError` if it is none.
 */
export function text(name: string, value: string): string {
  if (typeof value !== "string") {
    throw new TypeError(`${name}: a string is expected`);
  }
  return value;
}

/** Whether it is bytes; those of another realm, such as a frame, are as good. */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/**
 * Bytes for the core, likewise.
 *
 * @throws `TypeError` if they are none.
 */
export function bytes(name: string, value: Uint8Array): Uint8Array {
  if (!isBytes(value)) {
    throw new TypeError(`${name}: a Uint8Array is expected`);
  }
  return value;
}

/**
 * Bytes from base64url without padding.
 *
 * @throws `TypeError` if the text is something else.
 */
export function fromBase64Url(name: string, text: string): Uint8Array {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    throw new TypeError(`${name}: base64url is expected`);
  }
}

/**
 * An argument of the core: its JSON.
 *
 * @throws `TypeError` if it is not plain data. Unlike `JSON.stringify` this leaves nothing out and turns nothing into something
 * else: a misspelt field or a wrong value must not be overlooked.
 */
export function argument(name: string, value: unknown): string {
  const plain = (value: unknown, nesting: number): unknown => {
    switch (typeof value) {
      case "undefined":
        return null;
      case "boolean":
        return value;
      case "string":
        // Half of a character has no UTF-8.
        return value.replace(/\p{Surrogate}/gu, "\ufffd");
      case "number":
        if (Number.isFinite(value)) {
          return value;
        }
        break;
      case "object": {
        if (value === null) {
          return null;
        }
        if (nesting === 0 || !isPlain(value)) {
          break;
        }
        const inner = (value: unknown) => plain(value, nesting - 1);
        const given = Object.entries(value).filter(([, value]) => value !== undefined);
        const copy = Array.isArray(value)
          ? Array.from(value, inner)
          : Object.fromEntries(given.map(([name, value]) => [plain(name, nesting), inner(value)]));
        // Some pages give the prototypes a `toJSON`.
        return Object.setPrototypeOf(copy, null);
      }
    }
    throw new TypeError(`${name}: plain data is expected`);
  };
  return JSON.stringify(plain(value, MAX_NESTING));
}

/**
 * The fields of options, by their names. What a page gave the prototypes of all objects is none of them.
 *
 * @throws `TypeError` if it is no plain object, or has a field that is not expected: a misspelt one must not be overlooked.
 */
export function options<T extends object>(name: string, given: T, expected: readonly (keyof T & string)[]): T {
  if (typeof given !== "object" || given === null || Array.isArray(given) || !isPlain(given)) {
    throw new TypeError(`${name}: a plain object is expected`);
  }
  const unknown = Object.keys(given).find((field) => !(expected as readonly string[]).includes(field));
  if (unknown !== undefined) {
    throw new TypeError(`${unknown}: unknown option`);
  }
  return Object.setPrototypeOf({ ...given }, null);
}

/** Whether it is an array or an object of no class, also of another realm: what a map or a form holds is not in its fields. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * What the core answered.
 *
 * @throws `TypeError` if an argument was not of the expected form.
 */
export function answer<T extends object>(json: string): T {
  const answered = JSON.parse(json) as Answered<T>;
  Object.setPrototypeOf(answered, null);
  if ("misuse" in answered) {
    throw new TypeError(answered.misuse);
  }
  if ("error" in answered) {
    const { code, values } = answered.error;
    const sentence = explainError(code, "en");
    return { error: { code, message: values === "" ? sentence : `${sentence} (${values})`, values } } as T;
  }
  return answered;
}

/** The value that the core answered, where it refuses nothing. */
export function value<T>(json: string): T {
  return answer<{ value: T }>(json).value;
}
