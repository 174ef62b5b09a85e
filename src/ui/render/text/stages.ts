import type {
  IamPolicyEvent,
  OpenEvent,
  OutputEvent,
  StagesDiffEvent,
  StagesListEvent,
} from "../../../contract/operations/stages.ts";
import { counted } from "../../../contract/counted.ts";
import { outputRows } from "../../../contract/output-rows.ts";
import { describeMark } from "../../consumption.ts";
import { oneLine } from "../../format.ts";
import { table, type TextRenderer } from "./out.ts";
import { tellShared } from "./shared.ts";

const LONGEST_VALUE = 60;

export const stagesListText: TextRenderer<StagesListEvent> = (out) => {
  const rows: string[][] = [];
  return (event) => {
    if (event.type === "stage-found") {
      const { app, stage, httpUrl } = event.outputs;
      rows.push([app, stage, httpUrl, describeMark(event.mark).join("; ")]);
      return;
    }
    if (rows.length > 0) out.result(table([["APP", "STAGE", "API", "BY HAND"], ...rows]));
    else out.line(`no stages in account ${event.account}, region ${event.region}`);
  };
};

export const stagesDiffText: TextRenderer<StagesDiffEvent> = (out) => {
  const rows: string[][] = [];
  const cell = (value: string | undefined) => (value === undefined ? "-" : oneLine(value, LONGEST_VALUE));
  return (event) => {
    if (event.type === "difference") {
      rows.push([event.setting, cell(event.first), cell(event.second)]);
      return;
    }
    const { first, second, compared } = event;
    if (rows.length > 0) out.result(table([["SETTING", first.toUpperCase(), second.toUpperCase()], ...rows]));
    out.line(
      `${rows.length === 0 ? "no difference" : counted(rows.length, "difference")} in ${counted(compared, "setting")}`,
    );
  };
};

export const outputText: TextRenderer<OutputEvent> = (out) => (event) => {
  if (event.type === "stage") return tellShared(out, event);
  if (event.type === "outputs") out.result(event.value ?? table(outputRows(event.outputs)));
};

export const openText: TextRenderer<OpenEvent> = (out) => (event) => {
  if (event.type === "stage") return tellShared(out, event);
  if (event.type === "link") return out.result(event.url);
};

export const iamPolicyText: TextRenderer<IamPolicyEvent> = (out) => (event) => {
  if (event.type === "policy") out.result(JSON.stringify(event.document, null, 2));
};
