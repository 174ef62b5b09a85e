import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { MODULES, PROJECT_DIR } from "./code.ts";
import { CONFIG, CREDENTIALS, type PipelineSubject } from "./subject.ts";
import { startEmbeddedStack } from "../../helpers/stack.ts";

/** The stage as `dev` deploys it on the local stack, in memory. */
export async function startOurPipeline(): Promise<PipelineSubject> {
  const stack = await startEmbeddedStack({
    project: { dir: PROJECT_DIR, config: CONFIG, modules: MODULES, shell: {}, watch: false },
  });
  const { deployment, endpoint, faults } = stack;
  if (!deployment) throw new Error("No project was deployed.");
  const { outputs, token, webhookSecret } = deployment;
  const lambda = new LambdaClient({ endpoint, region: outputs.region, credentials: CREDENTIALS });
  return {
    endpoint,
    url: outputs.httpUrl,
    socketUrl: outputs.socketUrl,
    token,
    webhookSecret,
    queueUrl: outputs.queueUrl,
    deadLetterQueueUrl: outputs.deadLetterQueueUrl,
    bucket: outputs.bucket,
    async reconcile() {
      await lambda.send(new InvokeCommand({ FunctionName: outputs.functions.reconciler }));
    },
    faults: { set: (spec) => faults.set(spec), clear: () => void faults.clear() },
    async close() {
      lambda.destroy();
      await stack.close();
    },
  };
}
