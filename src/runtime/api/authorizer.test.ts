import { createServer, type Server } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listenLocally } from "../../../test/helpers/listen.ts";
import { handleAuthorizer } from "./authorizer.ts";
import type { Authorities } from "./authorize.ts";
import { createJwtVerifier } from "./jwt.ts";
import { createTicket } from "./ticket.ts";

const ARN = "arn:aws:execute-api:us-east-1:000000000000:api/prod/$connect";
const NOW = Date.now();
let keys: Server;
let issuer: string;
let privateKey: CryptoKey;
let authorities: Authorities;
let served = 0;

beforeAll(async () => {
  const pair = await generateKeyPair("ES256");
  privateKey = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "1", alg: "ES256", use: "sig" };
  keys = createServer((req, res) => {
    served += 1;
    if (req.url !== "/.well-known/jwks.json") return void res.writeHead(404).end();
    res.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  issuer = `http://127.0.0.1:${await listenLocally(keys)}/`;
  authorities = {
    stageToken: async () => "stage-token",
    now: () => NOW,
    verifyJwt: createJwtVerifier({ issuer, audience: ["pipeline"] }, true),
  };
});
afterAll(() => new Promise((resolve) => keys.close(resolve)));

interface Claims {
  issuer?: string;
  audience?: string;
  subject?: string;
  expires?: string;
}

function jwt(claims: Claims = {}, key: CryptoKey | Uint8Array = privateKey, alg = "ES256"): Promise<string> {
  const token = new SignJWT({}).setProtectedHeader({ alg, kid: "1" }).setIssuedAt();
  token.setIssuer(claims.issuer ?? issuer).setAudience(claims.audience ?? "pipeline");
  if (claims.subject !== "") token.setSubject(claims.subject ?? "auth0|7");
  return token.setExpirationTime(claims.expires ?? "5m").sign(key);
}

const http = (authorization?: string) =>
  handleAuthorizer(authorities, {
    version: "2.0",
    type: "REQUEST",
    headers: authorization === undefined ? {} : { authorization },
  });
const connect = (credentials: { authorization?: string; ticket?: string }) =>
  handleAuthorizer(authorities, {
    type: "REQUEST",
    methodArn: ARN,
    headers: credentials.authorization === undefined ? {} : { Authorization: credentials.authorization },
    ...(credentials.ticket === undefined ? {} : { queryStringParameters: { ticket: credentials.ticket } }),
  });

describe("HTTP", () => {
  test("the stage's token is a service", async () => {
    await expect(http("Bearer stage-token")).resolves.toEqual({ isAuthorized: true, context: { kind: "service" } });
  });
  test("a JWT of the identity provider is its subject", async () => {
    await expect(http(`Bearer ${await jwt()}`)).resolves.toEqual({
      isAuthorized: true,
      context: { kind: "user", userId: "auth0|7" },
    });
  });
  test("the provider's keys are fetched once", async () => {
    await http(`Bearer ${await jwt()}`);
    await http(`Bearer ${await jwt()}`);
    expect(served).toBe(1);
  });
  test.each<[string, () => string | Promise<string | undefined> | undefined]>([
    ["nothing", () => undefined],
    ["another token", () => "Bearer stage-tokem"],
    ["the token's beginning", () => "Bearer stage"],
    ["an empty one", () => "Bearer "],
    ["another scheme", () => "Basic stage-token"],
    ["an expired JWT", async () => `Bearer ${await jwt({ expires: "-5m" })}`],
    ["another audience", async () => `Bearer ${await jwt({ audience: "shop" })}`],
    ["another issuer", async () => `Bearer ${await jwt({ issuer: "https://evil.example/" })}`],
    ["no subject", async () => `Bearer ${await jwt({ subject: "" })}`],
    ["another key", async () => `Bearer ${await jwt({}, (await generateKeyPair("ES256")).privateKey)}`],
    ["a shared secret", async () => `Bearer ${await jwt({}, new TextEncoder().encode("x".repeat(32)), "HS256")}`],
    ["rubbish of three parts", () => "Bearer a.b.c"],
  ])("%s is refused", async (_name, header) => {
    await expect(http(await header())).resolves.toEqual({ isAuthorized: false });
  });
  test("a ticket opens no HTTP route", async () => {
    const { ticket } = createTicket("stage-token", { taskId: "task-0001", userId: "u", kind: "user" }, NOW);
    await expect(
      handleAuthorizer(authorities, {
        version: "2.0",
        type: "REQUEST",
        headers: {},
        queryStringParameters: { ticket },
      }),
    ).resolves.toEqual({ isAuthorized: false });
  });
  test("keys that cannot be had are a fault, not a refusal", async () => {
    const verifyJwt = createJwtVerifier({ issuer, audience: ["pipeline"], jwksUri: `${issuer}nowhere` }, true);
    const event = { version: "2.0", headers: { authorization: `Bearer ${await jwt()}` } };
    await expect(handleAuthorizer({ ...authorities, verifyJwt }, event)).rejects.toThrow();
  });
});

describe("$connect", () => {
  test("takes the token in the header, whatever its case", async () => {
    await expect(connect({ authorization: "bearer stage-token" })).resolves.toMatchObject({
      policyDocument: { Statement: [{ Effect: "Allow", Resource: ARN }] },
      context: { kind: "service" },
    });
  });
  test("takes a ticket, and passes on what it is for", async () => {
    const { ticket } = createTicket("stage-token", { taskId: "task-0001", userId: "u-1", kind: "user" }, NOW);
    await expect(connect({ ticket })).resolves.toMatchObject({
      principalId: "u-1",
      context: {
        kind: "user",
        userId: "u-1",
        taskId: "task-0001",
        ticketNonce: expect.any(String),
        ticketExpires: expect.stringMatching(/^\d+$/),
      },
    });
  });
  test("nothing to show is 401, something wrong 403", async () => {
    await expect(connect({})).rejects.toThrow(/^Unauthorized$/);
    for (const credentials of [{ ticket: "forged.ticket" }, { authorization: "Bearer wrong" }]) {
      await expect(connect(credentials)).resolves.toMatchObject({
        policyDocument: { Statement: [{ Effect: "Deny" }] },
      });
    }
  });
});

test("a token that was changed is found after the first refusal", async () => {
  let known = "old-token";
  const changed: Authorities = {
    ...authorities,
    stageToken: async () => known,
    renew: () => ((known = "new-token"), true),
  };
  await expect(handleAuthorizer(changed, { headers: { authorization: "Bearer new-token" } })).resolves.toMatchObject({
    isAuthorized: true,
  });
});

test("keys come by https only, but for loopback on the local stage", () => {
  expect(() => createJwtVerifier({ issuer: "http://127.0.0.1/", audience: ["a"] }, false)).toThrow("https");
  expect(() => createJwtVerifier({ issuer: "http://idp.example/", audience: ["a"] }, true)).toThrow("https");
});
