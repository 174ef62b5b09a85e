import { AWS_PYTHON, OLD_PYTHON } from "../../../scripts/peers/aws-python.ts";
import { CFN_LINT } from "../../../scripts/peers/cfn-lint.ts";
import { CHECKOV } from "../../../scripts/peers/checkov.ts";
import { ELASTICMQ } from "../../../scripts/peers/elasticmq.ts";
import { MINISTACK } from "../../../scripts/peers/ministack.ts";
import type { QueueCases } from "./cases/index.ts";
import type { Deviations } from "./deviations/index.ts";

const intro = (promises: number, both: number) => `# Conformance

What passes on the local stack must pass on AWS, so others judge it: \`npm run test:conformance\`, which CI runs. Each part
installs what it needs, or says in a line of its own why it is skipped.

- **The queue.** ${promises} promises of Amazon SQS, asked by the AWS SDK of the local stack (in memory and on SQLite), of
  ${MINISTACK} and of ${ELASTICMQ}. The local stack keeps them all; where a peer breaks one, the suite expects it to break it in
  just that way.
- **The pipeline.** Template \`minimal\` with the runtime's API functions, deployed on the local stack by \`dev\` and on
  ${MINISTACK} by the plain SDK: submit, follow over the WebSocket, three failures to the dead-letter queue, cancel, webhook,
  repeated submits and deliveries, documents, callers without a token. Both pass all of it.
- **Deployment.** ${MINISTACK} is given stages by the command line alone: deployed by CloudFormation, used, changed, failed on
  purpose, removed until nothing is left, and taken over again where its data was kept; once more with its IAM enforced, so that each
  function's role is proved to suffice, and so is the deployer's policy. The README's lines for a pipeline without this command line
  run as they stand there. CloudFormation's own schemas say which permissions each resource takes, and the policy must have them.
  Terraform applies the same to a stand-in provider with the real one's schema, ${CFN_LINT} and ${CHECKOV} judge both kinds, and one
  test compares them with the local stack, resource by resource.
- **Others' clients.** \`sqs-consumer\`, Powertools' idempotency and batch, the AWS SDK for Go (SQS, DynamoDB, S3, Lambda, Logs,
  SSM, STS), ${AWS_PYTHON}, in scripted sessions, and ${OLD_PYTHON}. boto3 also
  holds every answer of every operation against AWS's own API models.

[The local stack](local-stack.md) says of every operation whether it is there and how it differs.

## Differences between the servers

Both peers keep ${both} of the ${promises} promises on queues. Of each other one: what the peer does instead, and where Amazon SQS's own
behaviour is written; "AWS's answer to" a test means that the test is marked as passed on AWS. The list is made from the table
that the suite asserts.
`;

/** docs/conformance.md. @param topics the cases by topic. @param peers the deviations by the peer's name. */
export function renderPage(
  topics: Readonly<Record<string, QueueCases>>,
  peers: Readonly<Record<string, Deviations>>,
): string {
  const titles = Object.values(topics).flatMap((cases) => Object.keys(cases));
  const deviates = (title: string) => Object.values(peers).some((deviations) => title in deviations);
  const sections = Object.entries(topics).map(([topic, cases]) => {
    const items = Object.keys(cases)
      .filter(deviates)
      .map((title) => renderItem(title, peers));
    return `### ${topic}\n\n${items.join("\n")}\n`;
  });
  return [intro(titles.length, titles.filter((title) => !deviates(title)).length), ...sections].join("\n");
}

function renderItem(title: string, peers: Readonly<Record<string, Deviations>>): string {
  const all = Object.entries(peers).flatMap(([peer, deviations]) => {
    const deviation = deviations[title];
    return deviation ? [{ peer, ...deviation }] : [];
  });
  const told = all.map(({ peer, does }) => `${peer} ${does}`).join("; ");
  const sources = [...new Set(all.map(({ source }) => source))].join("; ");
  return `- **${title[0]?.toUpperCase()}${title.slice(1)}.** ${told}. (${sources})`;
}
