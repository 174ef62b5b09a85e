import { startOurPipeline } from "./ours.ts";
import { createPipelineContractSuite } from "./suite.ts";

createPipelineContractSuite("the local stack", startOurPipeline);
