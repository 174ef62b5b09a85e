import { AbortError, PipelineError } from "../../../contract/errors.ts";
import { jsonIn, member } from "../../../contract/json.ts";
import type { QueueDescription, QueuePort } from "../../../contract/queue.ts";
import { elsewhere, type ErrorPlace } from "../errors.ts";
import { type CallSqs, sqs } from "./call.ts";

/** Finds queues by what people call them, and tells which belong together. */
export function createDirectory(
  call: CallSqs,
  place: ErrorPlace,
): Pick<QueuePort, "find" | "describe" | "sources" | "list"> {
  async function* list(): AsyncGenerator<string> {
    const { ListQueuesCommand } = await sqs();
    let NextToken: string | undefined;
    do {
      const token = NextToken;
      const page = await call("ListQueues", (client) =>
        client.send(new ListQueuesCommand({ MaxResults: 1000, ...(token ? { NextToken: token } : {}) })),
      );
      yield* page.QueueUrls ?? [];
      NextToken = page.NextToken;
    } while (NextToken);
  }

  async function find(name: string): Promise<string> {
    if (/^https?:\/\//.test(name)) return name;
    const { GetQueueUrlCommand } = await sqs();
    const [, account, ownName] = /^arn:[^:]*:sqs:[^:]*:(\d*):(.+)$/.exec(name) ?? [];
    const QueueName = ownName ?? name;
    try {
      const { QueueUrl } = await call("GetQueueUrl", (client) =>
        client.send(new GetQueueUrlCommand({ QueueName, ...(account ? { QueueOwnerAWSAccountId: account } : {}) })),
      );
      if (QueueUrl) return QueueUrl;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    throw notFound(name, place);
  }

  async function describe(QueueUrl: string): Promise<QueueDescription> {
    const { GetQueueAttributesCommand } = await sqs();
    const { Attributes = {} } = await call("GetQueueAttributes", (client) =>
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] })),
    ).catch((error: unknown) => {
      throw isMissing(error) ? notFound(QueueUrl, place) : error;
    });
    const id = Attributes.QueueArn ?? "";
    const [, , , region = "", account = "", ownName] = id.split(":");
    const name = ownName ?? QueueUrl.split("/").at(-1) ?? QueueUrl;
    const deadLetterQueue = targetOf(Attributes.RedrivePolicy);
    const maxReceives = Number(inPolicy(Attributes.RedrivePolicy, "maxReceiveCount"));
    const visibilitySeconds = Number(Attributes.VisibilityTimeout);
    const retentionSeconds = Number(Attributes.MessageRetentionPeriod);
    return {
      name,
      id,
      fifo: name.endsWith(".fifo"),
      account,
      region,
      ...(deadLetterQueue === undefined ? {} : { deadLetterQueue }),
      ...(visibilitySeconds >= 0 ? { visibilitySeconds } : {}),
      ...(maxReceives > 0 ? { maxReceives } : {}),
      ...(retentionSeconds > 0 ? { retentionSeconds } : {}),
    };
  }

  async function sources(QueueUrl: string): Promise<string[]> {
    const { ListDeadLetterSourceQueuesCommand } = await sqs();
    const found: string[] = [];
    let NextToken: string | undefined;
    try {
      do {
        const token = NextToken;
        const page = await call("ListDeadLetterSourceQueues", (client) =>
          client.send(
            new ListDeadLetterSourceQueuesCommand({
              QueueUrl,
              MaxResults: 1000,
              ...(token ? { NextToken: token } : {}),
            }),
          ),
        );
        found.push(...(page.queueUrls ?? []));
        NextToken = page.NextToken;
      } while (NextToken);
      return found;
    } catch (error) {
      if (isMissing(error)) throw notFound(QueueUrl, place);
      if (!isUnsupported(error)) throw error;
    }
    // A server that does not have the call: the queues say themselves where their dead letters go.
    const { id } = await describe(QueueUrl);
    for await (const other of list()) if ((await describe(other)).deadLetterQueue === id) found.push(other);
    return found;
  }

  return { find, describe, sources, list };
}

/** @returns the queue that a redrive policy names, as an ARN. */
function targetOf(policy: string | undefined): string | undefined {
  const target = inPolicy(policy, "deadLetterTargetArn");
  return typeof target === "string" ? target : undefined;
}

const inPolicy = (policy: string | undefined, name: string) => member(jsonIn(policy ?? ""), name);

const causeOf = (error: unknown) => (error instanceof PipelineError ? error.cause : error);

function isMissing(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof Error && /NonExistentQueue|QueueDoesNotExist/.test(cause.name);
}

/** What servers answer that do not have an operation (MiniStack: InvalidAction). */
const UNSUPPORTED = /InvalidAction|UnsupportedOperation|UnknownOperation|NotImplemented/;

/** @returns whether the service does not have what was called. */
export function isUnsupported(error: unknown): boolean {
  const cause = causeOf(error);
  return cause instanceof Error && UNSUPPORTED.test(cause.name);
}

function notFound(name: string, place: ErrorPlace): AbortError {
  const { endpoint, profile } = place;
  const where = endpoint ? ` at ${endpoint}` : "";
  return new AbortError(`There is no queue ${name}${where}.`, {
    code: "QUEUE_NOT_FOUND",
    where: name,
    hint: endpoint
      ? "Check the name, and that --endpoint-url (or AWS_ENDPOINT_URL) is where the queue is."
      : [
          `Check the name, the region (--region) and the account of ${profile ? `the profile ${profile}` : "the credentials (--profile)"}; a queue of another account needs its ARN.`,
          ...elsewhere(place),
        ],
  });
}
