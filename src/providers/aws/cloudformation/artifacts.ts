import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { AbortError, AuthorizationError } from "../../../contract/errors.ts";
import { partitionOf } from "../../../contract/partitions.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace, unlessMissing } from "../errors.ts";

/** The bucket of artefacts. */
export interface Artifacts {
  bucket: string;
  /**
   * Puts a file there, unless what lies at the key has the same SHA-256: whoever may write there could have put another.
   * @returns whether it was put. @throws AbortError `BOOTSTRAP_MISSING`, `BUCKET_FOREIGN` for a bucket of another account.
   */
  put(key: string, source: { file: string } | { text: string }): Promise<boolean>;
  /** @returns the address that CloudFormation reads an object by. */
  url(key: string): string;
}

export function createArtifacts(
  clients: AwsClients,
  { bucket, region, account }: { bucket: string; region: string; account: string },
  place: ErrorPlace,
): Artifacts {
  return {
    bucket,
    async put(Key, source) {
      const { HeadObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
      const s3 = await clients.s3();
      // Its name can be worked out: somebody else may have taken it first, to read and change what is deployed.
      const object = { Bucket: bucket, Key, ExpectedBucketOwner: account };
      const Body = "file" in source ? await readFile(source.file) : Buffer.from(source.text);
      const ChecksumSHA256 = createHash("sha256").update(Body).digest("base64");
      const there = await calling("s3:GetObject", place, () =>
        unlessMissing(s3.send(new HeadObjectCommand({ ...object, ChecksumMode: "ENABLED" })), "NotFound", "NoSuchKey"),
      ).catch((error: unknown) => {
        // A foreign bucket answers 403 here as it does there, where it is told.
        if (error instanceof AuthorizationError) return undefined;
        throw error;
      });
      if (there?.ChecksumSHA256 === ChecksumSHA256) return false;
      await calling("s3:PutObject", place, async () => {
        try {
          await s3.send(new PutObjectCommand({ ...object, Body, ChecksumSHA256 }));
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          if (error.name === "AccessDenied" && (await isForeign(s3, bucket, account)))
            throw foreign(bucket, account, error);
          if (error.name !== "NoSuchBucket") throw error;
          throw new AbortError(`There is no bucket for artefacts in this account and region: ${bucket}.`, {
            code: "BOOTSTRAP_MISSING",
            where: bucket,
            hint: "Make it, once an account and region, by the command bootstrap.",
            cause: error,
          });
        }
      });
      return true;
    },
    url: (key) =>
      place.endpoint === undefined
        ? `https://${bucket}.s3.${region}.${partitionOf(region).urlSuffix}/${key}`
        : `${place.endpoint.replace(/\/$/, "")}/${bucket}/${key}`,
  };
}

/** @returns whether the bucket is there, but another account's: asked without its owner, it answers otherwise. */
async function isForeign(s3: S3Client, Bucket: string, ExpectedBucketOwner: string): Promise<boolean> {
  const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
  const answers = (owner?: string) =>
    s3.send(new HeadBucketCommand({ Bucket, ...(owner === undefined ? {} : { ExpectedBucketOwner: owner }) })).then(
      () => true,
      () => false,
    );
  return (await answers()) && !(await answers(ExpectedBucketOwner));
}

function foreign(bucket: string, account: string, cause: Error): AbortError {
  return new AbortError(`The bucket ${bucket} belongs to another account than ${account}.`, {
    code: "BUCKET_FOREIGN",
    where: bucket,
    hint: [
      "Somebody has taken the name that is this account's by rule: nothing was put there, and nothing must be deployed from it.",
      "Report it to AWS (bucket names are the only ones in the world), and deploy in another region meanwhile: --region",
    ],
    cause,
  });
}
