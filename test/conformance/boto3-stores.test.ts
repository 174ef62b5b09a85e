import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bytes } from "./clients/boto3.ts";
import { failure, useBoto3 } from "./clients/boto3-suite.ts";
import { describeWith } from "./tools.ts";

describeWith("aws-python", (bin) => {
  const suite = useBoto3(bin);

  it("dynamodb: conditions, transactions and pages", async () => {
    const { boto3 } = suite();
    const TableName = "tasks";
    await boto3.ok("dynamodb", "create_table", {
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "pk", AttributeType: "S" },
        { AttributeName: "sk", AttributeType: "N" },
      ],
    });
    await boto3.ok("dynamodb", "wait:table_exists", { TableName });
    const key = (n: number) => ({ pk: { S: "a" }, sk: { N: String(n) } });
    const Item = {
      ...key(1),
      raw: { B: bytes("\u0000ü") },
      set: { SS: ["x", "y"] },
      map: { M: { deep: { NULL: true } } },
    };
    await boto3.ok("dynamodb", "put_item", { TableName, Item });
    expect(await boto3.ok("dynamodb", "get_item", { TableName, Key: key(1) })).toMatchObject({ Item });

    const refused = await boto3.answer("dynamodb", "put_item", {
      TableName,
      Item,
      ConditionExpression: "attribute_not_exists(pk)",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    expect(refused).toMatchObject({
      status: 400,
      problems: [],
      error: {
        text: failure("ConditionalCheckFailedException", "PutItem", "The conditional request failed"),
        members: { Item },
      },
    });
    const cancelled = await boto3.answer("dynamodb", "transact_write_items", {
      TransactItems: [
        { Put: { TableName, Item: key(2) } },
        {
          Update: {
            TableName,
            Key: key(1),
            UpdateExpression: "SET n = :n",
            ConditionExpression: "attribute_exists(nothing)",
            ExpressionAttributeValues: { ":n": { N: "1" } },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
      ],
    });
    expect(cancelled).toMatchObject({
      problems: [],
      error: {
        code: "TransactionCanceledException",
        members: {
          CancellationReasons: [
            { Code: "None" },
            { Code: "ConditionalCheckFailed", Message: "The conditional request failed", Item },
          ],
        },
      },
    });
    const writes = Array.from({ length: 20 }, (_, n) => ({ PutRequest: { Item: key(n + 10) } }));
    expect(await boto3.ok("dynamodb", "batch_write_item", { RequestItems: { [TableName]: writes } })).toMatchObject({
      UnprocessedItems: {},
    });
    const pages = await boto3.ok("dynamodb", "paginate:query", {
      TableName,
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: { ":pk": { S: "a" }, ":from": { N: "10" }, ":to": { N: "19" } },
      PaginationConfig: { PageSize: 4 },
    });
    expect((pages as { Items: unknown[] }[]).map(({ Items }) => Items.length)).toEqual([4, 4, 2]);
    expect(await boto3.fails("dynamodb", "put_item", { TableName, Item: { pk: { S: "a" } } })).toBe(
      failure(
        "ValidationException",
        "PutItem",
        "One or more parameter values were invalid: Missing the key sk in the item",
      ),
    );
  });

  it("s3: the transfer manager sends in parts, and brings back the same bytes", async () => {
    const { boto3, home } = suite();
    const Bucket = "documents";
    await boto3.ok("s3", "create_bucket", { Bucket });
    const large = randomBytes(9 * 1024 * 1024);
    writeFileSync(join(home, "large.bin"), large);
    await boto3.ok("s3", "upload_file", { Filename: join(home, "large.bin"), Bucket, Key: "in/large.bin" });
    await boto3.ok("s3", "download_file", { Filename: join(home, "back.bin"), Bucket, Key: "in/large.bin" });
    expect(readFileSync(join(home, "back.bin")).equals(large)).toBe(true);
    for (const n of [1, 2, 3])
      await boto3.ok("s3", "put_object", {
        Bucket,
        Key: `many/${n} <&>.txt`,
        Body: bytes(`${n}`),
        Metadata: { n: `${n}` },
      });
    const pages = await boto3.ok("s3", "paginate:list_objects_v2", {
      Bucket,
      Prefix: "many/",
      PaginationConfig: { PageSize: 2 },
    });
    expect(
      (pages as { Contents: { Key: string }[] }[]).flatMap(({ Contents }) => Contents.map(({ Key }) => Key)),
    ).toEqual(["many/1 <&>.txt", "many/2 <&>.txt", "many/3 <&>.txt"]);
    expect(await boto3.ok("s3", "get_object", { Bucket, Key: "many/2 <&>.txt", Range: "bytes=0-0" })).toMatchObject({
      Body: "2",
      ContentRange: "bytes 0-0/1",
      Metadata: { n: "2" },
    });
    const signed = await boto3.ok(
      "s3",
      "generate_presigned_url",
      { ClientMethod: "get_object", Params: { Bucket, Key: "many/1 <&>.txt" }, ExpiresIn: 60 },
      { config: { signature_version: "s3v4" } },
    );
    expect(await (await fetch(String(signed))).text()).toBe("1");
    expect(await boto3.fails("s3", "delete_bucket", { Bucket })).toBe(
      failure("BucketNotEmpty", "DeleteBucket", "The bucket you tried to delete is not empty"),
    );
    expect(await boto3.fails("s3", "get_object", { Bucket, Key: "none" })).toBe(
      failure("NoSuchKey", "GetObject", "The specified key does not exist."),
    );
    expect(await boto3.fails("s3", "head_object", { Bucket, Key: "none" })).toBe(
      failure("404", "HeadObject", "Not Found"),
    );
  });

  it("logs: live tail tells what comes, and what the filter passes", async () => {
    const { boto3 } = suite();
    const logGroupName = "/app/worker";
    await boto3.ok("logs", "create_log_group", { logGroupName });
    await boto3.ok("logs", "create_log_stream", { logGroupName, logStreamName: "one" });
    const logGroupIdentifiers = ["arn:aws:logs:us-east-1:000000000000:log-group:/app/worker"];
    const tail = boto3.ok(
      "logs",
      "start_live_tail",
      { logGroupIdentifiers, logEventFilterPattern: '{ $.level = "error" }' },
      { events: 2 },
    );
    let ended = false;
    const end = () => void (ended = true);
    void tail.then(end, end);
    // Whatever came before the session began is not told: lines are put until it has one.
    let n = 0;
    while (!ended) {
      const messages = [`plain ${n}`, `{"level":"error","n":${n++}}`];
      const logEvents = messages.map((message) => ({ timestamp: Date.now(), message }));
      await boto3.ok("logs", "put_log_events", { logGroupName, logStreamName: "one", logEvents });
    }
    expect(await tail).toMatchObject([
      { sessionStart: { logGroupIdentifiers, logEventFilterPattern: '{ $.level = "error" }' } },
      {
        sessionUpdate: {
          sessionMetadata: { sampled: false },
          sessionResults: expect.arrayContaining([
            expect.objectContaining({
              logStreamName: "one",
              logGroupIdentifier: "000000000000:/app/worker",
              message: expect.stringMatching(/^\{"level":"error"/),
            }),
          ]),
        },
      },
    ]);
    const found = await boto3.ok("logs", "paginate:filter_log_events", {
      logGroupName,
      filterPattern: "plain",
      limit: 1,
    });
    expect(
      (found as { events: { message: string }[] }[]).flatMap(({ events }) => events.map(({ message }) => message)),
    ).toEqual(Array.from({ length: n }, (_, index) => `plain ${index}`));
  });

  it("ssm and sts", async () => {
    const { boto3 } = suite();
    await boto3.ok("ssm", "put_parameter", { Name: "/app/a", Value: "1", Type: "String" });
    await boto3.ok("ssm", "put_parameter", { Name: "/app/a", Value: "2", Type: "String", Overwrite: true });
    expect(await boto3.ok("ssm", "get_parameter_history", { Name: "/app/a" })).toMatchObject({
      Parameters: [
        { Value: "1", Version: 1 },
        { Value: "2", Version: 2 },
      ],
    });
    expect(await boto3.ok("sts", "get_caller_identity")).toMatchObject({ Account: "000000000000" });
    expect(
      await boto3.ok("sts", "assume_role", { RoleArn: "arn:aws:iam::000000000000:role/r", RoleSessionName: "me" }),
    ).toMatchObject({
      AssumedRoleUser: { Arn: "arn:aws:sts::000000000000:assumed-role/r/me" },
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/) },
    });
    expect(
      await boto3.fails("sts", "assume_role", { RoleArn: "no-role-of-anybody-at-all", RoleSessionName: "me" }),
    ).toContain("(ValidationError)");
    expect(await boto3.fails("sts", "get_federation_token", { Name: "me" })).toBe(
      failure(
        "InvalidAction",
        "GetFederationToken",
        "Could not find operation GetFederationToken for version 2011-06-15",
      ),
    );
  });
});
