import { readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import {
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, type Started, temporaryFolder } from "./test/harness.ts";

const Bucket = "documents";
let local: Started;
let presigner: S3Client;
beforeAll(async () => {
  local = await start();
  local.service.ensureBucket(Bucket);
  // By default the SDK signs the checksum of an empty body into the URL of a PUT, which then refuses every other body.
  presigner = local.clientWith({ requestChecksumCalculation: "WHEN_REQUIRED" });
});
afterAll(() => local.close());

const put = (Key: string, Body: string) => local.client.send(new PutObjectCommand({ Bucket, Key, Body }));
const text = async (Key: string) =>
  (await local.client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

describe("presigned URLs", () => {
  it("put and get by any HTTP client, with the metadata that was signed", async () => {
    const putUrl = await getSignedUrl(
      presigner,
      new PutObjectCommand({ Bucket, Key: "signed é", Metadata: { a: "b" } }),
      { expiresIn: 60 },
    );
    const sent = await fetch(putUrl, { method: "PUT", body: "by fetch", headers: { "content-type": "text/markdown" } });
    expect(sent.status).toBe(200);
    const got = await local.client.send(new GetObjectCommand({ Bucket, Key: "signed é" }));
    expect(got).toMatchObject({ ContentType: "text/markdown", Metadata: { a: "b" } });
    const getUrl = await getSignedUrl(
      presigner,
      new GetObjectCommand({ Bucket, Key: "signed é", ResponseContentDisposition: 'attachment; filename="a"' }),
      { expiresIn: 60 },
    );
    const response = await fetch(getUrl);
    expect(await response.text()).toBe("by fetch");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="a"');
  });

  it("expire", async () => {
    const late = await start();
    try {
      late.service.ensureBucket(Bucket);
      const url = await getSignedUrl(late.client, new GetObjectCommand({ Bucket, Key: "k" }), { expiresIn: 60 });
      expect((await fetch(url)).status).toBe(404);
      late.advance(61_000);
      const response = await fetch(url);
      expect(response.status).toBe(403);
      expect(await response.text()).toMatch(/<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/);
    } finally {
      await late.close();
    }
  });

  it.each([
    ["lets in before", 60, 200],
    ["refuses after", -1, 403],
  ])("of the older signature, which boto3 makes: %s its expiry", async (_name, seconds, status) => {
    await put("older", "x");
    const query = new URLSearchParams({
      AWSAccessKeyId: "a",
      Signature: "s=",
      Expires: String(Math.floor(Date.now() / 1000) + seconds),
    });
    expect((await fetch(`${local.endpoint}/${Bucket}/older?${query.toString()}`)).status).toBe(status);
  });

  it("hold a body to the checksum that was signed", async () => {
    const url = await getSignedUrl(local.client, new PutObjectCommand({ Bucket, Key: "empty-signed" }), {
      expiresIn: 60,
    });
    const response = await fetch(url, { method: "PUT", body: "not empty" });
    expect(await response.text()).toContain("<Code>BadDigest</Code>");
  });

  it.each([
    [
      "without credentials",
      (url: URL) => [...url.searchParams.keys()].forEach((name) => url.searchParams.delete(name)),
      "AccessDenied",
    ],
    ["without an expiry", (url: URL) => url.searchParams.delete("X-Amz-Expires"), "AuthorizationQueryParametersError"],
    [
      "for over a week",
      (url: URL) => url.searchParams.set("X-Amz-Expires", "604801"),
      "AuthorizationQueryParametersError",
    ],
    [
      "with another date",
      (url: URL) => url.searchParams.set("X-Amz-Date", "yesterday"),
      "AuthorizationQueryParametersError",
    ],
  ])("are refused %s", async (_name, spoil, code) => {
    const url = new URL(
      await getSignedUrl(local.client, new GetObjectCommand({ Bucket, Key: "k" }), { expiresIn: 60 }),
    );
    spoil(url);
    expect(await (await fetch(url)).text()).toContain(`<Code>${code}</Code>`);
  });
});

describe("browsers", () => {
  const preflight = (origin: string) =>
    fetch(`${local.endpoint}/${Bucket}/k`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "PUT", "access-control-request-headers": "content-type" },
    });

  it("may put from a page of this machine", async () => {
    const response = await preflight("http://localhost:5173");
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(response.headers.get("access-control-allow-methods")).toContain("PUT");
    expect(response.headers.get("access-control-allow-headers")).toBe("content-type");
    const url = await getSignedUrl(presigner, new PutObjectCommand({ Bucket, Key: "page" }), { expiresIn: 60 });
    const sent = await fetch(url, { method: "PUT", body: "x", headers: { origin: "http://localhost:5173" } });
    expect(sent.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(sent.headers.get("access-control-expose-headers")).toContain("ETag");
  });

  it.each(["https://evil.example", "http://localhost.evil.example", "null"])("may not from %s", async (origin) => {
    const response = await preflight(origin);
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("sub-resources", () => {
  const common = { Bucket, Key: "guarded" };
  const commands: [string, (client: S3Client) => Promise<unknown>][] = [
    [
      "PutObjectTagging",
      (client) =>
        client.send(new PutObjectTaggingCommand({ ...common, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } })),
    ],
    ["PutObjectAcl", (client) => client.send(new PutObjectAclCommand({ ...common, ACL: "private" }))],
    ["GetBucketAcl", (client) => client.send(new GetBucketAclCommand({ Bucket }))],
    [
      "PutBucketVersioning",
      (client) =>
        client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } })),
    ],
    [
      "PutBucketLifecycle",
      (client) =>
        client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [] } })),
    ],
    [
      "PutBucketCors",
      (client) => client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [] } })),
    ],
    ["a version", (client) => client.send(new DeleteObjectCommand({ ...common, VersionId: "v1" }))],
  ];
  it.each(commands)("%s is refused and harms nothing", async (_name, send) => {
    await put("guarded", "precious");
    await expect(send(local.client)).rejects.toMatchObject({
      name: "NotImplemented",
      $metadata: { httpStatusCode: 501 },
    });
    expect(await text("guarded")).toBe("precious");
  });
});

describe("addresses", () => {
  it("take the bucket from the host", async () => {
    await put("hosted/key", "by host");
    const { port } = new URL(local.endpoint);
    for (const host of [
      `${Bucket}.localhost`,
      `${Bucket}.s3.localhost`,
      `${Bucket}.s3.us-east-1.localhost`,
      "s3.localhost",
    ]) {
      const path = host === "s3.localhost" ? `/${Bucket}/hosted/key` : "/hosted/key";
      const body = await new Promise<string>((resolve, reject) => {
        const outgoing = request(
          {
            host: "127.0.0.1",
            port,
            path,
            headers: { host: `${host}:${port}`, authorization: "AWS4-HMAC-SHA256 Credential=a" },
          },
          (response) => {
            let all = "";
            response.on("data", (chunk) => (all += String(chunk)));
            response.once("end", () => resolve(all));
          },
        );
        outgoing.once("error", reject);
        outgoing.end();
      });
      expect(body).toBe("by host");
    }
  });

  it("serve a client that writes the bucket into the host", async () => {
    const { port } = new URL(local.endpoint);
    const client = local.clientWith({ endpoint: `http://localhost:${port}`, forcePathStyle: true });
    await put("styled", "x");
    expect(await (await client.send(new GetObjectCommand({ Bucket, Key: "styled" }))).Body?.transformToString()).toBe(
      "x",
    );
  });
});

describe("files", () => {
  const files = (dir: string) =>
    readdirSync(join(dir, "objects"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  it("survive a restart, and go when nothing refers to them", async () => {
    using folder = temporaryFolder();
    const first = await start({ stateDir: folder.path });
    first.service.ensureBucket(Bucket);
    for (const [Key, Body] of [
      ["k", "one"],
      ["k", "two"],
      ["l", "gone"],
    ] as const)
      await first.client.send(new PutObjectCommand({ Bucket, Key, Body, Metadata: { a: "b" } }));
    await first.client.send(new DeleteObjectCommand({ Bucket, Key: "l" }));
    await first.close();
    const second = await start({ stateDir: folder.path });
    try {
      second.service.ensureBucket(Bucket);
      const got = await second.client.send(new GetObjectCommand({ Bucket, Key: "k" }));
      expect(await got.Body?.transformToString()).toBe("two");
      expect(got.Metadata).toEqual({ a: "b" });
      await expect.poll(() => files(folder.path).length).toBe(1);
    } finally {
      await second.close();
    }
  });

  it("leave nothing of a body that is cut off", async () => {
    using folder = temporaryFolder();
    const cut = await start({ stateDir: folder.path });
    try {
      cut.service.ensureBucket(Bucket);
      await cut.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "whole" }));
      const { hostname, port } = new URL(cut.endpoint);
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () => {
          socket.write(
            `PUT /${Bucket}/k HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: AWS4-HMAC-SHA256 x\r\nContent-Length: 100000\r\n\r\n${"x".repeat(50_000)}`,
            () => socket.destroy(),
          );
        });
        socket.once("close", () => resolve());
      });
      expect(await (await cut.client.send(new GetObjectCommand({ Bucket, Key: "k" }))).Body?.transformToString()).toBe(
        "whole",
      );
      await expect.poll(() => files(folder.path).length).toBe(1);
    } finally {
      await cut.close();
    }
  });

  it("that vanished are a clear failure, not a crash", async () => {
    using folder = temporaryFolder();
    const broken = await start({ stateDir: folder.path });
    try {
      broken.service.ensureBucket(Bucket);
      await broken.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
      rmSync(join(folder.path, "objects"), { recursive: true });
      await expect(broken.client.send(new GetObjectCommand({ Bucket, Key: "k" }))).rejects.toMatchObject({
        name: "InternalError",
      });
      await broken.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "again" }));
      expect(
        await (await broken.client.send(new GetObjectCommand({ Bucket, Key: "k" }))).Body?.transformToString(),
      ).toBe("again");
    } finally {
      await broken.close();
    }
  });

  it("are not cut for a reader while they are replaced", async () => {
    using folder = temporaryFolder();
    const busy = await start({ stateDir: folder.path });
    try {
      busy.service.ensureBucket(Bucket);
      const body = (n: number) => String(n % 10).repeat(20_000);
      await busy.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: body(0) }));
      const writes = (async () => {
        for (let n = 1; n < 60; n++) await busy.client.send(new PutObjectCommand({ Bucket, Key: "k", Body: body(n) }));
      })();
      const reads = Array.from({ length: 4 }, async () => {
        for (let n = 0; n < 30; n++) {
          const got = await (
            await busy.client.send(new GetObjectCommand({ Bucket, Key: "k" }))
          ).Body?.transformToString();
          expect(got).toMatch(/^(\d)\1{19999}$/);
        }
      });
      await Promise.all([writes, ...reads]);
    } finally {
      await busy.close();
    }
  });
});
