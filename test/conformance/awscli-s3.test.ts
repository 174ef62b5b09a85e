import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { failure, useCli } from "./clients/cli-suite.ts";
import { describeWith } from "./tools.ts";

describeWith("aws-python", (bin) => {
  const suite = useCli(bin);

  it("s3: files go up and down, in parts where they are large, and folders are synchronised", async () => {
    const { aws, home } = suite();
    expect(await aws.run("s3 mb s3://documents")).toEqual({ code: 0, stdout: "make_bucket: documents\n", stderr: "" });
    const large = randomBytes(9 * 1024 * 1024);
    writeFileSync(join(home, "large.bin"), large);
    expect(await aws.run("s3 cp large.bin s3://documents/in/ --no-progress")).toEqual({
      code: 0,
      stdout: "upload: ./large.bin to s3://documents/in/large.bin\n",
      stderr: "",
    });
    // Two parts of 8 and 1 MiB: AWS's entity tag is the digest of the parts' digests, and how many there were.
    const digests = [large.subarray(0, 8 << 20), large.subarray(8 << 20)].map((part) =>
      createHash("md5").update(part).digest(),
    );
    const etag = `${createHash("md5").update(Buffer.concat(digests)).digest("hex")}-2`;
    expect(await aws.json("s3api head-object --bucket documents --key in/large.bin")).toMatchObject({
      ContentLength: large.length,
      ContentType: "application/octet-stream",
      ETag: `"${etag}"`,
      ServerSideEncryption: "AES256",
    });
    await aws.run("s3 cp s3://documents/in/large.bin back.bin --no-progress");
    expect(readFileSync(join(home, "back.bin")).equals(large)).toBe(true);

    mkdirSync(join(home, "folder", "sub"), { recursive: true });
    writeFileSync(join(home, "folder", "a.txt"), "a");
    writeFileSync(join(home, "folder", "sub", "b ü.txt"), "b");
    const synced = await aws.run("s3 sync folder s3://documents/site --no-progress");
    expect(synced.stdout.split("\n").sort()).toEqual([
      "",
      "upload: folder/a.txt to s3://documents/site/a.txt",
      "upload: folder/sub/b ü.txt to s3://documents/site/sub/b ü.txt",
    ]);
    expect(await aws.run("s3 sync folder s3://documents/site --no-progress")).toMatchObject({ code: 0, stdout: "" });
    const listed = await aws.run("s3 ls s3://documents --recursive");
    expect(
      listed.stdout
        .trim()
        .split("\n")
        .map((line) => line.slice(19).trim()),
    ).toEqual([`${large.length} in/large.bin`, "1 site/a.txt", "1 site/sub/b ü.txt"]);
    expect((await aws.run("s3 ls s3://documents/site/")).stdout).toMatch(/^ +PRE sub\/\n.* 1 a\.txt\n$/);
    expect(await aws.run("s3 mv s3://documents/site/a.txt s3://documents/site/c.txt --no-progress")).toMatchObject({
      stdout: "move: s3://documents/site/a.txt to s3://documents/site/c.txt\n",
    });
    expect(await aws.run("s3 rm s3://documents/site --recursive")).toMatchObject({ code: 0 });
    expect(await aws.run("s3 rb s3://documents")).toMatchObject({
      code: 1,
      stderr:
        "remove_bucket failed: s3://documents An error occurred (BucketNotEmpty) when calling the DeleteBucket operation: " +
        "The bucket you tried to delete is not empty",
    });
    expect(await aws.run("s3 rb s3://documents --force")).toMatchObject({
      code: 0,
      stdout: "delete: s3://documents/in/large.bin\nremove_bucket: documents\n",
    });
  });

  it("s3: a presigned address needs no credentials", async () => {
    const { aws, home } = suite();
    await aws.run("s3 mb s3://presigned");
    writeFileSync(join(home, "note.txt"), "for you");
    await aws.run("s3 cp note.txt s3://presigned/note.txt --no-progress");
    const { stdout } = await aws.run("s3 presign s3://presigned/note.txt --expires-in 60");
    const response = await fetch(stdout.trim());
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "text/plain",
      "for you",
    ]);
    const late = await fetch(stdout.trim().replace(/Expires=\d+/, "Expires=1"));
    expect([late.status, await late.text()]).toEqual([
      403,
      expect.stringContaining("<Message>Request has expired</Message>"),
    ]);
  });

  it.each([
    ["s3 ls s3://none-there", failure("NoSuchBucket", "ListObjectsV2", "The specified bucket does not exist")],
    ["s3api head-bucket --bucket none-there", failure("404", "HeadBucket", "Not Found")],
    [
      "s3api create-bucket --bucket Not_A_Name",
      failure("InvalidBucketName", "CreateBucket", "The specified bucket is not valid."),
    ],
    [
      "s3api create-bucket --bucket far-away --create-bucket-configuration LocationConstraint=eu-west-1",
      failure(
        "IllegalLocationConstraintException",
        "CreateBucket",
        "The eu-west-1 location constraint is incompatible for the region specific endpoint this request was sent to.",
      ),
    ],
    [
      "s3api get-object --bucket presigned --key none out",
      failure("NoSuchKey", "GetObject", "The specified key does not exist."),
    ],
    [
      "s3api put-object-tagging --bucket presigned --key note.txt --tagging TagSet=[{Key=a,Value=b}]",
      failure(
        "NotImplemented",
        "PutObjectTagging",
        'The local S3 does not implement PUT of the sub-resource "tagging".',
      ),
    ],
    [
      "s3api put-bucket-policy --bucket presigned --policy {}",
      failure("NotImplemented", "PutBucketPolicy", 'The local S3 does not implement PUT of the sub-resource "policy".'),
    ],
  ])("%s is refused", async (words, expected) => {
    expect(await suite().aws.run(words)).toEqual(expected);
  });
});
