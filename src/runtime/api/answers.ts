/*
 * What the handlers answer. Public types stand apart from the code behind them, whose declarations name the AWS SDK's.
 */

/** The HTTP API's answer, payload format 2.0. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** What the authorizer tells the functions of a caller: texts alone get through API Gateway. */
export type CallerContext = Record<string, string>;

/** The HTTP API's simple response. */
export interface SimpleAnswer {
  isAuthorized: boolean;
  context?: CallerContext;
}

/** The WebSocket API's answer to a REQUEST authorizer. */
export interface PolicyAnswer {
  principalId: string;
  policyDocument: {
    Version: "2012-10-17";
    Statement: { Action: "execute-api:Invoke"; Effect: "Allow" | "Deny"; Resource: string }[];
  };
  context?: CallerContext;
}

/** What one run of the reconciler did, in tasks. */
export interface ReconcileReport {
  looked: number;
  sent: number;
  deadlettered: number;
  told: number;
  failed: number;
}
