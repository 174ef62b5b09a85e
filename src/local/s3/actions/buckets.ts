import { AwsError } from "../../context.ts";
import { type Call, requireBucket, sendEmpty, sendXml } from "../call.ts";

const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws AwsError `InvalidBucketName`. */
export function checkBucketName(name: string): void {
  if (!BUCKET_NAME.test(name))
    throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", { members: { BucketName: name } });
}

const owner = (call: Call) => ({ ID: call.ctx.accountId, DisplayName: "local" });

export function listBuckets(call: Call): void {
  const Bucket = call.catalog
    .buckets()
    .map(({ name, created }) => ({ Name: name, CreationDate: new Date(created).toISOString() }));
  sendXml(call, "ListAllMyBucketsResult", { Owner: owner(call), Buckets: { Bucket } });
}

/** One's own bucket may be created again: us-east-1 answers 200 then, other regions 409. */
export async function createBucket(call: Call): Promise<void> {
  checkBucketName(call.bucket);
  await call.exchange.body();
  if (call.catalog.hasBucket(call.bucket) && call.ctx.region !== "us-east-1") {
    throw new AwsError(
      "BucketAlreadyOwnedByYou",
      "Your previous request to create the named bucket succeeded and you already own it.",
      {
        status: 409,
        members: { BucketName: call.bucket },
      },
    );
  }
  call.catalog.addBucket(call.bucket, call.ctx.clock.now());
  sendEmpty(call, 200, { location: `/${call.bucket}` });
}

export function headBucket(call: Call): void {
  requireBucket(call);
  sendEmpty(call, 200, { "x-amz-bucket-region": call.ctx.region });
}

/** The location of us-east-1 is written as nothing. */
export function getBucketLocation(call: Call): void {
  requireBucket(call);
  sendXml(call, "LocationConstraint", call.ctx.region === "us-east-1" ? "" : call.ctx.region);
}

export function deleteBucket(call: Call): void {
  requireBucket(call);
  if (!call.catalog.removeBucket(call.bucket)) {
    throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", {
      status: 409,
      members: { BucketName: call.bucket },
    });
  }
  call.bodies.collect();
  sendEmpty(call, 204);
}
