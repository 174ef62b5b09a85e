import { systemClock } from "../../contract/clock.ts";
import { STAGE_TOKEN } from "../../contract/resources.ts";
import { createSecrets } from "../aws/secrets.ts";
import { runtimeSettings } from "../settings.ts";
import type { Authorities } from "./authorize.ts";
import { createJwtVerifier } from "./jwt.ts";
import { createStageToken } from "./stage-token.ts";

/** Makes what the authorizer decides by, from the environment. It needs the stage's token and nothing else. */
export function createAuthorities(): Authorities {
  const settings = runtimeSettings();
  const clock = systemClock;
  const token = createStageToken(createSecrets({ path: settings.secretsPath, clock, only: STAGE_TOKEN }), clock);
  return {
    stageToken: token.get,
    renew: token.renew,
    now: clock.now,
    ...(settings.auth ? { verifyJwt: createJwtVerifier(settings.auth, settings.allowLoopback) } : {}),
  };
}
