/** A log event as it is stored. */
export interface StoredEvent {
  /** Grows with ingestion. */
  id: number;
  stream: string;
  /** Epoch milliseconds. */
  timestamp: number;
  ingestionTime: number;
  message: string;
}

export interface LogGroup {
  name: string;
  createdAt: number;
  retentionInDays?: number;
  tags: Record<string, string>;
}

export interface LogStream {
  name: string;
  createdAt: number;
  firstEvent?: number;
  lastEvent?: number;
  lastIngestion?: number;
}

/** Where a page ended: events are ordered by time, then by arrival. */
export interface Position {
  timestamp: number;
  id: number;
}

export interface EventQuery {
  group: string;
  /** Any of these; absent: all. */
  streams?: readonly string[];
  streamPrefix?: string;
  /** Inclusive, epoch milliseconds. */
  from?: number;
  /** Exclusive. */
  to?: number;
  after?: Position;
  before?: Position;
  descending?: boolean;
  limit: number;
}

/** What arrives, as it arrives. */
export type LogListener = (
  group: string,
  stream: string,
  events: readonly { timestamp: number; message: string }[],
  ingestionTime: number,
) => void;
