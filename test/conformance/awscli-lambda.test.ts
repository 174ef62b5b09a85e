import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { zip } from "../../src/local/lambda/test/zip.ts";
import { failure, useCli } from "./clients/cli-suite.ts";
import { describeWith } from "./tools.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:worker";
const ROLE = "arn:aws:iam::000000000000:role/worker";
const ESM =
  "export const handler = async (event) => { console.log('seen'); return { got: event, mode: process.env.MODE }; };";
const COMMON = "exports.handler = async () => { throw new RangeError('too far'); };";

describeWith("aws-python", (bin) => {
  const suite = useCli(bin);
  const archive = (name: string, files: Record<string, string>) => {
    const path = join(suite().home, name);
    writeFileSync(path, zip(files));
    return `fileb://${path}`;
  };
  const invoke = async (words: string) => {
    const out = join(suite().home, "out.json");
    const metadata = await suite().aws.json(`lambda invoke --function-name worker ${words} ${out}`);
    return { metadata, payload: readFileSync(out, "utf8") };
  };

  it("lambda: a function is created, called, changed and deleted", async () => {
    const { aws } = suite();
    const code = archive("one.zip", { "index.mjs": ESM });
    const created = await aws.json(
      `lambda create-function --function-name worker --runtime nodejs22.x --role ${ROLE} --handler index.handler` +
        ` --zip-file ${code} --environment Variables={MODE=one} --timeout 5 --tags team=a`,
    );
    expect(created).toMatchObject({ FunctionArn: ARN, Runtime: "nodejs22.x", State: "Active", Timeout: 5 });
    expect(await aws.run("lambda wait function-active-v2 --function-name worker")).toMatchObject({ code: 0 });

    const { metadata, payload } = await invoke('--payload {"a":1} --log-type Tail');
    expect(JSON.parse(payload)).toEqual({ got: { a: 1 }, mode: "one" });
    expect(metadata).toEqual({ StatusCode: 200, ExecutedVersion: "$LATEST", LogResult: expect.any(String) });
    const { LogResult } = metadata as { LogResult: string };
    expect(Buffer.from(LogResult, "base64").toString().split("\n")).toEqual([
      expect.stringMatching(/^START RequestId: [0-9a-f-]{36} Version: \$LATEST$/),
      expect.stringMatching(/\tINFO\tseen$/),
      expect.stringMatching(/^END RequestId: /),
      expect.stringMatching(
        /^REPORT RequestId: .*\tDuration: .* ms\tBilled Duration: .* ms\tMemory Size: 128 MB\tMax Memory Used: /,
      ),
      "",
    ]);
    expect((await invoke("--invocation-type DryRun")).metadata).toEqual({ StatusCode: 204 });
    expect((await invoke("--invocation-type Event --payload {}")).metadata).toEqual({ StatusCode: 202 });

    await aws.json(
      `lambda update-function-code --function-name worker --zip-file ${archive("two.zip", { "index.js": COMMON })}`,
    );
    const failed = await invoke("--payload {}");
    expect(failed.metadata).toEqual({ StatusCode: 200, FunctionError: "Unhandled", ExecutedVersion: "$LATEST" });
    expect(JSON.parse(failed.payload)).toMatchObject({ errorType: "RangeError", errorMessage: "too far" });
    expect(
      await aws.json(
        "lambda update-function-configuration --function-name worker --memory-size 256 --environment Variables={}",
      ),
    ).toMatchObject({ MemorySize: 256, Timeout: 5 });
    expect(await aws.json("lambda get-function --function-name worker")).toMatchObject({
      Configuration: { FunctionName: "worker", MemorySize: 256 },
      Code: { RepositoryType: "S3" },
      Tags: { team: "a" },
    });
    expect(await aws.json("lambda list-functions --query", "Functions[].FunctionName")).toEqual(["worker"]);
    expect(await aws.json(`lambda list-tags --resource ${ARN}`)).toEqual({ Tags: { team: "a" } });
    expect(await aws.json("lambda list-versions-by-function --function-name worker")).toMatchObject({
      Versions: [{ Version: "$LATEST" }],
    });
  });

  it("lambda: concurrency is reserved, and taken away", async () => {
    const { aws } = suite();
    const reserve = "lambda put-function-concurrency --function-name worker --reserved-concurrent-executions";
    expect(await aws.json(`${reserve} 0`)).toEqual({ ReservedConcurrentExecutions: 0 });
    expect(await aws.run("lambda invoke --function-name worker out.json")).toEqual({
      ...failure("TooManyRequestsException", "Invoke", ""),
      stderr: expect.stringMatching(
        /^An error occurred \(TooManyRequestsException\) when calling the Invoke operation.*: Rate Exceeded\.$/,
      ),
    });
    expect(await aws.run(`${reserve} 901`)).toEqual(
      failure(
        "InvalidParameterValueException",
        "PutFunctionConcurrency",
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its " +
          "minimum value of [100].",
      ),
    );
    expect(await aws.json("lambda get-account-settings --query", "AccountLimit.UnreservedConcurrentExecutions")).toBe(
      1000,
    );
    expect(await aws.run("lambda delete-function-concurrency --function-name worker")).toMatchObject({ code: 0 });
    expect(await aws.run("lambda get-function-concurrency --function-name worker")).toMatchObject({
      code: 0,
      stdout: "",
    });
  });

  it("lambda: an event source mapping is created, changed and deleted", async () => {
    const { aws } = suite();
    await aws.json("sqs create-queue --queue-name jobs");
    const source = "arn:aws:sqs:us-east-1:000000000000:jobs";
    const create = `lambda create-event-source-mapping --function-name worker --event-source-arn ${source}`;
    const created = await aws.json(
      `${create} --batch-size 5 --no-enabled --function-response-types ReportBatchItemFailures`,
    );
    expect(created).toMatchObject({
      UUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
      BatchSize: 5,
      MaximumBatchingWindowInSeconds: 0,
      EventSourceArn: source,
      FunctionArn: ARN,
      State: "Creating",
      StateTransitionReason: "USER_INITIATED",
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    const { UUID } = created as { UUID: string };
    const state = () => aws.json(`lambda get-event-source-mapping --uuid ${UUID} --query`, "State");
    expect(await state()).toBe("Disabled");
    expect(await aws.run(create)).toEqual(
      failure(
        "ResourceConflictException",
        "CreateEventSourceMapping",
        `An event source mapping with SQS arn (" ${source} ") and function (" worker ") already exists. Please update or ` +
          `delete the existing mapping with UUID ${UUID}`,
      ),
    );
    expect(await aws.json(`lambda update-event-source-mapping --uuid ${UUID} --enabled`)).toMatchObject({
      State: "Updating",
    });
    expect(await state()).toBe("Enabled");
    expect(
      await aws.json("lambda list-event-source-mappings --function-name worker --query", "EventSourceMappings[].UUID"),
    ).toEqual([UUID]);
    expect(await aws.json(`lambda delete-event-source-mapping --uuid ${UUID}`)).toMatchObject({ State: "Deleting" });
    expect(await aws.run(`lambda get-event-source-mapping --uuid ${UUID}`)).toEqual(
      failure("ResourceNotFoundException", "GetEventSourceMapping", "The resource you requested does not exist."),
    );
    expect(await aws.json("lambda delete-function --function-name worker")).toEqual({ StatusCode: 204 });
  });

  it.each([
    [
      "get-function --function-name none",
      "ResourceNotFoundException",
      "GetFunction",
      "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none",
    ],
    [
      "invoke --function-name none --qualifier 3 out.json",
      "ResourceNotFoundException",
      "Invoke",
      "Function not found: arn:aws:lambda:us-east-1:000000000000:function:none:3",
    ],
    [
      "list-aliases --function-name none",
      "UnknownOperationException",
      "ListAliases",
      "The local stack does not offer GET /2015-03-31/functions/{name}/aliases.",
    ],
    [
      "put-provisioned-concurrency-config --function-name none --qualifier 1 --provisioned-concurrent-executions 1",
      "UnknownOperationException",
      "PutProvisionedConcurrencyConfig",
      "The local stack does not offer PUT /2019-09-30/functions/{name}/provisioned-concurrency.",
    ],
    [
      "publish-version --function-name none",
      "UnknownOperationException",
      "PublishVersion",
      "The local stack does not offer POST /2015-03-31/functions/{name}/versions.",
    ],
  ])("lambda %s is refused", async (words, code, operation, message) => {
    expect(await suite().aws.run(`lambda ${words}`)).toEqual(failure(code, operation, message));
  });
});
