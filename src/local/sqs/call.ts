import type { SqsEngine } from "./engine.ts";
import type { Input } from "./input.ts";

/** What an action has besides its input. */
export interface Call {
  engine: SqsEngine;
  /** SenderId of what is sent: the caller's access key id, or the account. */
  senderId: string;
  /** X-Ray's header of the request, which the message carries on. */
  traceHeader: string | undefined;
  /** Aborted when the client hangs up; made for those who wait only. */
  hungUp(): AbortSignal;
  /** Queue URL of a name. */
  urlOf(name: string): string;
}

/** One action of the API: input in, result out; an AwsError goes to the wire as it is. */
export type Action = (input: Input, call: Call) => unknown;
