import { startOurs } from "../local-stack.ts";
import { createQueueContractSuite } from "./suite.ts";

createQueueContractSuite("the local stack, in memory", { start: () => startOurs("memory") });
createQueueContractSuite("the local stack, on SQLite", { start: () => startOurs("sqlite") });
