import { AbortError, ExternalError } from "../contract/errors.ts";
import { EXIT } from "../contract/exit.ts";
import type { FaultsEvent } from "../contract/operations/faults.ts";
import { LOCAL_STAGE } from "../contract/names.ts";
import type { Workplace } from "./services.ts";
import { requireRunning } from "./stage.ts";

export type FaultsInput = { action: "list" } | { action: "set"; rules: string[] } | { action: "clear"; rule?: string };

/** Sets, lists or clears the faults of the running local stack. */
export async function* changeFaults(input: FaultsInput, place: Workplace): AsyncGenerator<FaultsEvent> {
  const running = await requireRunning(place, "The local stage is not running, and faults are the local stage's only.");
  if (input.action !== "list") {
    yield {
      type: "stage",
      ref: {
        app: running.app,
        stage: LOCAL_STAGE,
        account: "000000000000",
        region: "us-east-1",
        endpoint: running.endpoint,
      },
    };
  }
  const rules = await call(input, running, place.signal);
  for (const rule of rules) yield { type: "fault-rule", rule };
  yield { type: "summary", operation: "faults", exitCode: EXIT.completed, action: input.action, rules };
}

async function call(
  input: FaultsInput,
  running: { endpoint: string; controlToken: string },
  signal: AbortSignal,
): Promise<string[]> {
  const query = input.action === "clear" && input.rule ? `?fault=${encodeURIComponent(input.rule)}` : "";
  const response = await fetch(`${running.endpoint}/_ai-pipeline/faults${query}`, {
    method: { list: "GET", set: "PUT", clear: "DELETE" }[input.action],
    headers: { authorization: `Bearer ${running.controlToken}`, "content-type": "application/json" },
    ...(input.action === "set" ? { body: JSON.stringify({ faults: input.rules }) } : {}),
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw refused(answer, response.status);
  return faultsOf(answer);
}

function faultsOf(answer: unknown): string[] {
  if (typeof answer !== "object" || answer === null || !("faults" in answer) || !Array.isArray(answer.faults))
    return [];
  return answer.faults.flatMap((item: unknown) => {
    if (typeof item === "string") return [item];
    return typeof item === "object" && item !== null && "fault" in item && typeof item.fault === "string"
      ? [item.fault]
      : [];
  });
}

function refused(answer: unknown, status: number): Error {
  const error: unknown = typeof answer === "object" && answer !== null && "error" in answer ? answer.error : undefined;
  const text = (name: string) => {
    const value: unknown =
      typeof error === "object" && error !== null
        ? Object.entries(error).find(([key]) => key === name)?.[1]
        : undefined;
    return typeof value === "string" ? value : Array.isArray(value) ? value.join(" ") : undefined;
  };
  const hint = text("hint");
  const details = { code: text("code") ?? "CONTROL_REFUSED", ...(hint ? { hint } : {}) };
  const message = text("message") ?? `The local stack refused (HTTP ${status}).`;
  return status === 400
    ? new AbortError(message, { ...details, exitCode: EXIT.usage })
    : new ExternalError(message, details);
}
