import { counted } from "../../../contract/counted.ts";
import type { InitEvent, InitListEvent } from "../../../contract/operations/init.ts";
import { formatDuration } from "../../format.ts";
import { table, type TextRenderer } from "./out.ts";

export const initListText: TextRenderer<InitListEvent> = (out) => {
  const rows: string[][] = [];
  return (event) => {
    if (event.type === "template") rows.push([event.name, event.description]);
    else out.result(table(rows));
  };
};

export const initText: TextRenderer<InitEvent> = (out) => {
  let installing = false;
  return (event) => {
    switch (event.type) {
      case "file":
        return out.line(`wrote ${event.path}`);
      case "install":
        if (event.state === "running" && !installing) {
          installing = true;
          out.line(`running ${event.command}`);
        }
        if (event.state === "done") out.line(`installed in ${formatDuration(event.ms ?? 0)}`);
        if (event.state === "failed") out.line(`${event.command} failed: ${event.line ?? "no reason given"}`);
        return;
      case "summary":
        out.line(
          event.template === undefined
            ? `added ${counted(event.files, "file")} to ${event.directory}`
            : `made ${event.app} from the template ${event.template}: ${counted(event.files, "file")} in ${event.directory}`,
        );
        out.line("next:");
        return out.result(event.next.map((command) => `  ${command}`).join("\n"));
    }
  };
};
