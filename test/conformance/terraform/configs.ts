import { join } from "node:path";
import type { PipelineConfig, ResolvedConfig } from "../../../src/contract/config.ts";
import { findProject } from "../../../src/lib/config/load.ts";
import { resolveConfig } from "../../../src/lib/config/resolve.ts";
import { root } from "./workdir.ts";

export const TEMPLATES = ["minimal", "prompt", "summarize"] as const;

/** @returns a template's configuration of a stage. */
export async function templateConfig(template: string, stage = "dev"): Promise<ResolvedConfig> {
  const project = await findProject(join(root, "templates", template), stage);
  if (!project) throw new Error(`The template ${template} has no configuration.`);
  return project.config;
}

/** Every setting that infrastructure can have. */
export const EVERYTHING: PipelineConfig = {
  app: "everything",
  worker: {
    timeout: 120,
    memory: 2048,
    environment: { LOG_LEVEL: "debug" },
    maxConcurrency: 7,
    reservedConcurrency: 9,
  },
  api: {
    auth: { issuer: "https://id.example.com", audience: ["web", "app"], jwksUri: "https://id.example.com/keys" },
    allowedOrigins: ["https://app.example.com", "https://admin.example.com"],
    domain: {
      name: "tasks.example.com",
      certificate: "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f",
    },
  },
  queue: {
    maxAttempts: 4,
    batchSize: 5,
    batchWindow: 2,
    visibilityTimeout: 900,
    retention: 86_400,
    deadLetterRetention: 604_800,
    backoff: { base: 2, max: 60 },
  },
  model: { timeoutRatio: 0.7 },
  documents: { buckets: ["team-reports", "team-archive"] },
  webhooks: { allow: ["hooks.example.com", "*.example.org"] },
  results: { ttlDays: 30 },
  logs: { retentionDays: 90 },
  alarms: { topic: "arn:aws:sns:us-east-1:123456789012:on-call", costPerHour: 25, messageAge: 600 },
};

export const everything = (stage = "prod"): ResolvedConfig => resolveConfig(EVERYTHING, stage);
