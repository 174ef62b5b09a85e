import { startElasticMq } from "../../../scripts/peers/elasticmq.ts";
import { describeWith, peerContext } from "../tools.ts";
import { ELASTICMQ_DEVIATIONS } from "./deviations/elasticmq.ts";
import { createQueueContractSuite } from "./suite.ts";

describeWith("elasticmq", () => {
  createQueueContractSuite("ElasticMQ", {
    start: () => startElasticMq(peerContext()),
    deviations: ELASTICMQ_DEVIATIONS,
  });
});
