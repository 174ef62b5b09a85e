import { AwsError } from "../../context.ts";
import { type Action, type Call, requireBucket, requireObject, sendXml } from "../call.ts";
import type { XmlValue } from "../xml.ts";

/*
 * What a bucket says of settings that it has not: as a new bucket of AWS, whose owner changed nothing. Setting them is refused,
 * so that these answers stay true.
 */

const says =
  (root: string, value: { [element: string]: XmlValue } | string = ""): Action =>
  (call) => {
    requireBucket(call);
    sendXml(call, root, value);
  };

const none =
  (code: string, message: string): Action =>
  (call) => {
    requireBucket(call);
    throw new AwsError(code, message, { status: 404, members: { BucketName: call.bucket } });
  };

const noPolicy = none("NoSuchBucketPolicy", "The bucket policy does not exist");

/** By the sub-resource that is read. */
export const BUCKET_SETTINGS: Readonly<Record<string, Action>> = {
  versioning: says("VersioningConfiguration"),
  notification: says("NotificationConfiguration"),
  logging: says("BucketLoggingStatus"),
  accelerate: says("AccelerateConfiguration"),
  requestPayment: says("RequestPaymentConfiguration", { Payer: "BucketOwner" }),
  ownershipControls: says("OwnershipControls", { Rule: { ObjectOwnership: "BucketOwnerEnforced" } }),
  publicAccessBlock: says("PublicAccessBlockConfiguration", {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  }),
  encryption: says("ServerSideEncryptionConfiguration", {
    Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" }, BucketKeyEnabled: false },
  }),
  policy: noPolicy,
  policyStatus: noPolicy,
  tagging: none("NoSuchTagSet", "The TagSet does not exist"),
  cors: none("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
  lifecycle: none("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
  website: none("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"),
  replication: none("ReplicationConfigurationNotFoundError", "The replication configuration was not found"),
  "object-lock": none(
    "ObjectLockConfigurationNotFoundError",
    "Object Lock configuration does not exist for this bucket",
  ),
};

export function getObjectTagging(call: Call): void {
  requireObject(call);
  sendXml(call, "Tagging", { TagSet: "" });
}
