import type { BuildEvent } from "../../../contract/operations/build.ts";
import { archiveLines } from "../../archive.ts";
import type { TextRenderer } from "./out.ts";

export const buildText: TextRenderer<BuildEvent> = (out) => (event) => {
  switch (event.type) {
    case "archive":
      if (event.state === "built") for (const line of archiveLines(event)) out.line(line);
      return;
    case "written":
      return out.line(`wrote ${event.file}`);
    case "summary":
      // What a script goes on with.
      return out.result([...event.archives.map(({ file }) => file), ...event.inputs].join("\n"));
  }
};
