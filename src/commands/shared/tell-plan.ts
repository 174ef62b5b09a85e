import type { BootstrapEvent, DeployEvent, DestroyEvent } from "../../contract/operations/deploy.ts";
import { deployLines } from "../../ui/deploy.ts";
import { createTextOut } from "../../ui/render/text/out.ts";
import { GLYPHS } from "../../ui/theme.ts";
import type { Cli } from "./cli.ts";

/** @returns what tells a person the way to a plan, and the plan, before they are asked. */
export function tellPlan(cli: Cli): (event: DeployEvent | DestroyEvent | BootstrapEvent) => void {
  const out = createTextOut(cli.io);
  return (event) => {
    if (event.type === "summary") return;
    if (event.type === "archive" && event.state === "building") out.line(`building ${event.name}`);
    for (const { tone, text } of deployLines(event)) out.line(tone ? `${GLYPHS[tone]} ${text}` : text);
  };
}
