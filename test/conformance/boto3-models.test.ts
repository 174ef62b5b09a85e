import { describe, expect, it } from "vitest";
import { useBoto3 } from "./clients/boto3-suite.ts";
import { describeWith } from "./tools.ts";

/** How a service refuses what the stack does not offer. */
const REFUSALS: Readonly<Record<string, string>> = {
  sts: "InvalidAction",
  s3: "NotImplemented",
};

/** Hosts of their own on AWS (S3's express and object-lambda endpoints): no part of what is offered. */
const ELSEWHERE = new Set(["ListDirectoryBuckets", "WriteGetObjectResponse"]);

describeWith("aws-python", (bin) => {
  const suite = useBoto3(bin);

  describe("every operation of a service answers as botocore's model says, or is refused in the service's words", () => {
    it.each(["sqs", "lambda", "logs", "dynamodb", "s3", "ssm", "sts", "cloudwatch"])("%s", async (service) => {
      const { boto3 } = suite();
      if (service === "s3") await boto3.ok("s3", "create_bucket", { Bucket: "bucket" });
      const names = (await boto3.ok(service, "operations:")) as string[];
      const wrong: string[] = [];
      for (const name of names.filter((one) => !ELSEWHERE.has(one))) {
        const { error, status, problems } = await boto3.answer(service, `sample:${name}`);
        wrong.push(...problems);
        if (status === null) wrong.push(`${name} was not sent: ${error?.text}`);
        const refused = error?.code === (REFUSALS[service] ?? "UnknownOperationException");
        if (status !== null && status >= 500 && !(service === "s3" && refused))
          wrong.push(`${name} failed with ${status}`);
      }
      expect(wrong).toEqual([]);
      expect(names.length).toBeGreaterThan(5);
    });
  });
});
