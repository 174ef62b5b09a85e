/** Where a server differs from Amazon SQS. */
export interface Deviation {
  /** What the failure of the case says. */
  shows: RegExp;
  /** What the server does instead. */
  does: string;
  /** Where Amazon SQS's behaviour is written. */
  source: string;
}

export type Deviations = Readonly<Record<string, Deviation>>;
