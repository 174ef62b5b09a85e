import type { AccountClient, AccountTarget } from "../../../contract/account.ts";
import type { Clock } from "../../../contract/clock.ts";
import { parseOutputs } from "../../../contract/description.ts";
import { reachableOutputs } from "../../../contract/gateway-address.ts";
import { resourceNames } from "../../../contract/resources.ts";
import { createAwsClients } from "../clients.ts";
import { readMark } from "../consumption.ts";
import { endpointOf } from "../endpoint.ts";
import type { ErrorPlace } from "../errors.ts";
import { readParameter } from "../parameter.ts";
import { createCode } from "./code.ts";
import { createData } from "./data.ts";
import { readIdentity } from "./identity.ts";
import { createSecrets } from "./secrets.ts";
import { readRoom } from "./room.ts";
import { readSettings } from "./settings.ts";
import { findStages } from "./stages.ts";

/** An AWS account and region. Calls no service yet. */
export function openAccount(
  target: AccountTarget,
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock,
): AccountClient {
  // No stage is meant yet, and certainly not the local one, whose credentials are not asked for.
  const clients = createAwsClients({ stage: "", ...target }, env);
  const { profile } = target;
  const endpoint = endpointOf(target.endpoint, env);
  const place: ErrorPlace = { stage: "", ...(endpoint ? { endpoint } : {}), ...(profile ? { profile } : {}) };
  let identity: ReturnType<typeof readIdentity> | undefined;
  return {
    ...(endpoint ? { endpoint } : {}),
    identity: () => (identity ??= readIdentity(clients, place)),
    async outputs({ app, stage }) {
      const text = await readParameter(clients, resourceNames(app, stage, "").outputsParameter, place);
      const outputs = text === undefined ? undefined : parseOutputs(text);
      return outputs && reachableOutputs(outputs, endpoint);
    },
    mark: ({ app, stage }) => readMark(clients, app, { ...place, stage }),
    async *stages(app) {
      for await (const outputs of findStages(clients, app, place)) yield reachableOutputs(outputs, endpoint);
    },
    secrets: createSecrets(clients, place),
    code: createCode(clients, place, clock),
    room: (functionName) => readRoom(clients, functionName, place),
    settings: (outputs) => readSettings(clients, outputs, place),
    ...createData(clients, place),
    close: () => clients.close(),
  };
}
