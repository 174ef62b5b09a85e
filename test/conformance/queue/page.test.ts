import { join } from "node:path";
import { expect, test } from "vitest";
import { TOPICS } from "./cases/index.ts";
import { ELASTICMQ_DEVIATIONS } from "./deviations/elasticmq.ts";
import { MINISTACK_DEVIATIONS } from "./deviations/ministack.ts";
import { renderPage } from "./page.ts";

const page = join(import.meta.dirname, "..", "..", "..", "docs", "conformance.md");

test("docs/conformance.md says what the suite asserts (vitest's -u writes it anew)", async () => {
  const peers = { MiniStack: MINISTACK_DEVIATIONS, ElasticMQ: ELASTICMQ_DEVIATIONS };
  await expect(renderPage(TOPICS, peers)).toMatchFileSnapshot(page);
});
