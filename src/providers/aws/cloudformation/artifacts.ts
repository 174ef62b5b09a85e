import { readFile } from "node:fs/promises";
import { AbortError } from "../../../contract/errors.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace } from "../errors.ts";

/** The bucket of artefacts. */
export interface Artifacts {
  bucket: string;
  /** Puts a file there unless it lies there already: keys are named by content. @returns whether it was put. */
  put(key: string, source: { file: string } | { text: string }): Promise<boolean>;
  /** @returns the address that CloudFormation reads an object by. */
  url(key: string): string;
}

export function createArtifacts(
  clients: AwsClients,
  { bucket, region }: { bucket: string; region: string },
  place: ErrorPlace,
): Artifacts {
  return {
    bucket,
    async put(Key, source) {
      const { HeadObjectCommand, PutObjectCommand } = await import("@aws-sdk/client-s3");
      const s3 = await clients.s3();
      const there = await calling("s3:GetObject", place, async () => {
        try {
          await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }));
          return true;
        } catch (error) {
          if (error instanceof Error && (error.name === "NotFound" || error.name === "NoSuchKey")) return false;
          throw error;
        }
      });
      if (there) return false;
      const Body = "file" in source ? await readFile(source.file) : source.text;
      await calling("s3:PutObject", place, async () => {
        try {
          await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
        } catch (error) {
          if (!(error instanceof Error) || error.name !== "NoSuchBucket") throw error;
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
        ? `https://${bucket}.s3.${region}.amazonaws.com/${key}`
        : `${place.endpoint.replace(/\/$/, "")}/${bucket}/${key}`,
  };
}
