import { AwsError, type LocalContext } from "../context.ts";
import { type Exchange, noteError, type Service } from "../exchange.ts";
import { type JsonAction, serveJson } from "../wire/json.ts";
import { isObject } from "../wire/objects.ts";
import { parseQuery, writeXml } from "../wire/query.ts";
import { queryError } from "../wire/xml-error.ts";
import { createCredentials, type Input, type Result } from "./credentials.ts";

const VERSION = "2011-06-15";
const NAMESPACE = `https://sts.amazonaws.com/doc/${VERSION}/`;

type Action = (input: Input, exchange: Exchange) => Result;

/**
 * AWS STS, as far as clients ask who they are, or for credentials that their configuration wants first; in the query
 * protocol (SDKs, CLI) and in JSON.
 */
export function createSts(ctx: LocalContext): Service {
  const credentials = createCredentials(ctx);
  const actions: Readonly<Record<string, Action>> = {
    GetCallerIdentity: (_input, { scope }) => credentials.identity(scope.accessKeyId),
    AssumeRole: credentials.assumeRole,
    AssumeRoleWithWebIdentity: credentials.assumeRoleWithWebIdentity,
    GetSessionToken: credentials.sessionToken,
  };
  return {
    async handle(exchange) {
      if (exchange.req.headers["x-amz-target"] !== undefined) {
        const inJson: Record<string, JsonAction> = {};
        for (const [name, action] of Object.entries(actions))
          inJson[name] = (input, asked) => withoutDates(action(input, asked));
        return serveJson(exchange, { target: "AWSSecurityTokenServiceV20110615", version: "1.1", actions: inJson });
      }
      try {
        const input = await readInput(exchange);
        const name = typeof input["Action"] === "string" ? input["Action"] : "";
        const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
        if (!action) throw notOffered(exchange, name);
        sendXml(
          exchange,
          200,
          `<${name}Response xmlns="${NAMESPACE}"><${name}Result>${writeXml(action(input, exchange))}</${name}Result>` +
            `<ResponseMetadata><RequestId>${exchange.requestId}</RequestId></ResponseMetadata></${name}Response>`,
        );
      } catch (error) {
        noteError(exchange, error);
        const known =
          error instanceof AwsError
            ? error
            : new AwsError("InternalFailure", "The local stack failed on this request.", { status: 500 });
        sendXml(
          exchange,
          known.status,
          queryError(known.code, known.message, exchange.requestId, known.status < 500 ? "Sender" : "Receiver"),
        );
      }
    },
    close() {},
  };
}

/** JSON has no dates: they are epoch seconds. */
function withoutDates(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutDates(item)]));
}

function notOffered(exchange: Exchange, action: string): AwsError {
  exchange.refused = `The local stack does not offer ${action || "this operation"} of STS.`;
  return new AwsError("InvalidAction", `Could not find operation ${action || "(none)"} for version ${VERSION}`);
}

async function readInput(exchange: Exchange): Promise<Input> {
  return parseQuery(
    exchange.req.method === "POST"
      ? new URLSearchParams((await exchange.body()).toString("utf8"))
      : exchange.url.searchParams,
  );
}

function sendXml(exchange: Exchange, status: number, xml: string): void {
  if (exchange.res.headersSent || exchange.res.destroyed) return;
  exchange.res.writeHead(status, {
    "content-type": "text/xml",
    "content-length": Buffer.byteLength(xml),
    "x-amzn-requestid": exchange.requestId,
  });
  exchange.res.end(xml);
}
