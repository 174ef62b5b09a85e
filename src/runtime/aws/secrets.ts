import type { Clock } from "../../contract/clock.ts";
import { PRIVATE_NAME, PRIVATE_VALUE } from "../../contract/private-variables.ts";
import { STAGE_TOKEN, WEBHOOK_SECRET } from "../../contract/resources.ts";
import { readNamed, readParameters } from "./parameters.ts";

/** How long a changed secret may go unnoticed, in milliseconds. */
const MAX_AGE_MS = 5 * 60_000;

function privateVariables(variables: NodeJS.ProcessEnv): string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    value !== undefined && (PRIVATE_NAME.test(name) || PRIVATE_VALUE.test(value)) ? [value] : [],
  );
}

export type Secrets = ReturnType<typeof createSecrets>;

/**
 * The stage's secrets, read once an environment and again when they are old or were refused.
 * @param only the one that may be read; absent: all.
 */
export function createSecrets({ path, clock, only }: { path: string; clock: Clock; only?: string }) {
  let cached: { at: number; values: Promise<Record<string, string>> } | undefined;
  /** Variables set from here: the ones a newer value may replace. */
  const ours = new Set<string>();

  async function all(): Promise<Record<string, string>> {
    const previous = cached;
    if (previous && clock.now() - previous.at < MAX_AGE_MS) return previous.values;
    const values = only ? readNamed(path, only) : readParameters(path);
    const reading = (cached = { at: clock.now(), values });
    try {
      return await values;
    } catch (error) {
      // Old secrets are better than none; without old ones the next caller asks again.
      if (cached === reading) cached = undefined;
      if (previous) return previous.values;
      throw error;
    }
  }

  /** They are read again at the next use. */
  function refresh(): void {
    if (cached) cached = { ...cached, at: 0 };
  }

  return {
    /** @returns one secret, or undefined when the stage has none of that name. */
    get: async (name: string): Promise<string | undefined> => (await all())[name],
    /** Puts the model's keys into `process.env`, where its clients look; what is set there already stays. */
    async apply(): Promise<void> {
      for (const [name, value] of Object.entries(await all())) {
        if (name === STAGE_TOKEN || name === WEBHOOK_SECRET) continue;
        if (process.env[name] !== undefined && !ours.has(name)) continue;
        process.env[name] = value;
        ours.add(name);
      }
    },
    /** @returns the values known so far, to be kept out of messages: the stage's, and what the environment brought. */
    values: async (): Promise<string[]> => [
      ...(cached ? Object.values(await cached.values.catch(() => ({}))) : []),
      ...privateVariables(process.env),
    ],
    refresh,
    /** One was refused or missing: reads them again. @returns whether any is another by now. */
    async renewed(): Promise<boolean> {
      const before = await cached?.values.catch(() => undefined);
      refresh();
      const now = await all().catch(() => undefined);
      return before !== undefined && now !== undefined && JSON.stringify(before) !== JSON.stringify(now);
    },
  };
}
