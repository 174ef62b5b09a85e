import { UsageError } from "../../contract/errors.ts";

/** What a fault strikes. `name` narrows it to one function or queue (`lambda@worker`, `sqs@orders`). */
export type FaultTarget = "model" | "lambda" | "sqs" | "ws";

/** How often: a share of all calls, or the next so many. */
export type Amount = { rate: number } | { next: number };

/** A fault as `--fault` takes it. */
export type FaultSpec =
  | { preset: "outage"; on: boolean }
  | { preset?: never; target: FaultTarget; name?: string; kind: string; amount: Amount };

/** Every kind by target, for parsing, help and completion. `model` also takes any status from 400 to 599. */
export const FAULT_KINDS: Readonly<Record<FaultTarget, readonly string[]>> = {
  model: ["429", "5xx", "hang", "malformed", "cut"],
  lambda: ["throttle", "crash", "slow"],
  sqs: ["duplicate"],
  ws: ["gone"],
};

const STATUS = /^[45]\d\d$/;
const NAME = /^[A-Za-z0-9_.-]{1,140}$/;

/**
 * Reads one fault: `model:429=0.3` (30% of calls), `model:hang=next:2` (the next two), `model:5xx` (all),
 * `lambda@worker:crash=next:1` (one function only), `outage`, `outage=off`.
 *
 * @throws UsageError `FAULT_INVALID` that names the part at fault and what may stand there.
 */
export function parseFault(text: string): FaultSpec {
  const spec = text.trim();
  const equals = spec.indexOf("=");
  const head = equals < 0 ? spec : spec.slice(0, equals);
  const amount = equals < 0 ? undefined : spec.slice(equals + 1);
  if (head === "outage") return parseOutage(spec, amount);
  const colon = head.indexOf(":");
  const address = colon < 0 ? head : head.slice(0, colon);
  const kind = colon < 0 ? "" : head.slice(colon + 1);
  const at = address.indexOf("@");
  const target = at < 0 ? address : address.slice(0, at);
  if (!isTarget(target)) {
    throw invalid(
      spec,
      `"${target}" is nothing that can fail`,
      `One of: ${Object.keys(FAULT_KINDS).join(", ")}, outage.`,
    );
  }
  const name = at < 0 ? undefined : parseName(spec, target, address.slice(at + 1));
  if (!FAULT_KINDS[target].includes(kind) && !(target === "model" && STATUS.test(kind))) {
    const kinds = FAULT_KINDS[target].map((item) => `${target}:${item}`).join(", ");
    const statuses = target === "model" ? ", or model: and a status from 400 to 599" : "";
    throw invalid(
      spec,
      kind ? `"${kind}" is no fault of ${target}` : `it does not say how ${target} fails`,
      `One of: ${kinds}${statuses}.`,
    );
  }
  return { target, ...(name ? { name } : {}), kind, amount: parseAmount(spec, amount) };
}

function parseOutage(spec: string, amount: string | undefined): FaultSpec {
  if (amount === undefined || amount === "on") return { preset: "outage", on: true };
  if (amount === "off") return { preset: "outage", on: false };
  throw invalid(spec, `"${amount}" is not a state of outage`, "outage starts it and outage=off ends it.");
}

function parseName(spec: string, target: FaultTarget, name: string): string {
  if (target === "model") throw invalid(spec, "the model cannot be narrowed by a name", "Write model:429=0.3.");
  if (!NAME.test(name))
    throw invalid(
      spec,
      `"${name}" is not a name`,
      `Write ${target}@my-name:kind, with letters, digits, ".", "_" and "-".`,
    );
  return name;
}

function parseAmount(spec: string, text: string | undefined): Amount {
  if (text === undefined) return { rate: 1 };
  const hint = "A share from 0 to 1 (0.3 is 30% of calls), or next:N for the next N calls. Left out, it is every call.";
  if (text.startsWith("next:")) {
    const next = Number(text.slice(5));
    if (!/^\d+$/.test(text.slice(5)) || next < 1 || next > 1_000_000)
      throw invalid(spec, `"${text.slice(5)}" is not a count from 1 on`, hint);
    return { next };
  }
  const rate = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(rate > 0 && rate <= 1))
    throw invalid(spec, `"${text}" is neither a share nor a count`, hint);
  return { rate };
}

function isTarget(text: string): text is FaultTarget {
  return Object.hasOwn(FAULT_KINDS, text);
}

function invalid(spec: string, problem: string, hint: string): UsageError {
  return new UsageError(`The fault "${spec}" cannot be used: ${problem}.`, {
    code: "FAULT_INVALID",
    where: spec,
    hint,
  });
}

/** @returns the fault as one would write it; the part before `=` is its key: a later fault of the same key replaces it. */
export function formatFault(fault: FaultSpec): string {
  if (fault.preset) return fault.on ? "outage" : "outage=off";
  const amount = "next" in fault.amount ? `next:${fault.amount.next}` : String(fault.amount.rate);
  return `${faultKey(fault)}=${amount}`;
}

/** @returns what identifies a fault among those set. */
export function faultKey(fault: FaultSpec): string {
  if (fault.preset) return "outage";
  return `${fault.target}${fault.name ? `@${fault.name}` : ""}:${fault.kind}`;
}
