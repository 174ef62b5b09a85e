export { createTaskStore, MAX_WEBHOOK_TRIES } from "./task-store.ts";
export type { AttemptWrite } from "./outcomes.ts";
export type { TaskStore } from "./task-store.ts";
export type { ClaimDecision } from "./claim.ts";
export { decideBurial } from "./bury.ts";
export type { AttemptRef, StoredRecord } from "./stored.ts";
export { isSettled, isTerminalStatus } from "./stored.ts";
export { withResult } from "./with-result.ts";
