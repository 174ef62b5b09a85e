import { AwsError, type LocalContext } from "../context.ts";
import { type Exchange, noteError, type Service } from "../exchange.ts";
import { serveJson } from "../wire/json.ts";
import { escapeXml, queryError } from "../wire/xml-error.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** AWS STS, as far as clients ask who they are: `GetCallerIdentity`, in the query protocol (SDKs, CLI) and in JSON. */
export function createSts(ctx: LocalContext): Service {
  const identity = () => ({
    Arn: `arn:aws:iam::${ctx.accountId}:user/local`,
    UserId: "AIDALOCALSTACKUSER000",
    Account: ctx.accountId,
  });
  return {
    async handle(exchange) {
      if (exchange.req.headers["x-amz-target"] !== undefined) {
        return serveJson(exchange, {
          target: "AWSSecurityTokenServiceV20110615",
          version: "1.1",
          actions: { GetCallerIdentity: identity },
        });
      }
      try {
        const action = await readAction(exchange);
        if (action !== "GetCallerIdentity") {
          exchange.refused = `The local stack does not offer ${action || "this operation"} of STS.`;
          throw new AwsError("InvalidAction", `Could not find operation ${action || "(none)"} for version 2011-06-15`);
        }
        const members = Object.entries(identity()).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
        sendXml(
          exchange,
          200,
          `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>${members.join("")}</GetCallerIdentityResult>` +
            `<ResponseMetadata><RequestId>${exchange.requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
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

async function readAction(exchange: Exchange): Promise<string> {
  const fields =
    exchange.req.method === "POST"
      ? new URLSearchParams((await exchange.body()).toString("utf8"))
      : exchange.url.searchParams;
  return fields.get("Action") ?? "";
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
