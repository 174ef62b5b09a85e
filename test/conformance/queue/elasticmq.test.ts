import { startElasticMq } from "../../../scripts/peers/elasticmq.ts";
import { describeWith, peerContext } from "../tools.ts";
import { createQueueContractSuite } from "./suite.ts";

describeWith("elasticmq", () => {
  createQueueContractSuite("ElasticMQ", { start: () => startElasticMq(peerContext()) });
});
