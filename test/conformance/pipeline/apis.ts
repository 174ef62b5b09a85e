import * as SDK from "@aws-sdk/client-apigatewayv2";

/** Both gateways of a stage on MiniStack, before their functions are there. */
export interface Apis {
  url: string;
  socketUrl: string;
  managementUrl: string;
  /** Joins the gateways to the functions, given by ARN. */
  connect(functions: { api: string; socket: string; authorizer: string }): Promise<void>;
  close(): void;
}

const REGION = "us-east-1";
/** Where API Gateway finds a function. */
const invocation = (arn: string) => `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${arn}/invocations`;

/**
 * Makes an HTTP API and a WebSocket API by the SDK. They are reached by MiniStack's paths, since the host names it gives them
 * need not resolve.
 */
export async function createApis(endpoint: string, stage: string): Promise<Apis> {
  const gateway = new SDK.ApiGatewayV2Client({
    endpoint,
    region: REGION,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const http = await gateway.send(new SDK.CreateApiCommand({ Name: "http", ProtocolType: "HTTP" }));
  const socket = await gateway.send(
    new SDK.CreateApiCommand({
      Name: "socket",
      ProtocolType: "WEBSOCKET",
      RouteSelectionExpression: "$request.body.action",
    }),
  );
  const base = (apiId: string | undefined, name: string) => `${endpoint}/_aws/execute-api/${apiId}/${name}`;
  const managementUrl = base(socket.ApiId, stage);

  const target = async (ApiId: string | undefined, arn: string, version?: string) => {
    const { IntegrationId } = await gateway.send(
      new SDK.CreateIntegrationCommand({
        ApiId,
        IntegrationType: "AWS_PROXY",
        IntegrationUri: invocation(arn),
        PayloadFormatVersion: version,
      }),
    );
    return `integrations/${IntegrationId}`;
  };

  async function connectHttp(functions: { api: string; authorizer: string }) {
    const { ApiId } = http;
    const { AuthorizerId } = await gateway.send(
      new SDK.CreateAuthorizerCommand({
        ApiId,
        Name: "caller",
        AuthorizerType: "REQUEST",
        AuthorizerUri: invocation(functions.authorizer),
        AuthorizerPayloadFormatVersion: "2.0",
        EnableSimpleResponses: true,
        IdentitySource: ["$request.header.Authorization"],
        AuthorizerResultTtlInSeconds: 0,
      }),
    );
    const Target = await target(ApiId, functions.api, "2.0");
    const RouteKey = "ANY /{proxy+}";
    await gateway.send(
      new SDK.CreateRouteCommand({ ApiId, RouteKey, Target, AuthorizationType: "CUSTOM", AuthorizerId }),
    );
    await gateway.send(new SDK.CreateStageCommand({ ApiId, StageName: "$default", AutoDeploy: true }));
  }

  async function connectSocket(functions: { socket: string; authorizer: string }) {
    const { ApiId } = socket;
    const { AuthorizerId } = await gateway.send(
      new SDK.CreateAuthorizerCommand({
        ApiId,
        Name: "caller",
        AuthorizerType: "REQUEST",
        AuthorizerUri: invocation(functions.authorizer),
        IdentitySource: [],
      }),
    );
    const Target = await target(ApiId, functions.socket);
    for (const RouteKey of ["$connect", "$disconnect", "$default"]) {
      const authorization = RouteKey === "$connect" ? { AuthorizationType: "CUSTOM" as const, AuthorizerId } : {};
      await gateway.send(new SDK.CreateRouteCommand({ ApiId, RouteKey, Target, ...authorization }));
    }
    await gateway.send(new SDK.CreateStageCommand({ ApiId, StageName: stage, AutoDeploy: true }));
  }

  return {
    url: base(http.ApiId, "$default"),
    socketUrl: managementUrl.replace(/^http/, "ws"),
    managementUrl,
    async connect(functions) {
      await connectHttp(functions);
      await connectSocket(functions);
    },
    close: () => gateway.destroy(),
  };
}
