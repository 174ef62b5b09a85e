export { createTaskStore, withResult, MAX_WEBHOOK_TRIES } from "./task-store.ts";
export type { AcceptOutcome, AttemptWrite, CancelOutcome, Completion, Failure, TaskStore, TextSnapshot } from "./task-store.ts";
export type { ClaimDecision, ClaimRequest } from "./claim.ts";
export type { AttemptRef, StoredRecord } from "./stored.ts";
export { isSettled, isTerminalStatus, publicRecord } from "./stored.ts";
