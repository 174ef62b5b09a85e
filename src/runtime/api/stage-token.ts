import type { Clock } from "../../contract/clock.ts";
import { STAGE_TOKEN } from "../../contract/resources.ts";
import type { Secrets } from "../aws/secrets.ts";

/** A refused token makes us look for a newer one, but not more often than so: refusals are cheap to cause. */
const LOOK_AGAIN_MS = 30_000;

export interface StageToken {
  /** @throws Error when the stage has none: then nobody may come in. */
  get(): Promise<string>;
  /** A token was refused, maybe because ours is old. @returns whether a newer one may be had now. */
  renew(): boolean;
}

export function createStageToken(secrets: Secrets, clock: Clock): StageToken {
  let renewedAt = clock.now();
  return {
    async get() {
      const token = await secrets.get(STAGE_TOKEN);
      if (token) return token;
      secrets.refresh();
      throw new Error(`The stage has no ${STAGE_TOKEN}. Set it: ai-pipeline secrets set ${STAGE_TOKEN}`);
    },
    renew() {
      if (clock.now() - renewedAt < LOOK_AGAIN_MS) return false;
      renewedAt = clock.now();
      secrets.refresh();
      return true;
    },
  };
}
