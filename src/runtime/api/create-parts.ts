import { systemClock } from "../../contract/clock.ts";
import { logGroupName, resourceNames, STAGE_TOKEN, WEBHOOK_SECRET } from "../../contract/resources.ts";
import { lookAtDeadMessages } from "../aws/dead-messages.ts";
import { createDynamo } from "../aws/dynamo.ts";
import { readLogLines } from "../aws/function-log.ts";
import { createObjects } from "../aws/objects.ts";
import { createPresigner } from "../aws/presigner.ts";
import { createQueue } from "../aws/queue.ts";
import { readQueueState } from "../aws/queue-state.ts";
import { createSecrets } from "../aws/secrets.ts";
import { createSockets } from "../aws/sockets.ts";
import { createFollowers } from "../outbox/followers.ts";
import { createTeller } from "../outbox/teller.ts";
import { tellEnd } from "../outbox/tell-end.ts";
import { runtimeSettings } from "../settings.ts";
import { createTaskStore } from "../store/index.ts";
import { createCauses } from "./causes.ts";
import { createConnections } from "./connections.ts";
import { createDeadMessageLooks } from "./dead-message-looks.ts";
import { createLog } from "./log.ts";
import type { ReconcileParts } from "./reconciler.ts";
import { createStageToken } from "./stage-token.ts";

/** So long a submit waits for its followers. */
const PUBLISH_MS = 2_000;

/** Makes what the functions work with, from the environment. Clients connect at first use. */
export function createApiParts(): ReconcileParts {
  const settings = runtimeSettings();
  const clock = systemClock;
  const log = createLog(settings);
  const dynamo = createDynamo();
  const store = createTaskStore({ dynamo, settings, clock });
  // What the internet reaches may read no key of a model's.
  const one = (only: string) => createSecrets({ path: settings.secretsPath, clock, only });
  const webhook = one(WEBHOOK_SECRET);
  // The reconciler alone may read all, to keep them out of what it finds in the worker's log.
  const every = createSecrets({ path: settings.secretsPath, clock });
  const workerLog = logGroupName(resourceNames(settings.app, settings.stage, "").functions.worker);
  const sockets = createSockets(settings.managementUrl);
  const followers = createFollowers(dynamo, settings.connectionsTable);
  const tellerOf = (taskId: string, userId: string) =>
    createTeller({ followers, sockets, log: log.child({ taskId }), taskId, userId });
  return {
    settings,
    clock,
    log,
    dynamo,
    store,
    connections: createConnections(dynamo, settings, clock),
    queue: createQueue(),
    sockets,
    objects: createObjects(),
    presigner: createPresigner(),
    stageToken: createStageToken(one(STAGE_TOKEN), clock).get,
    async publish(events, { taskId, userId }) {
      const teller = tellerOf(taskId, userId);
      teller.tell(events);
      await teller.flush(PUBLISH_MS);
    },
    async tellEnd(taskId, withinMs) {
      const record = await store.inspect(taskId);
      if (!record) return;
      const until = clock.now() + withinMs;
      const teller = tellerOf(taskId, record.task.userId);
      const secret = () => webhook.get(WEBHOOK_SECRET);
      const remaining = () => until - clock.now();
      // What is left untold now, the reconciler's next run tells.
      await tellEnd(record, {
        store,
        settings,
        clock,
        secret,
        teller,
        log: log.child({ taskId }),
        remaining,
        lastChance: false,
      });
      teller.close();
    },
    readQueueState: () => readQueueState(settings.queueUrl, settings.deadLetterQueueUrl),
    looks: createDeadMessageLooks(),
    lookAtDeadMessages: (look) =>
      lookAtDeadMessages(settings.deadLetterQueueUrl, { ...look, timeScale: settings.timeScale }),
    createCauses: () =>
      createCauses({
        readLog: (pattern, from) => readLogLines(workerLog, pattern, from),
        async secrets() {
          await every.get(WEBHOOK_SECRET);
          return every.values();
        },
        clock,
        log,
      }),
  };
}
