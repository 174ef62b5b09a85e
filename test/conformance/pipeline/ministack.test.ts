import { describeWith } from "../tools.ts";
import { startMiniStackPipeline } from "./ministack.ts";
import { createPipelineContractSuite } from "./suite.ts";

describeWith("ministack", () => {
  createPipelineContractSuite("MiniStack", startMiniStackPipeline);
});
