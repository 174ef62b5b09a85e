import { expect, test } from "vitest";
import { junitReport } from "./junit.ts";

test("a report has one case a hop, and is XML whatever a hop saw", () => {
  const report = junitReport({
    app: "my-app",
    stage: "prod",
    startedAt: "2026-11-24T10:00:00.000Z",
    hops: [
      { type: "hop", hop: "accepted", state: "passed", ms: 12, limitMs: 5000 },
      { type: "hop", hop: "worked", state: "failed", ms: 1500, limitMs: 5000, detail: 'TypeError: "<a> & \u0007 b"' },
      { type: "hop", hop: "stored", state: "skipped", limitMs: 5000 },
    ],
  });
  expect(report).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="ai-pipeline smoke my-app prod" tests="3" failures="1" skipped="1" errors="0" time="1.512" timestamp="2026-11-24T10:00:00.000Z">
        <testcase classname="smoke.my-app.prod" name="accepted" time="0.012"/>
        <testcase classname="smoke.my-app.prod" name="worked" time="1.500"><failure message="TypeError: &quot;&lt;a&gt; &amp;   b&quot;"/></testcase>
        <testcase classname="smoke.my-app.prod" name="stored" time="0.000"><skipped/></testcase>
      </testsuite>
    </testsuites>
    "
  `);
});
