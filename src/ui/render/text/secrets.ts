import type { SecretsEvent, SecretsSummary } from "../../../contract/operations/secrets.ts";
import { table, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

export const secretsText: TextRenderer<SecretsEvent> = (out) => {
  const rows: string[][] = [];
  return (event) => {
    switch (event.type) {
      case "stage":
        return tellShared(out, event);
      case "secret":
        rows.push([event.name, event.missing ? "missing" : (event.changedAt ?? "")]);
        return;
      case "summary":
        out.result(event.action === "list" ? listed(rows) : `${event.name ?? ""} ${describe(event)}`);
        for (const note of event.notes) out.line(note);
        return;
    }
  };
};

const listed = (rows: string[][]) => (rows.length === 0 ? "no secrets" : table([["NAME", "CHANGED"], ...rows]));

function describe({ changed }: SecretsSummary): string {
  return changed === "absent" ? "is not there" : `was ${changed ?? "changed"}`;
}
