import { readFile } from "node:fs/promises";
import { AbortError } from "../../contract/errors.ts";
import type { Archive, ArchiveName } from "../../contract/operations/build.ts";
import type { CodeUpdated } from "../../contract/operations/deploy.ts";
import { resourceNames } from "../../contract/resources.ts";
import { thousands } from "../../contract/thousands.ts";
import type { Workplace } from "../services.ts";
import { refuseInterrupted, type Site } from "./enter.ts";

/** What UpdateFunctionCode takes in the request itself (Lambda's quota for a zipped upload). */
const MOST_DIRECT = 50_000_000;

/**
 * Gives every function the code of its archive, where it runs another: infrastructure as code knows only what it has
 * deployed itself, and would leave code in place that `--code-only` brought there.
 * @param whole the infrastructure was deployed before.
 * @returns how many were updated.
 */
export async function* bringCode(
  site: Site,
  archives: readonly Archive[],
  { clock, signal }: Workplace,
  whole: boolean,
): AsyncGenerator<CodeUpdated, number> {
  const { functions } = resourceNames(site.app, site.stage, "");
  const lives = new Map(
    await Promise.all(
      Object.values(functions).map(async (name) => [name, await site.account.code.live(name)] as const),
    ),
  );
  let updated = 0;
  for (const { roles, sha256, file, bytes } of archives) {
    for (const role of roles) {
      const name = functions[role];
      const live = lives.get(name);
      if (live === undefined) throw missing(name, whole);
      if (live === sha256) {
        yield { type: "code", name, state: "same" };
        continue;
      }
      if (bytes > MOST_DIRECT) throw tooLarge(name, bytes);
      // A whole deployment is there by now: its code comes along. Of code alone, nothing was changed but what was told.
      if (!whole && updated === 0) refuseInterrupted(signal);
      const began = clock.now();
      yield { type: "code", name, state: "updating" };
      await site.account.code.update(name, await readFile(file), signal);
      updated++;
      yield { type: "code", name, state: "live", ms: clock.now() - began };
    }
  }
  return updated;
}

function tooLarge(name: string, bytes: number): AbortError {
  return new AbortError(
    `The code of ${name} is ${thousands(Math.round(bytes / 1_000_000))} MB zipped; Lambda takes ${thousands(MOST_DIRECT / 1_000_000)} MB at most without a bucket.`,
    {
      code: "CODE_TOO_LARGE",
      where: name,
      hint: "Deploy the whole stage, without --code-only: that goes by the bucket of artefacts.",
    },
  );
}

/**
 * A saved plan comes without its archives.
 * @throws AbortError `CODE_DIFFERS` where a function runs other code than was planned.
 */
export async function refuseOtherLive(site: Site, code: Record<ArchiveName, string>): Promise<void> {
  const { functions } = resourceNames(site.app, site.stage, "");
  for (const [role, name] of Object.entries(functions)) {
    const planned = role === "worker" ? code.worker : code.api;
    const live = await site.account.code.live(name);
    if (live === undefined) throw missing(name, true);
    if (live === planned) continue;
    throw new AbortError(`${name} runs other code than was planned.`, {
      code: "CODE_DIFFERS",
      where: name,
      hint: [
        "The stage is deployed, but what lay in the bucket of artefacts was not what was put there, or --code-only came between.",
        "Deploy again without --plan, which brings the code of this project; and see who may write to the bucket.",
      ],
    });
  }
}

function missing(name: string, whole: boolean): AbortError {
  return new AbortError(`There is no function ${name}.`, {
    code: "FUNCTION_MISSING",
    where: name,
    hint: whole
      ? [
          "It was removed by other means, which its infrastructure as code has not noticed.",
          "Remove the stage but not its data, and deploy it anew: destroy --keep-data, then deploy",
        ]
      : "Deploy the whole stage, without --code-only.",
  });
}
