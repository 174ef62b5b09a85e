import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  type ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  type ListObjectsV2CommandInput,
  paginateListObjectsV2,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, type Started } from "./test/harness.ts";

const Bucket = "documents";
let local: Started;
beforeAll(async () => {
  local = await start();
  local.service.ensureBucket(Bucket);
});
afterAll(() => local.close());

const put = (
  Key: string,
  Body: NonNullable<PutObjectCommandInput["Body"]>,
  more: Partial<PutObjectCommandInput> = {},
) => local.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Key: string) =>
  (await local.client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

describe("objects", () => {
  it.each<[string, string]>([
    ["a plain key", "reports/q2.pdf"],
    ["spaces, plus and percent", "a b+c%20d/ą.txt"],
    ["characters of XML", `<a> & "b" 'c'`],
    ["what a path would swallow", "a/./b/../c//d"],
    ["what a URL would end at", "a?b#c"],
    ["a key that ends in a slash", "folder/"],
  ])("keeps body, type and metadata under %s", async (_name, Key) => {
    const { ETag } = await put(Key, "héllo", {
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "no-store",
      Metadata: { owner: "me" },
    });
    expect(ETag).toBe(`"${createHash("md5").update("héllo").digest("hex")}"`);
    const got = await local.client.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe("héllo");
    expect(got).toMatchObject({
      ContentType: "text/plain; charset=utf-8",
      CacheControl: "no-store",
      Metadata: { owner: "me" },
      ContentLength: 6,
      ETag,
    });
    const listed = await local.client.send(new ListObjectsV2Command({ Bucket, Prefix: Key }));
    expect(listed.Contents?.map((object) => object.Key)).toEqual([Key]);
    expect((await local.client.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(6);
    await local.client.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(text(Key)).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(local.client.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: "NotFound" });
  });

  it.each<[ChecksumAlgorithm | undefined]>([["CRC32"], ["SHA1"], ["SHA256"], [undefined]])(
    "checks and keeps the checksum %s of a buffer and of a stream",
    async (algorithm) => {
      const bytes = Buffer.alloc(300_000, "checksum ");
      for (const body of [
        bytes,
        Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)], { objectMode: false }),
      ]) {
        const sent = await put("checked", body, {
          ContentLength: bytes.length,
          ...(algorithm ? { ChecksumAlgorithm: algorithm } : {}),
        });
        expect(sent[`Checksum${algorithm === "SHA1" || algorithm === "SHA256" ? algorithm : "CRC32"}`]).toMatch(/=$/);
        const got = await local.client.send(new GetObjectCommand({ Bucket, Key: "checked", ChecksumMode: "ENABLED" }));
        expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(bytes);
        expect(got.ChecksumType).toBe("FULL_OBJECT");
      }
    },
  );

  it.each<[string, Partial<PutObjectCommandInput>, string]>([
    ["an MD5 that differs", { ContentMD5: createHash("md5").update("other").digest("base64") }, "BadDigest"],
    ["a CRC that differs", { ChecksumCRC32: "AAAAAA==" }, "BadDigest"],
    ["a CRC64 that differs", { ChecksumCRC64NVME: "AAAAAAAAAAA=" }, "BadDigest"],
    ["an access control list", { ACL: "public-read" }, "AccessControlListNotSupported"],
    ["tags, which would be lost", { Tagging: "a=b" }, "NotImplemented"],
    ["metadata over 2 KB", { Metadata: { long: "x".repeat(2048) } }, "MetadataTooLarge"],
    ["a key over 1,024 bytes", { Key: "ż".repeat(513) }, "KeyTooLongError"],
    ["a bucket that does not exist", { Bucket: "nowhere" }, "NoSuchBucket"],
  ])("refuses %s and stores nothing", async (_name, input, code) => {
    await expect(put("refused", "body", input)).rejects.toMatchObject({ name: code });
    await expect(text("refused")).rejects.toMatchObject({ name: "NoSuchKey" });
  });

  it.each<[string, string | undefined, string, string]>([
    ["first bytes", "bytes=0-3", "0123", "bytes 0-3/10"],
    ["from the middle", "bytes=7-", "789", "bytes 7-9/10"],
    ["the last ones", "bytes=-2", "89", "bytes 8-9/10"],
    ["beyond the end", "bytes=8-100", "89", "bytes 8-9/10"],
  ])("reads %s", async (_name, Range, expected, contentRange) => {
    await put("digits", "0123456789");
    const got = await local.client.send(new GetObjectCommand({ Bucket, Key: "digits", Range }));
    expect(await got.Body?.transformToString()).toBe(expected);
    expect(got).toMatchObject({ ContentRange: contentRange, ContentLength: expected.length });
  });

  it("refuses a range past the end, and reads an empty object whole", async () => {
    await put("empty", "");
    expect(await text("empty")).toBe("");
    await expect(
      local.client.send(new GetObjectCommand({ Bucket, Key: "empty", Range: "bytes=5-" })),
    ).rejects.toMatchObject({ name: "InvalidRange" });
  });

  it("judges conditions", async () => {
    const { ETag } = await put("conditional", "1");
    const get = (input: object) => local.client.send(new GetObjectCommand({ Bucket, Key: "conditional", ...input }));
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(get({ IfMatch: ETag })).resolves.toBeDefined();
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(put("conditional", "2", { IfNoneMatch: "*" })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await expect(put("conditional", "2", { IfMatch: '"other"' })).rejects.toMatchObject({ name: "PreconditionFailed" });
    await put("conditional", "3", { IfMatch: ETag ?? "" });
    expect(await text("conditional")).toBe("3");
    const races = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => put("once", String(n), { IfNoneMatch: "*" })),
    );
    expect(races.filter((race) => race.status === "fulfilled")).toHaveLength(1);
  });

  it("copies with and without new metadata", async () => {
    await put("source é", "body", { ContentType: "text/plain", Metadata: { a: "1" } });
    const CopySource = `${Bucket}/${encodeURIComponent("source é")}`;
    await local.client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    expect(await local.client.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).toMatchObject({
      ContentType: "text/plain",
      Metadata: { a: "1" },
    });
    await local.client.send(
      new CopyObjectCommand({ Bucket, Key: "copy", CopySource, MetadataDirective: "REPLACE", Metadata: { b: "2" } }),
    );
    expect(await local.client.send(new HeadObjectCommand({ Bucket, Key: "copy" }))).toMatchObject({
      Metadata: { b: "2" },
    });
    expect(await text("copy")).toBe("body");
    await expect(
      local.client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/absent` })),
    ).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(
      local.client.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/copy` })),
    ).rejects.toMatchObject({ name: "InvalidRequest" });
  });

  it("deletes many at once", async () => {
    for (const key of ["d/1", "d/2&<>"]) await put(key, "x");
    const { Deleted } = await local.client.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: "d/1" }, { Key: "d/2&<>" }, { Key: "d/absent" }] },
      }),
    );
    expect(Deleted?.map((object) => object.Key)).toEqual(["d/1", "d/2&<>", "d/absent"]);
    expect((await local.client.send(new ListObjectsV2Command({ Bucket, Prefix: "d/" }))).KeyCount).toBe(0);
  });
});

describe("lists", () => {
  const keys = ["a", "a/1", "a/2", "a/b/1", "b", "c/1", "c/2", "\uE000", "🚀"];
  beforeAll(async () => {
    await local.client.send(new CreateBucketCommand({ Bucket: "listed" }));
    for (const Key of keys.toReversed())
      await local.client.send(new PutObjectCommand({ Bucket: "listed", Key, Body: Key }));
  });

  it.each<[string, Omit<ListObjectsV2CommandInput, "Bucket">, string[], string[]]>([
    ["all, in the order of their bytes", {}, keys, []],
    ["a prefix", { Prefix: "a/" }, ["a/1", "a/2", "a/b/1"], []],
    ["one level", { Delimiter: "/" }, ["a", "b", "\uE000", "🚀"], ["a/", "c/"]],
    ["one level below a prefix", { Prefix: "a/", Delimiter: "/" }, ["a/1", "a/2"], ["a/b/"]],
    ["what follows a key", { StartAfter: "b" }, ["c/1", "c/2", "\uE000", "🚀"], []],
    ["nothing", { Prefix: "zzz" }, [], []],
  ])("%s, in one page and in pages of one", async (_name, input, contents, prefixes) => {
    for (const pageSize of [1000, 1, 2]) {
      const seen: string[] = [];
      const groups: string[] = [];
      for await (const page of paginateListObjectsV2(
        { client: local.client, pageSize },
        { Bucket: "listed", ...input },
      )) {
        seen.push(...(page.Contents ?? []).map((object) => object.Key ?? ""));
        groups.push(...(page.CommonPrefixes ?? []).map((group) => group.Prefix ?? ""));
      }
      expect(seen).toEqual(contents);
      expect(groups).toEqual(prefixes);
    }
  });

  it("pages by marker too", async () => {
    const seen: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await local.client.send(
        new ListObjectsCommand({ Bucket: "listed", Delimiter: "/", MaxKeys: 1, ...(Marker ? { Marker } : {}) }),
      );
      seen.push(page.Contents?.[0]?.Key ?? page.CommonPrefixes?.[0]?.Prefix);
      Marker = page.NextMarker;
    } while (Marker);
    expect(seen).toEqual(["a", "a/", "b", "c/", "\uE000", "🚀"]);
  });
});

describe("buckets", () => {
  it("are created, found, listed and deleted when empty", async () => {
    await local.client.send(new CreateBucketCommand({ Bucket: "made" }));
    expect((await local.client.send(new HeadBucketCommand({ Bucket: "made" }))).BucketRegion).toBe("us-east-1");
    expect((await local.client.send(new GetBucketLocationCommand({ Bucket: "made" }))).LocationConstraint).toBeFalsy();
    expect((await local.client.send(new ListBucketsCommand({}))).Buckets?.map((bucket) => bucket.Name)).toContain(
      "made",
    );
    await local.client.send(new PutObjectCommand({ Bucket: "made", Key: "k", Body: "v" }));
    await expect(local.client.send(new DeleteBucketCommand({ Bucket: "made" }))).rejects.toMatchObject({
      name: "BucketNotEmpty",
    });
    await local.client.send(new DeleteObjectCommand({ Bucket: "made", Key: "k" }));
    await local.client.send(new DeleteBucketCommand({ Bucket: "made" }));
    await expect(local.client.send(new HeadBucketCommand({ Bucket: "made" }))).rejects.toMatchObject({
      name: "NotFound",
    });
    await expect(local.client.send(new CreateBucketCommand({ Bucket: "Not_Valid" }))).rejects.toMatchObject({
      name: "InvalidBucketName",
    });
  });
});
