/*
 * `ai-pipeline/runtime`: what a project's functions import. Its types name nothing but ours.
 */
export { defineWorker } from "./worker/define-worker.ts";
export type { WorkerDefinition } from "./worker/define-worker.ts";
export type { WorkerContext, WorkerTask } from "./worker/context.ts";
export type { TaskDocument } from "./worker/document.ts";
export type { LambdaContext, SqsBatchResponse, SqsEvent, SqsRecord, WorkerHandler } from "./worker/lambda.ts";
export type { StandardIssue, StandardResult, StandardSchemaV1 } from "./worker/standard-schema.ts";
export { PermanentError, TransientError } from "./worker/errors.ts";
export { model } from "./model/model.ts";
export type { CallOptions, ChatMessage, Completion, Model, ModelOptions, ModelStream } from "./model/model.ts";
export { ModelError } from "./model/model-error.ts";
export type { ModelUsage } from "./model/usage.ts";
export type { LogFields, Logger } from "./log/logger.ts";
export type { Json, Task } from "../contract/task.ts";
/** The functions of the HTTP and WebSocket APIs, for a project whose `api.entry` adds to them. */
export { api, authorizer, reconciler, socket } from "./api/index.ts";
