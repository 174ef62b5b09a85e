/** Where a server differs from Amazon SQS, by the title of the case. */
export type Deviations = Readonly<Record<string, Deviation>>;

export interface Deviation {
  /** What the failure of the case says. */
  shows: RegExp;
  /** What the server does instead. */
  does: string;
  /** Where Amazon SQS's own behaviour is written. */
  source: string;
}

/** The reference of one operation. */
export const API = (operation: string) => `Amazon SQS API Reference, ${operation}`;
/** A page of the developer guide. */
export const GUIDE = (page: string) => `Amazon SQS Developer Guide, ${page}`;
/** What AWS answered to a test of LocalStack's (tests/aws/services/sqs/test_sqs.py), which are marked when AWS has passed them. */
export const RECORDED = (test: string) => `AWS's answer to LocalStack's ${test}`;

/** The server does what Amazon SQS refuses. */
export const ACCEPTS = /^It was not refused but answered/;
/** Another error than Amazon SQS's. @param pattern its name. */
export const answers = (name: string) => new RegExp(`expected '${name}' to`);
