import type { DeleteMarkerEntry, ObjectIdentifier } from "@aws-sdk/client-s3";
import { AuthorizationError, ExternalError, PipelineError } from "../../../contract/errors.ts";
import type { AwsClients } from "../clients.ts";
import { calling, type ErrorPlace, unlessMissing } from "../errors.ts";

/** What S3 deletes or lists in one request. */
const PAGE = 1000;
/** What a bucket's versioning, switched on and off again, leaves in a round, the next one finds; and what somebody still writes. */
const ROUNDS = 3;
/** What is gone already is no failure. */
const GONE = ["NoSuchKey", "NoSuchVersion"];

/** What is in a bucket. */
export function createContents(clients: AwsClients, place: ErrorPlace) {
  /** Pages of keys; none where there is no bucket. */
  async function* objects(Bucket: string): AsyncGenerator<string[]> {
    const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
    const s3 = await clients.s3();
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket,
        MaxKeys: PAGE,
        ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
      });
      const page = await calling("s3:ListBucket", place, () => unlessMissing(s3.send(command), "NoSuchBucket"));
      if (!page) return;
      yield (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }

  /** Pages of all that a bucket must lose before it can be deleted, with how many of them are objects or versions of some. */
  async function* versions(Bucket: string): AsyncGenerator<Page> {
    const { ListObjectVersionsCommand } = await import("@aws-sdk/client-s3");
    const s3 = await clients.s3();
    let markers: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (markers) {
      const command: InstanceType<typeof ListObjectVersionsCommand> = new ListObjectVersionsCommand({
        Bucket,
        MaxKeys: PAGE,
        ...markers,
      });
      const page = await calling("s3:ListBucketVersions", place, () => unlessMissing(s3.send(command), "NoSuchBucket"));
      if (!page) return;
      const { Versions = [], DeleteMarkers = [], NextKeyMarker, NextVersionIdMarker } = page;
      yield {
        // What was never versioned is deleted without naming a version, which is a permission of its own.
        Objects: [
          ...Versions.map((one) => identify(one, one.VersionId !== "null")),
          ...DeleteMarkers.map((one) => identify(one)),
        ],
        count: Versions.length,
      };
      markers =
        page.IsTruncated && NextKeyMarker !== undefined
          ? {
              KeyMarker: NextKeyMarker,
              ...(NextVersionIdMarker === undefined ? {} : { VersionIdMarker: NextVersionIdMarker }),
            }
          : undefined;
    }
  }

  /** Where versions cannot be listed, what is seen without them has to do. */
  async function* all(Bucket: string): AsyncGenerator<Page> {
    try {
      yield* versions(Bucket);
    } catch (error) {
      const unseen = error instanceof AuthorizationError || (error instanceof PipelineError && UNKNOWN.has(error.code));
      if (!unseen) throw error;
      for await (const keys of objects(Bucket)) yield { Objects: keys.map((Key) => ({ Key })), count: keys.length };
    }
  }

  async function remove(Bucket: string, Objects: ObjectIdentifier[]): Promise<void> {
    const { DeleteObjectsCommand } = await import("@aws-sdk/client-s3");
    const s3 = await clients.s3();
    const command = new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } });
    const { Errors = [] } = await calling("s3:DeleteObject", place, () => s3.send(command));
    const failed = Errors.find(({ Code = "" }) => !GONE.includes(Code));
    if (!failed) return;
    const { Key = "", VersionId, Code = "Unknown", Message = "" } = failed;
    const version = VersionId === undefined ? "" : `, version ${VersionId}`;
    const many = Errors.length > 1 ? ` (and ${Errors.length - 1} more)` : "";
    const what = Object.assign(new Error(`${Key}${version}${many}: ${Message || Code}`), { name: Code });
    await calling(VersionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion", place, () =>
      Promise.reject(what),
    );
  }

  return {
    objects,
    /** Deletes objects, all of their versions and the marks of deleted ones. @returns how many objects and versions there were. */
    async empty(Bucket: string, signal: AbortSignal): Promise<number> {
      let total = 0;
      for (let round = 0; round < ROUNDS; round++) {
        let found = false;
        for await (const { Objects, count } of all(Bucket)) {
          signal.throwIfAborted();
          if (Objects.length === 0) continue;
          found = true;
          await remove(Bucket, Objects);
          total += count;
        }
        if (!found) break;
      }
      return total;
    },
  };
}

interface Page {
  Objects: ObjectIdentifier[];
  /** Of them, those that are no mere marks of deletion. */
  count: number;
}

/** Servers other than AWS may not offer it. */
const UNKNOWN = new Set(["NOT_IMPLEMENTED", "METHOD_NOT_ALLOWED"]);

function identify({ Key, VersionId }: DeleteMarkerEntry, versioned = true): ObjectIdentifier {
  return { Key, ...(versioned && VersionId !== undefined ? { VersionId } : {}) };
}

/** @returns that a bucket is filled while it is emptied. */
export function stillFilled(bucket: string, cause: unknown): ExternalError {
  return new ExternalError(`The bucket ${bucket} cannot be deleted: it is not empty.`, {
    code: "BUCKET_NOT_EMPTY",
    where: bucket,
    hint: [
      "Somebody still writes to it, or it has versions that you may not see (s3:ListBucketVersions) or delete.",
      "End what writes there (a stage: pause), and run the command again: it goes on where this one stopped.",
    ],
    cause,
  });
}
