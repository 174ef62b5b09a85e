import type { OperationName, Operations } from "../../../contract/operations/index.ts";
import { batchText } from "./batch.ts";
import { buildText } from "./build.ts";
import { completionText } from "./completion.ts";
import { consumptionText } from "./consumption.ts";
import { bootstrapText, deployText, destroyText, planText } from "./deploy.ts";
import { devText } from "./dev.ts";
import { dlqInspectText, dlqListText, dlqShowText } from "./dlq.ts";
import { faultsText } from "./faults.ts";
import { initListText, initText } from "./init.ts";
import { logsText } from "./logs.ts";
import type { TextRenderer } from "./out.ts";
import { dlqImportText, dlqPurgeText } from "./dlq-change.ts";
import { dlqRedriveText } from "./redrive.ts";
import { tasksRetryText, tasksRunText } from "./rerun.ts";
import { dlqReplayText } from "./replay.ts";
import { secretsText } from "./secrets.ts";
import { resultText } from "./shared.ts";
import { smokeText } from "./smoke.ts";
import { iamPolicyText, openText, outputText, stagesDiffText, stagesListText } from "./stages.ts";
import { statusText } from "./status.ts";
import { submitText } from "./submit.ts";
import { tasksCancelText, tasksForgetText, tasksListText, tasksShowText } from "./tasks.ts";
import { watchText } from "./watch.ts";

/** Plain text for every operation. */
export const textRenderers: { [Name in OperationName]: TextRenderer<Operations[Name]> } = {
  submit: submitText,
  batch: batchText,
  watch: watchText,
  "tasks-list": tasksListText,
  "tasks-show": tasksShowText,
  "tasks-cancel": tasksCancelText,
  "tasks-forget": tasksForgetText,
  "tasks-retry": tasksRetryText,
  "tasks-run": tasksRunText,
  "dlq-list": dlqListText,
  "dlq-inspect": dlqInspectText,
  "dlq-show": dlqShowText,
  "dlq-redrive": dlqRedriveText,
  "dlq-replay": dlqReplayText,
  "dlq-import": dlqImportText,
  "dlq-purge": dlqPurgeText,
  smoke: smokeText,
  init: initText,
  "init-list": initListText,
  dev: devText,
  build: buildText,
  plan: planText,
  deploy: deployText,
  destroy: destroyText,
  bootstrap: bootstrapText,
  secrets: secretsText,
  faults: faultsText,
  logs: logsText,
  status: statusText,
  consumption: consumptionText,
  completion: completionText,
  "stages-list": stagesListText,
  "stages-diff": stagesDiffText,
  output: outputText,
  open: openText,
  "iam-policy": iamPolicyText,
};

/** @returns what stdout gets when the screen was drawn elsewhere. */
export function resultOf(summary: Operations[OperationName] & { type: "summary" }): string | undefined {
  if (summary.operation === "watch")
    return summary.task?.result === undefined ? undefined : resultText(summary.task.result);
  if (summary.operation !== "submit" && summary.operation !== "tasks-retry" && summary.operation !== "tasks-run")
    return undefined;
  if (summary.result !== undefined) return resultText(summary.result);
  return summary.status === "accepted" && summary.exitCode === 0 ? summary.taskId : undefined;
}
