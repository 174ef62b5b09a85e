export { createTaskStore, MAX_WEBHOOK_TRIES } from "./task-store.ts";
export type { AttemptWrite, TaskStore } from "./task-store.ts";
export type { ClaimDecision } from "./claim.ts";
export type { AttemptRef, StoredRecord } from "./stored.ts";
export { isSettled, isTerminalStatus } from "./stored.ts";
export { withResult } from "./with-result.ts";
