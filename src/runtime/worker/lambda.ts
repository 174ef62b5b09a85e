/** The parts of Lambda's SQS event and context that the worker reads. */
export interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: { ApproximateReceiveCount: string; SentTimestamp: string };
}

export interface SqsEvent {
  Records: SqsRecord[];
}

export interface LambdaContext {
  awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/** Which messages stay in the queue. */
export interface SqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

export type WorkerHandler = (event: SqsEvent, context: LambdaContext) => Promise<SqsBatchResponse>;
