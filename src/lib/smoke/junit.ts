import type { HopEvent } from "../../contract/operations/smoke.ts";

/** @returns the run as a JUnit report: one test case a hop. Times in seconds. */
export function junitReport(run: { app: string; stage: string; startedAt: string; hops: HopEvent[] }): string {
  const { hops } = run;
  const count = (state: HopEvent["state"]) => hops.filter((hop) => hop.state === state).length;
  const time = hops.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
  const suite = `name="ai-pipeline smoke ${escape(`${run.app} ${run.stage}`)}" tests="${hops.length}" failures="${count("failed")}" skipped="${count("skipped")}" errors="0" time="${seconds(time)}" timestamp="${escape(run.startedAt)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite ${suite}>`,
    ...hops.map((hop) => testCase(hop, run)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(hop: HopEvent, run: { app: string; stage: string }): string {
  const open = `    <testcase classname="smoke.${escape(`${run.app}.${run.stage}`)}" name="${hop.hop}" time="${seconds(hop.ms ?? 0)}"`;
  if (hop.state === "skipped") return `${open}><skipped/></testcase>`;
  if (hop.state === "failed") return `${open}><failure message="${escape(hop.detail ?? "failed")}"/></testcase>`;
  return `${open}/>`;
}

const seconds = (ms: number) => (ms / 1000).toFixed(3);

function escape(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  // XML 1.0 has no place for control characters, not even escaped.
  return text.replaceAll(/[^\P{Cc}\t\n]/gu, " ").replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);
}
