import * as SDK from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { start, type Started } from "./test/harness.ts";

let s3: Started;
const Bucket = "documents";
beforeEach(async () => {
  s3 = await start();
  await s3.client.send(new SDK.CreateBucketCommand({ Bucket }));
});
afterEach(() => s3.close());

const send = <Output extends object>(command: unknown): Promise<Output> =>
  s3.client.send(command as SDK.ListBucketsCommand) as unknown as Promise<Output>;

describe("a bucket of which nothing was set", () => {
  it.each<[string, (input: { Bucket: string }) => unknown, object]>([
    ["is not versioned", (input) => new SDK.GetBucketVersioningCommand(input), { $metadata: { httpStatusCode: 200 } }],
    [
      "notifies nobody",
      (input) => new SDK.GetBucketNotificationConfigurationCommand(input),
      { $metadata: { httpStatusCode: 200 } },
    ],
    ["is not logged", (input) => new SDK.GetBucketLoggingCommand(input), { $metadata: { httpStatusCode: 200 } }],
    [
      "is not accelerated",
      (input) => new SDK.GetBucketAccelerateConfigurationCommand(input),
      { $metadata: { httpStatusCode: 200 } },
    ],
    ["is paid by its owner", (input) => new SDK.GetBucketRequestPaymentCommand(input), { Payer: "BucketOwner" }],
    [
      "owns its objects",
      (input) => new SDK.GetBucketOwnershipControlsCommand(input),
      { OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] } },
    ],
    [
      "is closed to the public",
      (input) => new SDK.GetPublicAccessBlockCommand(input),
      { PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true } },
    ],
    [
      "says AES256, as its objects do",
      (input) => new SDK.GetBucketEncryptionCommand(input),
      {
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false }],
        },
      },
    ],
  ])("%s", async (_what, command, expected) => {
    const told = await send(command({ Bucket }));
    expect(told).toMatchObject(expected);
    for (const member of ["Status", "QueueConfigurations", "LoggingEnabled"]) expect(told).not.toHaveProperty(member);
    await expect(send(command({ Bucket: "nowhere" }))).rejects.toMatchObject({ name: "NoSuchBucket" });
  });

  it.each<[string, (input: { Bucket: string }) => unknown]>([
    ["NoSuchBucketPolicy", (input) => new SDK.GetBucketPolicyCommand(input)],
    ["NoSuchBucketPolicy", (input) => new SDK.GetBucketPolicyStatusCommand(input)],
    ["NoSuchTagSet", (input) => new SDK.GetBucketTaggingCommand(input)],
    ["NoSuchCORSConfiguration", (input) => new SDK.GetBucketCorsCommand(input)],
    ["NoSuchLifecycleConfiguration", (input) => new SDK.GetBucketLifecycleConfigurationCommand(input)],
    ["NoSuchWebsiteConfiguration", (input) => new SDK.GetBucketWebsiteCommand(input)],
    ["ReplicationConfigurationNotFoundError", (input) => new SDK.GetBucketReplicationCommand(input)],
    ["ObjectLockConfigurationNotFoundError", (input) => new SDK.GetObjectLockConfigurationCommand(input)],
  ])("has none: %s", async (name, command) => {
    await expect(send(command({ Bucket }))).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 404 } });
  });
});

describe("versions", () => {
  it("are one of each object, in pages and by prefix, and can be deleted", async () => {
    for (const Key of ["a", "b/1", "b/2", "c"])
      await s3.client.send(new SDK.PutObjectCommand({ Bucket, Key, Body: "x" }));
    const seen: (string | undefined)[] = [];
    let page: SDK.ListObjectVersionsCommandOutput | undefined;
    do {
      page = await s3.client.send(
        new SDK.ListObjectVersionsCommand({
          Bucket,
          MaxKeys: 2,
          KeyMarker: page?.NextKeyMarker,
          VersionIdMarker: page?.NextVersionIdMarker,
        }),
      );
      expect(page.Versions?.length).toBeLessThanOrEqual(2);
      for (const { Key, VersionId, IsLatest, Size } of page.Versions ?? []) {
        expect([VersionId, IsLatest, Size]).toEqual(["null", true, 1]);
        seen.push(Key);
      }
    } while (page.IsTruncated);
    expect(seen).toEqual(["a", "b/1", "b/2", "c"]);
    const rolled = await s3.client.send(new SDK.ListObjectVersionsCommand({ Bucket, Delimiter: "/" }));
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: "b/" }]);
    expect(rolled.Versions?.map(({ Key }) => Key)).toEqual(["a", "c"]);
    // As a bucket is emptied before it is deleted.
    const Objects = seen.map((Key) => ({ Key, VersionId: "null" }));
    await s3.client.send(new SDK.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    await s3.client.send(new SDK.DeleteBucketCommand({ Bucket }));
  });

  it("are not listed from a version without its key", async () => {
    await expect(
      s3.client.send(new SDK.ListObjectVersionsCommand({ Bucket, VersionIdMarker: "null" })),
    ).rejects.toMatchObject({ name: "InvalidArgument" });
  });
});

describe("of an object", () => {
  it("attributes are told as far as they are asked for", async () => {
    await s3.client.send(new SDK.PutObjectCommand({ Bucket, Key: "k", Body: "hello", ChecksumAlgorithm: "SHA256" }));
    const all = await s3.client.send(
      new SDK.GetObjectAttributesCommand({
        Bucket,
        Key: "k",
        ObjectAttributes: ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"],
      }),
    );
    expect(all).toMatchObject({
      ETag: "5d41402abc4b2a76b9719d911017c592",
      Checksum: { ChecksumSHA256: "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", ChecksumType: "FULL_OBJECT" },
      StorageClass: "STANDARD",
      ObjectSize: 5,
      LastModified: expect.any(Date),
    });
    expect(all.ObjectParts).toBeUndefined();
    const size = await s3.client.send(
      new SDK.GetObjectAttributesCommand({ Bucket, Key: "k", ObjectAttributes: ["ObjectSize"] }),
    );
    expect([size.ObjectSize, size.ETag]).toEqual([5, undefined]);
  });

  it("parts are counted", async () => {
    const target = { Bucket, Key: "big" };
    const { UploadId } = await s3.client.send(new SDK.CreateMultipartUploadCommand(target));
    const Parts: SDK.CompletedPart[] = [];
    for (const [PartNumber, size] of [
      [1, 5 * 1024 * 1024],
      [2, 3],
    ] as const) {
      const Body = Buffer.alloc(size);
      const { ETag } = await s3.client.send(new SDK.UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await s3.client.send(new SDK.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    const told = await s3.client.send(
      new SDK.GetObjectAttributesCommand({ ...target, ObjectAttributes: ["ObjectParts", "ETag"] }),
    );
    expect(told).toMatchObject({ ObjectParts: { TotalPartsCount: 2 }, ETag: expect.stringMatching(/-2$/) });
  });

  it("there are no tags, and what is not there has none to tell", async () => {
    await s3.client.send(new SDK.PutObjectCommand({ Bucket, Key: "k", Body: "hello" }));
    expect((await s3.client.send(new SDK.GetObjectTaggingCommand({ Bucket, Key: "k" }))).TagSet).toEqual([]);
    await expect(s3.client.send(new SDK.GetObjectTaggingCommand({ Bucket, Key: "none" }))).rejects.toMatchObject({
      name: "NoSuchKey",
    });
    await expect(
      s3.client.send(new SDK.GetObjectAttributesCommand({ Bucket, Key: "none", ObjectAttributes: ["ETag"] })),
    ).rejects.toMatchObject({ name: "NoSuchKey" });
  });
});
