import type { Clock } from "../../../contract/clock.ts";
import { UsageError } from "../../../contract/errors.ts";
import type { QueueClient, QueueTarget } from "../../../contract/ports.ts";
import { createAwsClients } from "../clients.ts";
import { endpointOf } from "../endpoint.ts";
import { createFunctions } from "./functions.ts";
import { createQueue } from "./index.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the queues of an account and region, or of another endpoint that speaks as SQS does.
 *
 * @throws UsageError `REGION_DIFFERS` when the queue's ARN or URL is of another region than the one asked for.
 */
export function openQueues(target: QueueTarget, env: Environment, clock: Clock): QueueClient {
  const { named = "", profile } = target;
  const told = toldBy(named);
  const endpoint = endpointOf(target.endpoint ?? told.endpoint, env, "SQS");
  if (target.region && told.region && target.region !== told.region && !endpoint) {
    throw new UsageError(`The queue is in ${told.region}, not in ${target.region}.`, {
      code: "REGION_DIFFERS",
      where: named,
      hint: "Leave --region out, or name a queue of that region.",
    });
  }
  const region = target.region ?? told.region;
  const place = { stage: "", ...(endpoint ? { endpoint } : {}), ...(profile ? { profile } : {}) };
  const clients = createAwsClients({ ...place, ...(region ? { region } : {}) }, env);
  return {
    queue: createQueue({ clients, place }),
    functions: createFunctions({ clients, place, clock }),
    ...(endpoint ? { endpoint } : {}),
    close: () => clients.close(),
  };
}

/** @returns what an ARN or a URL of a queue tells of where it is. */
function toldBy(named: string): { region?: string; endpoint?: string } {
  const ofArn = /^arn:[^:]*:sqs:([^:]+):/.exec(named)?.[1];
  if (ofArn !== undefined) return { region: ofArn };
  if (!/^https?:\/\//.test(named) || !URL.canParse(named)) return {};
  const { origin, hostname } = new URL(named);
  // sqs.eu-west-1.amazonaws.com, its FIPS, VPC and dual-stack names, and the older eu-west-1.queue.amazonaws.com.
  const aws =
    /^(?:.*\.)?(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;
  const [, region, older] = aws.exec(hostname) ?? [];
  if (region !== undefined || older !== undefined) {
    const found = region ?? older ?? "";
    return { region: found, ...(hostname.includes(".vpce.") ? { endpoint: origin } : {}) };
  }
  return hostname === "queue.amazonaws.com" ? { region: "us-east-1" } : { endpoint: origin };
}
