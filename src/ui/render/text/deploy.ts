import type { BootstrapEvent, DeployEvent, DestroyEvent, PlanEvent } from "../../../contract/operations/deploy.ts";
import { deployLines, describeBootstrap, describeDeployed, describeRecord, type Telling } from "../../deploy.ts";
import { formatDuration } from "../../format.ts";
import { planLines } from "../../plan.ts";
import type { TextOut, TextRenderer } from "./out.ts";

function tell(out: TextOut, event: Telling): void {
  for (const { text } of deployLines(event)) out.line(text);
}

export const planText: TextRenderer<PlanEvent> = (out) => (event) => {
  if (event.type === "plan")
    return out.result(
      planLines(event)
        .map(({ text }) => text)
        .join("\n"),
    );
  if (event.type !== "summary") return tell(out, event);
  if (event.file !== undefined) out.line(`saved to ${event.file}`);
  if (event.apply !== undefined) out.line(`apply it: ${event.apply}`);
};

export const deployText: TextRenderer<DeployEvent> = (out) => (event) => {
  if (event.type !== "summary") return tell(out, event);
  const { outputs, drift, next } = event;
  out.line(describeDeployed(event));
  if (drift !== undefined) out.line(drift);
  if (outputs) out.result(`${outputs.httpUrl}\n${outputs.socketUrl}`);
  const record = outputs && describeRecord(outputs);
  if (record !== undefined) out.line(record);
  if (next.length > 0) out.line(["next:", ...next.map((command) => `  ${command}`)].join("\n"));
};

export const destroyText: TextRenderer<DestroyEvent> = (out) => (event) => {
  if (event.type !== "summary") return tell(out, event);
  const { unchanged, app, stage, kept, elapsedMs } = event;
  out.result(
    unchanged
      ? `there is no stage ${stage} of ${app}`
      : `removed stage ${stage} of ${app} in ${formatDuration(elapsedMs)}`,
  );
  for (const what of kept) out.line(`kept ${what}`);
};

export const bootstrapText: TextRenderer<BootstrapEvent> = (out) => (event) =>
  event.type === "summary" ? out.result(describeBootstrap(event)) : tell(out, event);
