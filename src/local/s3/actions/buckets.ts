import { AwsError } from "../../context.ts";
import { type Call, header, requireBucket, sendEmpty, sendXml } from "../call.ts";
import { invalidArgument, notImplemented } from "../errors.ts";
import { textOf } from "../xml.ts";

const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!xn--)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws AwsError `InvalidBucketName`. */
export function checkBucketName(name: string): void {
  if (!BUCKET_NAME.test(name))
    throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", { members: { BucketName: name } });
}

const owner = (call: Call) => ({ ID: call.ctx.accountId, DisplayName: "local" });

/** A page is asked for by `max-buckets`; without it AWS gives all at once. */
export function listBuckets(call: Call): void {
  const { query } = call;
  const prefix = query.get("prefix");
  const token = query.get("continuation-token");
  const region = query.get("bucket-region");
  const after = token === null ? "" : Buffer.from(token, "base64url").toString("utf8");
  const found = call.catalog
    .buckets()
    .filter(({ name }) => name > after && name.startsWith(prefix ?? ""))
    .filter(() => region === null || region === call.ctx.region);
  const page = found.slice(0, maxBuckets(query));
  const next = page.length < found.length ? page.at(-1)?.name : undefined;
  sendXml(call, "ListAllMyBucketsResult", {
    Owner: owner(call),
    Buckets: {
      Bucket: page.map(({ name, created }) => ({ Name: name, CreationDate: new Date(created).toISOString() })),
    },
    ContinuationToken: next === undefined ? undefined : Buffer.from(next).toString("base64url"),
    Prefix: prefix ?? undefined,
  });
}

function maxBuckets(query: URLSearchParams): number {
  const text = query.get("max-buckets");
  if (text === null) return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw invalidArgument("Argument max-buckets must be an integer between 1 and 10000", "max-buckets", text);
}

/** One's own bucket may be created again: us-east-1 answers 200 then, other regions 409. */
export async function createBucket(call: Call): Promise<void> {
  checkBucketName(call.bucket);
  checkBucketSettings(call, (await call.exchange.body()).toString("utf8"));
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

/** What a bucket is asked to be beside its name. @throws AwsError for another region, and for what the stack has not. */
function checkBucketSettings(call: Call, body: string): void {
  const location = textOf(body, "LocationConstraint");
  if (location === "us-east-1")
    throw new AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid", {
      members: { LocationConstraint: location },
    });
  if (location && location !== call.ctx.region) {
    throw new AwsError(
      "IllegalLocationConstraintException",
      `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  if (textOf(body, "Tags") !== undefined) throw notImplemented("tags of buckets");
  if (header(call, "x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true") throw notImplemented("object lock");
  if ((header(call, "x-amz-bucket-namespace") ?? "global") !== "global") throw notImplemented("namespaces of buckets");
  const ownership = header(call, "x-amz-object-ownership") ?? "BucketOwnerEnforced";
  if (ownership !== "BucketOwnerEnforced") throw notImplemented(`the object ownership ${ownership}`);
  const acl = header(call, "x-amz-acl") ?? "private";
  if (acl !== "private" || Object.keys(call.headers).some((name) => name.startsWith("x-amz-grant-"))) {
    throw new AwsError(
      "InvalidBucketAclWithObjectOwnership",
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  }
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
