import { messageOf, UsageError } from "../../contract/errors.ts";
import { jsonOrText, member } from "../../contract/json.ts";
import type { DeadLetter } from "../../contract/operations/dlq.ts";
import type { LeasedMessage } from "../../contract/queue.ts";
import type { Json } from "../../contract/task.ts";

/** Whether a letter fits an expression. */
export type Where = (message: LeasedMessage, letter: DeadLetter) => boolean;

/**
 * @param expression JMESPath over `{ body, attributes, cause, attempts, sentAt, messageId }`; a body that is JSON is its value.
 * @throws UsageError `EXPRESSION_INVALID` that points at the place.
 */
export async function parseWhere(expression: string): Promise<Where> {
  const { search } = await import("@aws-lambda-powertools/jmespath");
  const evaluate = (document: Document): unknown => {
    try {
      return search(expression, document);
    } catch (error) {
      // A function that was given a value of the wrong type, or none: this letter does not fit.
      if (error instanceof Error && error.name === "JMESPathTypeError") return false;
      throw error;
    }
  };
  try {
    evaluate({ body: {}, attributes: {} });
  } catch (error) {
    throw invalid(expression, error);
  }
  return (message, letter) => isTruthy(evaluate(documentOf(message, letter)));
}

interface Document {
  [name: string]: Json;
}

function documentOf({ body, attributes, messageId }: LeasedMessage, { cause, attempts, sentAt }: DeadLetter): Document {
  return {
    body: jsonOrText(body),
    attributes: Object.fromEntries(
      Object.entries(attributes).map(([name, { type, text, binary }]) => [
        name,
        text === undefined
          ? Buffer.from(binary ?? []).toString("base64")
          : type.startsWith("Number")
            ? Number(text)
            : text,
      ]),
    ),
    cause: { ...cause, permanent: cause.permanent ?? null, status: cause.status ?? null, code: cause.code ?? null },
    attempts,
    sentAt,
    messageId,
  };
}

/** As JMESPath's own filters have it: false, null and what is empty are not true. */
function isTruthy(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function invalid(expression: string, error: unknown): UsageError {
  const place = positionOf(error);
  const reason = messageOf(error)
    .replace(/ in expression: .*$/s, "")
    .replace(/^(?:Invalid|Bad) jmespath expression: (?:parse error at column \d+, )?/, "")
    .replace(/ at column \d+$/, "");
  const at = place === undefined ? "" : ` at column ${place + 1}`;
  return new UsageError(`The expression does not parse${at}: ${reason}.`, {
    code: "EXPRESSION_INVALID",
    where: "--where",
    hint: [
      ...(place === undefined ? [expression] : [expression, `${" ".repeat(place)}^`]),
      "Write JMESPath over body and attributes: --where \"body.priority == 'high' && attributes.tenant == 'acme'\"",
    ],
  });
}

function positionOf(error: unknown): number | undefined {
  const places = [member(error, "lexPosition"), member(error, "lexerPosition")];
  return places.find((place) => typeof place === "number");
}
