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

describe("a bucket is refused", () => {
  it.each<[string, Partial<SDK.CreateBucketCommandInput>, string]>([
    [
      "in another region",
      { CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } },
      "IllegalLocationConstraintException",
    ],
    ["with an access control list", { ACL: "public-read" }, "InvalidBucketAclWithObjectOwnership"],
    ["with object lock", { ObjectLockEnabledForBucket: true }, "NotImplemented"],
    ["with other owners of its objects", { ObjectOwnership: "ObjectWriter" }, "NotImplemented"],
    ["in a namespace", { BucketNamespace: "account-regional" }, "NotImplemented"],
    ["with tags", { CreateBucketConfiguration: { Tags: [{ Key: "a", Value: "b" }] } }, "NotImplemented"],
  ])("%s", async (_title, input, name) => {
    await expect(s3.client.send(new SDK.CreateBucketCommand({ Bucket: "other", ...input }))).rejects.toMatchObject({
      name,
    });
    await expect(s3.client.send(new SDK.HeadBucketCommand({ Bucket: "other" }))).rejects.toMatchObject({
      name: "NotFound",
    });
  });
});

it("buckets are listed in pages, by prefix", async () => {
  for (const name of ["logs-a", "logs-b", "logs-c"])
    await s3.client.send(new SDK.CreateBucketCommand({ Bucket: name }));
  const first = await s3.client.send(new SDK.ListBucketsCommand({ Prefix: "logs-", MaxBuckets: 2 }));
  expect(first.Buckets?.map(({ Name }) => Name)).toEqual(["logs-a", "logs-b"]);
  const { ContinuationToken } = first;
  const second = await s3.client.send(
    new SDK.ListBucketsCommand({ Prefix: "logs-", MaxBuckets: 2, ContinuationToken }),
  );
  expect(second.Buckets?.map(({ Name }) => Name)).toEqual(["logs-c"]);
  expect(second.ContinuationToken).toBeUndefined();
  expect((await s3.client.send(new SDK.ListBucketsCommand({}))).Buckets).toHaveLength(4);
});

it("multipart uploads are listed in pages", async () => {
  const ids: (string | undefined)[] = [];
  for (const Key of ["a", "b", "b", "c"])
    ids.push((await s3.client.send(new SDK.CreateMultipartUploadCommand({ Bucket, Key }))).UploadId);
  const seen: (string | undefined)[] = [];
  let page: SDK.ListMultipartUploadsCommandOutput | undefined;
  do {
    page = await s3.client.send(
      new SDK.ListMultipartUploadsCommand({
        Bucket,
        MaxUploads: 1,
        KeyMarker: page?.NextKeyMarker,
        UploadIdMarker: page?.NextUploadIdMarker,
      }),
    );
    expect(page.MaxUploads).toBe(1);
    seen.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId));
  } while (page.IsTruncated);
  expect(new Set(seen)).toEqual(new Set(ids));
  expect(seen).toHaveLength(4);
});

it.each<[string, Partial<SDK.PutObjectCommandInput>, string]>([
  ["a storage class", { StorageClass: "GLACIER" }, "NotImplemented"],
  ["tags", { Tagging: "a=b" }, "NotImplemented"],
  ["a checksum of another kind", { ChecksumSHA512: "x" }, "NotImplemented"],
  ["another owner of the bucket", { ExpectedBucketOwner: "111111111111" }, "AccessDenied"],
])("an object is refused with %s, and nothing is written", async (_title, input, name) => {
  await expect(
    s3.client.send(new SDK.PutObjectCommand({ Bucket, Key: "k", Body: "x", ...input })),
  ).rejects.toMatchObject({ name });
  expect((await s3.client.send(new SDK.ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
});

it("an object tells the key that it was asked to be encrypted with", async () => {
  const encryption = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: "alias/mine" } as const;
  await s3.client.send(new SDK.PutObjectCommand({ Bucket, Key: "k", Body: "x", ...encryption }));
  expect(await s3.client.send(new SDK.HeadObjectCommand({ Bucket, Key: "k" }))).toMatchObject(encryption);
});

it("versions of objects are not deleted as if they were the objects", async () => {
  await s3.client.send(new SDK.PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
  const Delete = { Objects: [{ Key: "k", VersionId: "v1" }] };
  await expect(s3.client.send(new SDK.DeleteObjectsCommand({ Bucket, Delete }))).rejects.toMatchObject({
    name: "NotImplemented",
  });
  expect((await s3.client.send(new SDK.ListObjectsV2Command({ Bucket }))).KeyCount).toBe(1);
});
