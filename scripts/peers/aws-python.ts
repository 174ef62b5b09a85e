import type { PeerContext } from "./peer.ts";
import { installFromPyPI } from "./pypi.ts";

/** Both on the same botocore. */
const CLI = "1.45.11";
const BOTO3 = "1.43.11";
export const AWS_PYTHON = `the AWS CLI ${CLI} and boto3 ${BOTO3}`;

/** The last botocore that speaks SQS's query protocol. */
const OLD_BOTO3 = "1.28.80";
const OLD_BOTOCORE = "1.31.80";
export const OLD_PYTHON = `boto3 ${OLD_BOTO3}, of before SQS spoke JSON`;

/** From PyPI into a virtual environment. @returns its `bin`. @throws Skipped when it cannot be had. */
export const installAwsPython = (context: PeerContext): Promise<string> =>
  installFromPyPI(context, `aws-${CLI}`, AWS_PYTHON, [`awscli==${CLI}`, `boto3==${BOTO3}`]);

/** As `installAwsPython`. */
export const installOldPython = (context: PeerContext): Promise<string> =>
  installFromPyPI(context, `boto3-${OLD_BOTO3}`, OLD_PYTHON, [`boto3==${OLD_BOTO3}`, `botocore==${OLD_BOTOCORE}`]);
