import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import type { RunningServer } from "../../../scripts/peers/server.ts";
import { systemClock } from "../../../src/contract/clock.ts";
import { openAccount } from "../../../src/providers/aws/account/index.ts";
import { all } from "../../helpers/all.ts";
import { clientSettings } from "../../helpers/client-settings.ts";
import { describeWith, peerContext } from "../tools.ts";

describeWith("ministack", () => {
  let server: RunningServer;
  let s3: S3Client;
  beforeAll(async () => {
    server = await startMiniStack(peerContext());
    s3 = new S3Client({ ...clientSettings(server.endpoint), forcePathStyle: true });
  });
  afterAll(async () => {
    s3?.destroy();
    await server?.close();
  });

  test("a bucket whose versioning was switched on by hand is emptied of all versions, and removed", async () => {
    const Bucket = "my-app-dev-documents-000000000000";
    const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const versioning = (Status: "Enabled" | "Suspended") =>
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    await s3.send(new CreateBucketCommand({ Bucket }));
    await put("from before");
    await versioning("Enabled");
    await put("a");
    await put("a");
    await put("b");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "b" }));
    await versioning("Suspended");
    await put("since");

    const account = openAccount({ endpoint: server.endpoint, region: "us-east-1" }, {}, systemClock);
    try {
      const emptied = await all(account.empty(Bucket, new AbortController().signal));
      expect(emptied).toEqual([{ what: "objects", count: 5 }]);
      const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
      expect([Versions, DeleteMarkers]).toEqual([[], []]);
      const removed = account.removeData({ app: "my-app", stage: "dev" }, { bucket: Bucket, tasksTable: "none" });
      expect(await all(removed)).toEqual([{ what: "buckets", count: 1 }]);
    } finally {
      await account.close();
    }
  });
});
