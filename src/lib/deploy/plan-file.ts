import { distOf } from "../build/build.ts";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AbortError } from "../../contract/errors.ts";
import { IAC_KINDS, type InfrastructurePlan } from "../../contract/infrastructure.ts";
import { member } from "../../contract/json.ts";

/** A plan that was saved, and where it may be applied. */
export interface SavedPlan {
  v: 1;
  app: string;
  stage: string;
  account: string;
  region: string;
  /** Base64 SHA-256 of the archives that it deploys, by their names. */
  code: { worker: string; api: string };
  /** Secrets that are made with it. */
  secrets: string[];
  plan: InfrastructurePlan;
}

/** Mode 0600: a plan may tell settings that are nobody else's business. */
export async function savePlan(file: string, plan: SavedPlan): Promise<void> {
  await writeFile(file, `${JSON.stringify({ ...plan, sha256: digestOf(plan) })}\n`, { mode: 0o600 });
}

/** Tells a damaged file; who may write it may also write this. */
const digestOf = (plan: SavedPlan) => createHash("sha256").update(JSON.stringify(plan)).digest("hex");

/** @throws AbortError `PLAN_INVALID`. */
export async function loadPlan(file: string): Promise<SavedPlan> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
  if (!isSaved(value)) throw invalid(file, "it is none of this version");
  const { sha256, ...plan }: SavedPlan & { sha256?: unknown } = value;
  if (sha256 !== digestOf(plan)) throw invalid(file, "it is damaged, or was changed");
  return plan;
}

/**
 * Terraform takes the archives from the disk when it applies a plan, whatever they are by then.
 * @param file of the plan, as it was named.
 * @throws AbortError `PLAN_CODE_MISSING`, `PLAN_CODE_CHANGED`.
 */
export async function refuseOtherCode(file: string, code: SavedPlan["code"], projectDir: string): Promise<void> {
  for (const [name, sha256] of Object.entries(code)) {
    const archive = join(distOf({ dir: projectDir }), `${name}.zip`);
    const bytes = await readFile(archive).catch(() => undefined);
    if (bytes && createHash("sha256").update(bytes).digest("base64") === sha256) continue;
    throw new AbortError(
      bytes
        ? `The code was built anew since the plan ${file} was made.`
        : `The code that the plan ${file} deploys is not here.`,
      {
        code: bytes ? "PLAN_CODE_CHANGED" : "PLAN_CODE_MISSING",
        where: archive,
        hint: "Bring dist/ along with the plan as it was made, or make a new plan; nothing was changed.",
      },
    );
  }
}

function invalid(file: string, reason: string): AbortError {
  return new AbortError(`The plan cannot be read: ${reason}.`, {
    code: "PLAN_INVALID",
    where: file,
    hint: "Make a new one: plan --out FILE",
  });
}

function isSaved(value: unknown): value is SavedPlan {
  if (typeof value !== "object" || value === null) return false;
  const saved: Partial<Record<keyof SavedPlan, unknown>> = value;
  const { plan } = saved;
  return (
    saved.v === 1 &&
    ["app", "stage", "account", "region"].every((name) => typeof member(saved, name) === "string") &&
    Array.isArray(saved.secrets) &&
    typeof member(saved.code, "worker") === "string" &&
    typeof member(saved.code, "api") === "string" &&
    typeof plan === "object" &&
    plan !== null &&
    "kind" in plan &&
    IAC_KINDS.some((kind) => kind === plan.kind) &&
    "token" in plan &&
    typeof plan.token === "string" &&
    "changes" in plan &&
    Array.isArray(plan.changes)
  );
}
