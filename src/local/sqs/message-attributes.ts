import { invalidAttributeContents, invalidMessageContents, invalidParameter, malformed } from "./errors.ts";
import { type Input, isObject, text } from "./input.ts";
import { MAX_MESSAGE_ATTRIBUTES } from "./limits.ts";

/** As on the wire; binary values in base64. Exactly one of the values is there. */
export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}
export type MessageAttributes = Record<string, MessageAttribute>;

/** Letters and digits of any script: the reference lists the Latin ones, AWS takes others. */
const NAME = /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u;
const RESERVED = /^(aws|amazon)\./i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/* eslint-disable-next-line no-control-regex -- these are the characters to refuse */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** @throws InvalidMessageContents for a character XML cannot hold, lone surrogates among them. */
export function checkBody(body: string): void {
  const code = forbiddenCharacter(body);
  if (code !== undefined) throw invalidMessageContents(code);
}

/** @returns its code. */
function forbiddenCharacter(value: string): number | undefined {
  const found = FORBIDDEN.exec(value);
  if (found) return found[0].charCodeAt(0);
  if (value.isWellFormed()) return undefined;
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) return code;
  }
  return undefined;
}

/**
 * Parses and checks message attributes of a send.
 * @param kind `user`, or `system` for MessageSystemAttributes; AWS names it in its messages.
 * @throws InvalidParameterValueException with AWS's reasons.
 */
export function parseMessageAttributes(
  input: Input | undefined,
  kind: "user" | "system" = "user",
): MessageAttributes | undefined {
  if (!input) return undefined;
  const names = Object.keys(input);
  if (names.length === 0) return undefined;
  if (names.length > MAX_MESSAGE_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${MAX_MESSAGE_ATTRIBUTES}].`,
    );
  }
  const attributes: MessageAttributes = {};
  for (const name of names) {
    checkName(name, kind);
    const value = input[name];
    if (!isObject(value)) throw malformed(`The message attribute ${name} must be an object.`);
    attributes[name] = parseAttribute(name, value, kind);
  }
  return attributes;
}

function checkName(name: string, kind: string): void {
  if (name === "") throw invalidParameter(`Message (${kind}) attribute name must not be empty.`);
  if (name.length > 256) throw invalidParameter("Message (user) attribute name must be shorter than 256 bytes.");
  if (!NAME.test(name)) {
    throw invalidParameter(
      `Message (${kind}) attribute name can contain alphanumeric characters, hyphens, underscores and single periods within.`,
    );
  }
  if (RESERVED.test(name)) {
    throw invalidParameter(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings are reserved for internal use.",
    );
  }
}

function parseAttribute(name: string, input: Input, kind: string): MessageAttribute {
  const dataType = text(input, "DataType");
  if (!dataType)
    throw invalidParameter(`The message attribute '${name}' must contain non-empty message attribute type.`);
  const base = dataType.split(".", 1)[0];
  if ((base !== "String" && base !== "Number" && base !== "Binary") || dataType.length > 256) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is ` +
        "Binary, Number, and String.",
    );
  }
  const stringValue = text(input, "StringValue");
  const binaryValue = text(input, "BinaryValue");
  const value = base === "Binary" ? binaryValue : stringValue;
  if (!value) {
    throw invalidParameter(`Message (${kind}) attribute '${name}' must contain a non-empty value of type '${base}'.`);
  }
  if (stringValue !== undefined && binaryValue !== undefined) {
    throw invalidParameter(`Message (${kind}) attribute '${name}' has multiple values.`);
  }
  if (base === "Binary") return { DataType: dataType, BinaryValue: Buffer.from(value, "base64").toString("base64") };
  const forbidden = forbiddenCharacter(value);
  if (forbidden !== undefined) throw invalidAttributeContents(forbidden, name);
  if (base === "Number" && !NUMBER.test(value)) {
    throw invalidParameter(`Can't cast the value of message (${kind}) attribute '${name}' to a number.`);
  }
  return { DataType: dataType, StringValue: value };
}

/** What the attributes count towards a message's size: names, types and values, in bytes. */
export function attributesSize(attributes: MessageAttributes | undefined): number {
  let size = 0;
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes ?? {})) {
    size += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    size += BinaryValue === undefined ? Buffer.byteLength(StringValue ?? "") : Buffer.byteLength(BinaryValue, "base64");
  }
  return size;
}

/** Picks what a receive asked for by name, `All`, `*`, `.*` or `prefix.*`. Names that match nothing are ignored, as by AWS. */
export function selectAttributes(
  attributes: MessageAttributes | undefined,
  names: readonly string[],
): MessageAttributes | undefined {
  if (!attributes || names.length === 0) return undefined;
  if (names.some((name) => name === "All" || name === "*" || name === ".*")) return attributes;
  const exact = new Set(names);
  const prefixes = names.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -2));
  const picked = Object.entries(attributes).filter(
    ([name]) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  return picked.length > 0 ? Object.fromEntries(picked) : undefined;
}
