import type * as z from "zod";

export interface SettingIssue {
  /** `queue.maxAttempts`; empty for the whole. */
  field: string;
  path: PropertyKey[];
  /** `must be a whole number from 2 to 1,000, not "many"`. */
  message: string;
}

/** @returns what is wrong with each setting, in words. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], input: unknown): SettingIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        field: [...issue.path, key].join("."),
        path: [...issue.path, key],
        message: `is not a setting${suggestion(key, issue.path)}`,
      }));
    }
    const path = [...issue.path];
    const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    if (issue.code === "invalid_key") return [{ field: path.join("."), path, message }];
    const value = valueAt(input, path);
    const found = value === undefined ? "it is missing" : `not ${show(value)}`;
    return [{ field: path.join("."), path, message: `${message}; ${found}`.replace("; not", ", not") }];
  });
}

const SETTINGS: Record<string, readonly string[]> = {
  "": ["app", "worker", "api", "queue", "model", "documents", "webhooks", "results", "local", "stages"],
  worker: ["entry", "timeout", "memory", "environment", "maxConcurrency", "reservedConcurrency"],
  api: ["entry", "auth", "allowedOrigins"],
  auth: ["issuer", "audience", "jwksUri"],
  queue: [
    "maxAttempts",
    "batchSize",
    "batchWindow",
    "visibilityTimeout",
    "retention",
    "deadLetterRetention",
    "backoff",
  ],
  backoff: ["base", "max"],
  model: ["timeoutRatio"],
  documents: ["buckets"],
  webhooks: ["allow"],
  results: ["ttlDays"],
  local: ["port", "faults"],
};

function suggestion(key: string, path: readonly PropertyKey[]): string {
  const section = path[0] === "stages" ? path.slice(2) : path;
  const known = SETTINGS[String(section.at(-1) ?? "")] ?? [];
  const near = known.map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }));
  const best = near.toSorted((a, b) => a.distance - b.distance)[0];
  if (best && best.distance <= Math.max(2, key.length / 3)) return `; did you mean ${best.name}?`;
  return known.length > 0 ? `; known are ${known.join(", ")}` : "";
}

/** Levenshtein's distance: how many letters to add, drop or change. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === String(key))?.[1];
  }
  return value;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 59)}…` : value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}
