import { readFile } from "node:fs/promises";
import { AbortError } from "../../contract/errors.ts";
import type { Archive } from "../../contract/operations/build.ts";
import type { CodeUpdated } from "../../contract/operations/deploy.ts";
import { resourceNames } from "../../contract/resources.ts";
import { thousands } from "../../contract/thousands.ts";
import type { Workplace } from "../services.ts";
import type { Site } from "./enter.ts";

/** What UpdateFunctionCode takes in the request itself (Lambda's quota for a zipped upload). */
const MOST_DIRECT = 50_000_000;

/**
 * Gives every function the code of its archive, where it runs another: infrastructure as code knows only what it has
 * deployed itself, and would leave code in place that `--code-only` brought there.
 * @returns how many were updated.
 */
export async function* bringCode(
  site: Site,
  archives: readonly Archive[],
  { clock, signal }: Workplace,
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
      if (live === undefined) throw missing(name);
      if (live === sha256) {
        yield { type: "code", name, state: "same" };
        continue;
      }
      if (bytes > MOST_DIRECT) throw tooLarge(name, bytes);
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

function missing(name: string): AbortError {
  return new AbortError(`There is no function ${name}.`, {
    code: "FUNCTION_MISSING",
    where: name,
    hint: "Deploy the whole stage, without --code-only.",
  });
}
