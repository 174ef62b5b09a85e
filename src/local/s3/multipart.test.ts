import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, type Started } from "./test/harness.ts";

const Bucket = "uploads";
const LARGE = Buffer.alloc(5 * 1024 * 1024, "a");
const SMALL = Buffer.from("the end");
const SMALL_ETAG = createHash("md5").update(SMALL).digest("hex");
let local: Started;
beforeAll(async () => {
  local = await start();
  local.service.ensureBucket(Bucket);
});
afterAll(() => local.close());

const begin = async (Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) =>
  (await local.client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId ?? "";
const part = (Key: string, UploadId: string, PartNumber: number, Body: Buffer) =>
  local.client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));

describe("multipart uploads", () => {
  it.each<[string, Partial<CreateMultipartUploadCommandInput>, RegExp | undefined]>([
    ["without a checksum", {}, undefined],
    ["with a checksum of checksums", { ChecksumAlgorithm: "CRC32" }, /-2$/],
    ["with a checksum of the whole", { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" }, /^[^-]+$/],
  ])("join their parts, %s", async (name, input, checksum) => {
    const UploadId = await begin(name, { ContentType: "text/plain", ...input });
    const second = await part(name, UploadId, 7, SMALL);
    const first = await part(name, UploadId, 2, LARGE);
    const listed = await local.client.send(new ListPartsCommand({ Bucket, Key: name, UploadId }));
    expect(listed.Parts?.map((each) => [each.PartNumber, each.Size])).toEqual([
      [2, LARGE.length],
      [7, SMALL.length],
    ]);
    const done = await local.client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: name,
        UploadId,
        MultipartUpload: {
          Parts: [
            { PartNumber: 2, ...pick(first) },
            { PartNumber: 7, ...pick(second) },
          ],
        },
      }),
    );
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    if (checksum) expect(done.ChecksumCRC32).toMatch(checksum);
    const got = await local.client.send(new GetObjectCommand({ Bucket, Key: name }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Buffer.concat([LARGE, SMALL]));
    expect(got.ContentType).toBe("text/plain");
    const tail = await local.client.send(new GetObjectCommand({ Bucket, Key: name, PartNumber: 2 }));
    expect(await tail.Body?.transformToString()).toBe("the end");
    expect(tail.PartsCount).toBe(2);
    await expect(local.client.send(new ListPartsCommand({ Bucket, Key: name, UploadId }))).rejects.toMatchObject({
      name: "NoSuchUpload",
    });
  });

  it.each<[string, Partial<CompleteMultipartUploadCommandInput>, string]>([
    ["another size", { MpuObjectSize: 8 }, "InvalidRequest"],
    [
      "another part",
      { MultipartUpload: { Parts: [{ PartNumber: 1, ETag: SMALL_ETAG, ChecksumCRC32: "AAAAAA==" }] } },
      "InvalidPart",
    ],
    ["another checksum", { ChecksumCRC32: "AAAAAA==", ChecksumType: "FULL_OBJECT" }, "BadDigest"],
  ])("are not joined to %s than was expected", async (_title, input, name) => {
    const UploadId = await begin("expected", { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" });
    const only = await part("expected", UploadId, 1, SMALL);
    const complete = (more: Partial<CompleteMultipartUploadCommandInput>) =>
      local.client.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: "expected",
          UploadId,
          MultipartUpload: { Parts: [{ PartNumber: 1, ...pick(only) }] },
          ...more,
        }),
      );
    await expect(complete(input)).rejects.toMatchObject({ name });
    const checksum = only.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: only.ChecksumCRC32 };
    await complete({ MpuObjectSize: SMALL.length, ...checksum });
  });

  it("take a part from another object", async () => {
    await local.client.send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
    const UploadId = await begin("copied");
    const { CopyPartResult } = await local.client.send(
      new UploadPartCopyCommand({
        Bucket,
        Key: "copied",
        UploadId,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: "bytes=2-4",
      }),
    );
    await local.client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: "copied",
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag: CopyPartResult?.ETag }] },
      }),
    );
    expect(
      await (await local.client.send(new GetObjectCommand({ Bucket, Key: "copied" }))).Body?.transformToString(),
    ).toBe("234");
  });

  it("are listed until they are aborted", async () => {
    const UploadId = await begin("dropped");
    const uploads = async () =>
      (await local.client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "dropped" }))).Uploads?.map(
        (upload) => upload.UploadId,
      );
    expect(await uploads()).toEqual([UploadId]);
    await local.client.send(new AbortMultipartUploadCommand({ Bucket, Key: "dropped", UploadId }));
    expect(await uploads()).toBeUndefined();
    await expect(part("dropped", UploadId, 1, SMALL)).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  it.each<[string, { PartNumber: number; ETag?: string }[], string]>([
    ["a part that was not uploaded", [{ PartNumber: 9, ETag: '"x"' }], "InvalidPart"],
    ["an entity tag that differs", [{ PartNumber: 1, ETag: '"x"' }], "InvalidPart"],
    ["parts out of order", [{ PartNumber: 2 }, { PartNumber: 1 }], "InvalidPartOrder"],
    ["a small part before the last", [{ PartNumber: 1 }, { PartNumber: 2 }], "EntityTooSmall"],
  ])("refuse %s", async (name, chosen, code) => {
    const UploadId = await begin(name);
    const tags = new Map<number, string | undefined>();
    for (const number of [1, 2]) tags.set(number, (await part(name, UploadId, number, SMALL)).ETag);
    const Parts = chosen.map(({ PartNumber, ETag = tags.get(PartNumber) }) => ({ PartNumber, ETag }));
    await expect(
      local.client.send(
        new CompleteMultipartUploadCommand({ Bucket, Key: name, UploadId, MultipartUpload: { Parts } }),
      ),
    ).rejects.toMatchObject({ name: code });
  });
});

function pick(uploaded: { ETag?: string | undefined; ChecksumCRC32?: string | undefined }) {
  return { ETag: uploaded.ETag, ChecksumCRC32: uploaded.ChecksumCRC32 };
}
