import { startMiniStack } from "../../../scripts/peers/ministack.ts";
import { describeWith, peerContext } from "../tools.ts";
import { MINISTACK_DEVIATIONS } from "./deviations/ministack.ts";
import { createQueueContractSuite } from "./suite.ts";

describeWith("ministack", () => {
  createQueueContractSuite("MiniStack", {
    start: () => startMiniStack(peerContext()),
    deviations: MINISTACK_DEVIATIONS,
  });
});
