import { AwsError, NotOffered } from "../context.ts";

/** The errors of S3 that are thrown from more than one place, in S3's words. */
export const noSuchBucket = (bucket: string) =>
  new AwsError("NoSuchBucket", "The specified bucket does not exist", { status: 404, members: { BucketName: bucket } });

export const noSuchKey = (key: string) =>
  new AwsError("NoSuchKey", "The specified key does not exist.", { status: 404, members: { Key: key } });

export const noSuchUpload = (id: string) =>
  new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { status: 404, members: { UploadId: id } },
  );

export const preconditionFailed = (condition: string) =>
  new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    status: 412,
    members: { Condition: condition },
  });

export const malformedXml = () =>
  new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
  );

export const invalidArgument = (message: string, name?: string, value?: string) =>
  new AwsError("InvalidArgument", message, {
    members: {
      ...(name === undefined ? {} : { ArgumentName: name }),
      ...(value === undefined ? {} : { ArgumentValue: value }),
    },
  });

/** For what the local stack does not do; silence would lose what the caller meant. */
export const notImplemented = (what: string) =>
  new NotOffered("NotImplemented", `The local S3 does not implement ${what}.`, { status: 501 });

export const incompleteBody = () =>
  new AwsError("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
