import { expect, it } from "vitest";
import { failure, useCli } from "./clients/cli-suite.ts";
import { describeWith } from "./tools.ts";

describeWith("aws-python", (bin) => {
  const suite = useCli(bin);

  it("sts: get-caller-identity", async () => {
    expect(await suite().aws.json("sts get-caller-identity")).toEqual({
      UserId: "AIDALOCALSTACKUSER000",
      Account: "000000000000",
      Arn: "arn:aws:iam::000000000000:user/local",
    });
  });

  it("sts: assume-role, whose keys say so", async () => {
    const { aws } = suite();
    const role = "--role-arn arn:aws:iam::000000000000:role/deployer --role-session-name ci";
    expect(await aws.json(`sts assume-role ${role}`)).toMatchObject({
      Credentials: { AccessKeyId: expect.stringMatching(/^ASIA/), Expiration: expect.any(String) },
      AssumedRoleUser: { Arn: "arn:aws:sts::000000000000:assumed-role/deployer/ci" },
    });
    const none = "arn:aws:iam::000000000000:user/somebody";
    expect(await aws.run(`sts assume-role --role-arn ${none} --role-session-name ci`)).toMatchObject(
      failure("ValidationError", "AssumeRole", `${none} is invalid`),
    );
  });

  it("dynamodb: a table, its items, conditions and a transaction", async () => {
    const { aws } = suite();
    const table = "--table-name tasks";
    expect(
      await aws.json(
        `dynamodb create-table ${table} --billing-mode PAY_PER_REQUEST --key-schema AttributeName=pk,KeyType=HASH` +
          " --attribute-definitions AttributeName=pk,AttributeType=S",
      ),
    ).toMatchObject({ TableDescription: { TableStatus: "ACTIVE", DeletionProtectionEnabled: false } });
    expect(await aws.run(`dynamodb wait table-exists ${table}`)).toMatchObject({ code: 0 });
    const item = { pk: { S: "a" }, n: { N: "1.50" }, list: { L: [{ BOOL: true }] } };
    expect(await aws.run(`dynamodb put-item ${table} --item`, JSON.stringify(item))).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(await aws.json(`dynamodb get-item ${table} --key`, '{"pk":{"S":"a"}}')).toEqual({
      Item: { ...item, n: { N: "1.5" } },
    });
    expect(
      await aws.run(
        `dynamodb put-item ${table} --condition-expression attribute_not_exists(pk) --item`,
        JSON.stringify(item),
      ),
    ).toEqual(failure("ConditionalCheckFailedException", "PutItem", "The conditional request failed"));
    const transaction = [
      { Put: { TableName: "tasks", Item: { pk: { S: "b" } } } },
      {
        ConditionCheck: {
          TableName: "tasks",
          Key: { pk: { S: "a" } },
          ConditionExpression: "attribute_not_exists(pk)",
        },
      },
    ];
    expect(await aws.run("dynamodb transact-write-items --transact-items", JSON.stringify(transaction))).toEqual(
      failure(
        "TransactionCanceledException",
        "TransactWriteItems",
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
      ),
    );
    expect(await aws.json(`dynamodb scan ${table} --select COUNT`)).toEqual({
      Count: 1,
      ScannedCount: 1,
      ConsumedCapacity: null,
    });
    expect(
      await aws.json(
        `dynamodb update-time-to-live ${table} --time-to-live-specification Enabled=true,AttributeName=ttl`,
      ),
    ).toEqual({ TimeToLiveSpecification: { Enabled: true, AttributeName: "ttl" } });
    expect(await aws.json("dynamodb list-tables")).toEqual({ TableNames: ["tasks"] });
    expect(await aws.run("dynamodb describe-table --table-name none")).toEqual(
      failure("ResourceNotFoundException", "DescribeTable", "Requested resource not found: Table: none not found"),
    );
    expect(await aws.run("dynamodb execute-statement --statement", "SELECT * FROM tasks")).toEqual(
      failure(
        "UnknownOperationException",
        "ExecuteStatement",
        "The local stack does not offer DynamoDB_20120810.ExecuteStatement.",
      ),
    );
  });

  it("ssm: parameters and secrets", async () => {
    const { aws } = suite();
    expect(await aws.json("ssm put-parameter --name /app/token --type SecureString --value s3cret")).toEqual({
      Version: 1,
      Tier: "Standard",
    });
    expect(await aws.json("ssm get-parameter --name /app/token --with-decryption --query", "Parameter.Value")).toBe(
      "s3cret",
    );
    expect(await aws.json("ssm get-parameter --name /app/token --query", "Parameter.Value")).not.toContain("s3cret");
    expect(await aws.json("ssm get-parameters-by-path --path /app --query", "Parameters[].Name")).toEqual([
      "/app/token",
    ]);
    expect(await aws.run("ssm put-parameter --name /app/token --type SecureString --value again")).toEqual(
      failure(
        "ParameterAlreadyExists",
        "PutParameter",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
      ),
    );
    const missing = await aws.run("ssm get-parameter --name /app/none");
    expect(missing).toEqual({
      ...failure("ParameterNotFound", "GetParameter", ""),
      stderr: expect.stringMatching(/\(ParameterNotFound\)/),
    });
    expect(await aws.json("ssm delete-parameters --names /app/token /app/none")).toEqual({
      DeletedParameters: ["/app/token"],
      InvalidParameters: ["/app/none"],
    });
  });

  it("logs: groups, streams, events and filters", async () => {
    const { aws } = suite();
    const now = Date.now();
    const silent = { code: 0, stdout: "", stderr: "" };
    expect(await aws.run("logs create-log-group --log-group-name /app/worker")).toEqual(silent);
    expect(await aws.run("logs create-log-stream --log-group-name /app/worker --log-stream-name one")).toEqual(silent);
    const events = JSON.stringify([
      { timestamp: now, message: "plain words" },
      { timestamp: now + 1, message: '{"level":"error","attempt":3}' },
    ]);
    await aws.json("logs put-log-events --log-group-name /app/worker --log-stream-name one --log-events", events);
    const filter = async (...pattern: string[]) =>
      aws.json("logs filter-log-events --log-group-name /app/worker --query", "events[].message", ...pattern);
    expect(await filter()).toEqual(["plain words", '{"level":"error","attempt":3}']);
    expect(await filter("--filter-pattern", "?words ?nothing")).toEqual(["plain words"]);
    expect(await filter("--filter-pattern", '{ $.level = "error" && $.attempt > 2 }')).toEqual([
      '{"level":"error","attempt":3}',
    ]);
    expect(
      await aws.json(
        "logs get-log-events --log-group-name /app/worker --log-stream-name one --limit 1 --query",
        "events[].message",
      ),
    ).toEqual(['{"level":"error","attempt":3}']);
    expect(await aws.run("logs put-retention-policy --log-group-name /app/worker --retention-in-days 7")).toEqual(
      silent,
    );
    expect(await aws.json("logs describe-log-groups --query", "logGroups[].[logGroupName,retentionInDays]")).toEqual([
      ["/app/worker", 7],
    ]);
    expect(await aws.run("logs create-log-group --log-group-name /app/worker")).toEqual(
      failure("ResourceAlreadyExistsException", "CreateLogGroup", "The specified log group already exists"),
    );
    expect(await aws.run("logs filter-log-events --log-group-name /none")).toEqual(
      failure("ResourceNotFoundException", "FilterLogEvents", "The specified log group does not exist."),
    );
    expect(
      await aws.run(
        "logs put-metric-filter --log-group-name /app/worker --filter-name f --filter-pattern x --metric-transformations metricName=m,metricNamespace=n,metricValue=1",
      ),
    ).toEqual(
      failure(
        "UnknownOperationException",
        "PutMetricFilter",
        "The local stack does not offer Logs_20140328.PutMetricFilter.",
      ),
    );
  });

  // The AWS CLI, version 1, has no `logs tail`: that one polls FilterLogEvents.
  it("logs: start-live-tail prints what comes", async () => {
    const { aws } = suite();
    await aws.run("logs create-log-group --log-group-name /live");
    await aws.run("logs create-log-stream --log-group-name /live --log-stream-name one");
    const group = "arn:aws:logs:us-east-1:000000000000:log-group:/live";
    let ended = false;
    const tail = aws.until(
      /\n/,
      `logs start-live-tail --log-group-identifiers ${group} --log-event-filter-pattern loud`,
    );
    const end = () => void (ended = true);
    void tail.then(end, end);
    while (!ended) {
      const events = JSON.stringify(["quiet", "loud"].map((message) => ({ timestamp: Date.now(), message })));
      await aws.json("logs put-log-events --log-group-name /live --log-stream-name one --log-events", events);
    }
    expect(await tail).toMatch(/^(loud\n)+$/);
  });
});
