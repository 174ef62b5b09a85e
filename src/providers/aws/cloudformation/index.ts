import type { Stack } from "@aws-sdk/client-cloudformation";
import type { AccountTarget } from "../../../contract/account.ts";
import { stackName } from "../../../contract/artifacts.ts";
import type { Clock } from "../../../contract/clock.ts";
import { AbortError } from "../../../contract/errors.ts";
import type {
  InfrastructureDriver,
  InfrastructureInput,
  InfrastructurePlan,
} from "../../../contract/infrastructure.ts";
import { hash } from "../../../contract/hash.ts";
import { shellWord } from "../../../contract/shell-word.ts";
import { createAwsClients } from "../clients.ts";
import { endpointOf } from "../endpoint.ts";
import type { ErrorPlace } from "../errors.ts";
import { applyPlan, refuseOvertaken } from "./apply.ts";
import { createArtifacts } from "./artifacts.ts";
import { makeChangeSet, removeChangeSet } from "./change-set.ts";
import { removeEmptyStack } from "./empty-stack.ts";
import { changesOf, losing } from "./changes.ts";
import { settleLogsRole } from "./logs-role.ts";
import { findStack, isAbsent, listResources, refuseUnready, type StackContext, stateOf } from "./stack.ts";
import { refuseUnkept } from "./kept.ts";
import { type PlanToken, readToken, refuseOthers, writeToken } from "./token.ts";

/** What a template may be to be sent in the request itself (the service's quota). */
const INLINE_TEMPLATE = 51_200;

export interface DriverOptions {
  target: AccountTarget;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
}

/** A stage as one CloudFormation stack, by change sets. Needs no other program. */
export async function openCloudFormation(
  input: InfrastructureInput,
  { target, env, clock }: DriverOptions,
): Promise<InfrastructureDriver> {
  const clients = createAwsClients({ stage: input.stage, ...target }, env);
  const { profile } = target;
  const endpoint = endpointOf(target.endpoint, env);
  const place: ErrorPlace = {
    stage: input.stage,
    ...(endpoint ? { endpoint } : {}),
    ...(profile ? { profile } : {}),
  };
  const name = stackName(input.app, input.stage);
  // As the command itself was called.
  const flags = [
    ["--region", target.region],
    ["--profile", profile],
    ["--endpoint-url", target.endpoint],
  ].flatMap(([flag, value]) => (flag && value ? [flag, shellWord(value)] : []));
  const context: StackContext = {
    cloudformation: await clients.cloudformation(),
    name,
    place,
    title: `The stage ${input.stage} of ${input.app}`,
    aws: (words) => ["aws cloudformation", words, "--stack-name", name, ...flags].join(" "),
  };
  const made = (
    token: PlanToken,
    changes: InfrastructurePlan["changes"],
    notes: InfrastructurePlan["notes"] = [],
  ): InfrastructurePlan => ({ kind: "cloudformation", token: writeToken(token), changes, notes });

  /** What made the stage is something else: this would make a second one beside it, or take its data alone. */
  function refuseUnknown(stack: Stack | undefined): void {
    if (!input.site?.deployed || !isAbsent(stack)) return;
    throw new AbortError(`${context.title} is there, but not by this stack.`, {
      code: "STATE_ELSEWHERE",
      where: `stack ${context.name}`,
      hint: ["If it was deployed by Terraform: --iac terraform", "Nothing was changed."],
    });
  }

  async function* planDeploy(signal: AbortSignal) {
    const { build, template } = input;
    if (!template) throw new Error("A deployment is planned without a template.");
    const stack = await findStack(context, context.name);
    refuseUnready(stateOf(stack, context), context.name);
    refuseUnknown(stack);
    const artifacts = createArtifacts(clients, template.artifacts, { ...place, role: "deployer" });
    if (build) {
      for (const { name: archive, file } of build.archives) {
        if (await artifacts.put(build.references[archive].key, { file }))
          yield { type: "step" as const, text: `uploaded ${archive}.zip to ${artifacts.bucket}` };
      }
    }
    const inline = Buffer.byteLength(template.body) <= INLINE_TEMPLATE;
    const key = `${input.app}/${input.stage}/template-${hash(template.body, 32)}.json`;
    if (!inline) await artifacts.put(key, { text: template.body });
    const role = await settleLogsRole(context, template.body, endpointOf(target.endpoint, env, "API_GATEWAY"));
    const changeSet = await makeChangeSet(
      context,
      {
        ...(inline ? { TemplateBody: template.body } : { TemplateURL: artifacts.url(key) }),
        Parameters: [...template.parameters, ...role.parameters],
        Tags: [
          { Key: "ai-pipeline:app", Value: input.app },
          { Key: "ai-pipeline:stage", Value: input.stage },
        ],
        ChangeSetType: isAbsent(stack) ? "CREATE" : "UPDATE",
      },
      { input, clock, signal },
    );
    if (!changeSet) return made({ what: "nothing" }, [], role.notes);
    const { id, stackId, changes } = changeSet;
    return made({ what: "deploy", id, stackId, first: isAbsent(stack) }, changesOf(changes), role.notes);
  }

  async function* planDestroy() {
    yield* [];
    const stack = await findStack(context, context.name);
    // A stack that failed half-way can always be removed.
    const state = stateOf(stack, context);
    if (state.state === "busy") refuseUnready(state, context.name);
    refuseUnknown(stack);
    if (isAbsent(stack)) return made({ what: "nothing" }, []);
    const resources = await listResources(context);
    if (input.keep) await refuseUnkept(context, resources, input.keep);
    const changes = resources
      .filter(({ ResourceStatus }) => ResourceStatus !== "DELETE_COMPLETE")
      .map(({ LogicalResourceId = "", ResourceType: kind = "", PhysicalResourceId }) => {
        const loses = losing(kind, "delete");
        return {
          address: LogicalResourceId,
          kind,
          ...(PhysicalResourceId ? { name: PhysicalResourceId } : {}),
          action: "delete" as const,
          attributes: [],
          ...(loses === undefined ? {} : { loses }),
        };
      });
    return made({ what: "destroy", stackId: stack.StackId ?? context.name }, changes);
  }

  return {
    kind: "cloudformation",
    ready: () => Promise.resolve(),
    state: async () => stateOf(await findStack(context, context.name), context),
    plan: (what, signal) => (what === "deploy" ? planDeploy(signal) : planDestroy()),
    apply: (plan, signal) => applyPlan(context, readToken(plan.token), { input, clock, signal }),
    async verify(plan, what) {
      const token = readToken(plan.token);
      if (token.what === "nothing") return;
      refuseOthers(token, what, context.name);
      await refuseOvertaken(context, token);
    },
    async discard(plan) {
      const token = readToken(plan.token);
      if (token.what !== "deploy") return;
      await removeChangeSet(context, token.id);
      if (token.first) await removeEmptyStack(context, token.stackId, clock);
    },
    close: () => clients.close(),
  };
}
